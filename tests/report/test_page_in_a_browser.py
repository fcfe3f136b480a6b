"""The page to mail in a real browser: nothing from the network, no error, folds, sorts and hovers work, names are inert."""

import itertools
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import capplan
from capplan.commands.page import page
from capplan.language.load import load
from capplan.record import replace
from capplan.report.document import Document, Edge, Graph, LoadBars, Node, TimeChart
from capplan.report.formats.html import html_page
from capplan.report.views.estimate import plan_document
from capplan.report.views.page import page_document
from capplan.timeline import Bars, Chart, Series
from tests.helpers import WEB_SHOP
from tests.report.build import PLAN
from tests.report.hostile import HOSTILE

playwright = pytest.importorskip("playwright.sync_api", reason="the extra `browser` is not installed")
pytest.importorskip("plotly", reason="the extra `charts` is not installed")
BROWSER = os.environ.get("CAPPLAN_BROWSER") or shutil.which("chromium") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(BROWSER is None, reason="no chromium on this machine")


class Opened:
    """A page in the browser, with what it asked the network for and what its console said."""

    def __init__(self, tab: Any) -> None:  # noqa: ANN401  a playwright Page
        self.tab = tab
        self.asked: list[str] = []
        self.said: list[str] = []
        tab.on("request", lambda request: self.asked.append(request.url))
        tab.on(
            "console", lambda message: self.said.append(message.text) if message.type in ("error", "warning") else None
        )
        tab.on("pageerror", lambda error: self.said.append(str(error)))
        tab.on("dialog", self._dismissed)

    def _dismissed(self, dialog: Any) -> None:  # noqa: ANN401  a playwright Dialog
        self.said.append("a dialog opened")
        dialog.dismiss()

    def open(self, path: Path) -> Any:  # noqa: ANN401  a playwright Page
        """The page, loaded and drawn."""
        self.tab.goto(path.as_uri())
        self.tab.wait_for_timeout(200)
        return self.tab


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as started:
        running = started.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture
def opened(browser: Any) -> Iterator[Opened]:  # noqa: ANN401  a playwright Browser
    context = browser.new_context(offline=True, viewport={"width": 1200, "height": 900})
    yield Opened(context.new_page())
    context.close()


@pytest.fixture(scope="module")
def web_shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from capplan.report.formats.html_charts import chart_html, scripts

    scenario = load(WEB_SHOP)
    gathered = page(scenario, capplan.plan(scenario))
    kept = replace(gathered, simulated=gathered.simulated[:2])
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(html_page([page_document(kept)], chart_html, scripts() or ""), encoding="utf-8")
    return path


def test_it_loads_with_the_network_off_and_says_no_error(opened: Opened, web_shop: Path) -> None:
    tab = opened.open(web_shop)
    assert [url for url in opened.asked if not url.startswith(("file:", "data:", "blob:"))] == []
    assert opened.said == []
    assert tab.title() == "Web shop: capplan"
    total = capplan.plan(load(WEB_SHOP), findings=False).monthly_cost
    assert f"{total:,.2f}" in tab.locator("section.verdict").first.inner_text()
    assert tab.locator("figure .js-plotly-plot").count() > 3


def test_the_cost_tree_folds_by_mouse_and_by_keyboard(opened: Opened, web_shop: Path) -> None:
    tab = opened.open(web_shop)
    writes = tab.locator("table.tree td", has_text="by-status.writes").first
    fold = tab.get_by_role("button", name="DynamoDB", exact=True)
    assert writes.is_visible()
    fold.click()
    assert fold.get_attribute("aria-expanded") == "false"
    assert not writes.is_visible()
    fold.focus()
    tab.keyboard.press("Enter")
    assert writes.is_visible()


def test_all_rows_are_a_button_away(opened: Opened, web_shop: Path) -> None:
    tab = opened.open(web_shop)
    hidden = tab.locator("tr.detail").first
    assert not hidden.is_visible()
    tab.get_by_role("button", name="Show all rows").click()
    assert hidden.is_visible()


def test_a_table_sorts_by_a_column(opened: Opened, web_shop: Path) -> None:
    tab = opened.open(web_shop)
    table = tab.locator("table.flat", has_text="Exceeded at").first
    peak = table.get_by_role("button", name="Peak", exact=True)
    peak.click()
    values = [float(cell.get_attribute("data-value") or "nan") for cell in table.locator("tbody td:nth-child(2)").all()]
    shown = [value for value in values if value == value]  # noqa: PLR0124  without the folded row, which has no number
    assert shown == sorted(shown)
    peak.click()
    assert table.locator("th").nth(1).get_attribute("aria-sort") == "descending"


def test_a_chart_answers_to_the_mouse_and_has_its_table(opened: Opened, web_shop: Path) -> None:
    tab = opened.open(web_shop)
    chart = tab.locator("figure", has_text="Traffic over four weeks").first
    chart.scroll_into_view_if_needed()
    box = chart.locator(".nsewdrag").first.bounding_box()
    assert box is not None
    tab.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    tab.wait_for_timeout(300)
    assert "shoppers" in (chart.locator(".hoverlayer").text_content() or "")
    chart.locator("summary").click()
    assert chart.locator("table tbody tr").count() == 48


def test_a_workflow_is_a_graph_with_hovers_and_a_table(opened: Opened, web_shop: Path) -> None:
    tab = opened.open(web_shop)
    figure = tab.locator("figure", has_text="Workflow graph of fulfil").first
    drawing = figure.locator("svg.graph")
    assert drawing.is_visible()
    assert "fulfil" in (drawing.get_attribute("aria-label") or "")
    shown = {text for text in drawing.locator("text.label").all_text_contents() if text not in ("start", "end")}
    assert shown == {"Charge card", "In stock", "Pack items", "Pack", "Ship", "Backorder", "Refused"}
    hovers = drawing.locator("g.node > title").all_text_contents()
    charge = next(words for words in hovers if words.startswith("Charge card"))
    assert "calls charge-card, 1 visit per execution, 0.02041 retries, takes 205 ms" in charge
    assert "In stock → Pack items: 95%" in drawing.locator("path.way > title").all_text_contents()
    figure.locator("summary").click()
    row = figure.locator("tbody tr", has_text="In stock").last
    assert "Pack items (95%), Backorder (5.0%)" in row.inner_text()


def test_the_text_of_a_graph_is_within_its_boxes_and_in_no_other(opened: Opened, web_shop: Path) -> None:
    """Text is measured without a browser, on the wide side: here its fonts decide."""
    tab = opened.open(web_shop)
    outside = tab.eval_on_selector_all(
        ".graph g.node",
        """nodes => nodes.flatMap(node => [...node.querySelectorAll("text")].filter(text => {
            const [box, words] = [node.querySelector(".shape").getBBox(), text.getBBox()];
            return words.x < box.x || box.x + box.width < words.x + words.width
              || words.y < box.y || box.y + box.height < words.y + words.height;
        }).map(text => text.textContent))""",
    )
    assert outside == []


def test_only_main_sections_are_in_the_list_of_sections(opened: Opened, web_shop: Path) -> None:
    tab = opened.open(web_shop)
    assert tab.locator("nav a").all_inner_texts() == [
        "Monthly cost",
        "Capacity at peak",
        "Recommendations",
        "Unit costs",
        "Traffic",
        "Over time",
        "Workflows",
    ]
    for link in tab.locator("nav a").all():
        assert tab.locator(f"h2{link.get_attribute('href')}").count() == 1


def test_paper_has_charts_as_wide_as_it_is(opened: Opened, web_shop: Path) -> None:
    """A4 within margins of 14 mm: 182 mm, at 96 pixels an inch 688."""
    tab = opened.open(web_shop)
    wide = "() => Math.max(...[...document.querySelectorAll('.main-svg')].map(e => e.getBoundingClientRect().width))"
    assert tab.evaluate(wide) > 1000
    tab.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    tab.wait_for_function(f"({wide})() <= 688")
    tab.evaluate("window.dispatchEvent(new Event('afterprint'))")
    tab.wait_for_function(f"({wide})() > 1000")


def test_the_page_names_no_option_of_the_command(opened: Opened, web_shop: Path) -> None:
    assert "--details" not in opened.open(web_shop).locator("body").inner_text()


def test_it_prints_on_a4(opened: Opened, web_shop: Path) -> None:
    tab = opened.open(web_shop)
    paper = tab.pdf(format="A4", print_background=True)
    assert paper.startswith(b"%PDF")
    assert not tab.locator("nav").is_hidden()
    tab.emulate_media(media="print")
    assert tab.locator("nav").is_hidden()


def test_headings_tables_and_labels_can_be_read_aloud(opened: Opened, web_shop: Path) -> None:
    tab = opened.open(web_shop)
    assert tab.locator("html").get_attribute("lang") == "en"
    assert tab.locator("h1").count() == 1
    assert tab.locator("th:not([scope])").count() == 0
    assert tab.locator("[role=img]:not([aria-label])").count() == 0
    levels = [int(tag[1]) for tag in tab.eval_on_selector_all("h1,h2,h3,h4", "found => found.map(e => e.tagName)")]
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_does_nothing(name: str, opened: Opened, tmp_path: Path) -> None:
    from capplan.report.formats.html_charts import chart_html, scripts

    text = HOSTILE[name]
    plan = replace(PLAN, name=text, file=text, recommendations=(replace(PLAN.recommendations[0], action=text),))
    series = Series(text, text, np.linspace(0, 9, 60))
    inside = (Graph(text, (Node("n2", text, "choice"),), (Edge("n2", "n2", text),)),)
    nodes = (Node("n1", text, "bad", text, (text,), text, 0.5, inside), Node("n3", text))
    graph = Graph(text, nodes, (Edge("n1", "n3", text), Edge("n3", "n1", text, usual=False)))
    blocks = (TimeChart(Chart(text, (series,))), LoadBars(Bars(text, text, 5.0, (9.0, 1.0), (text,))), graph)
    document = plan_document(plan)
    path = tmp_path / "hostile.html"
    page_of = Document(document.title, document.subtitle, (*document.blocks, *blocks))
    path.write_text(html_page([page_of], chart_html, scripts() or ""), encoding="utf-8")
    tab = opened.open(path)
    assert opened.said == []
    assert [url for url in opened.asked if not url.startswith(("file:", "data:", "blob:"))] == []
    assert tab.evaluate("typeof window.capplanWasHere") == "undefined"
    assert tab.locator("h1").count() == 1
    assert tab.locator("svg.graph g.node").count() == 3
    assert tab.locator("svg.graph *:not(g, rect, polygon, path, text, title, defs, marker)").count() == 0
    assert tab.locator("iframe, object, embed, link, img:not(figure img)").count() == 0
