"""The screen of `explain`: figures with all digits have thousands separators."""

from capplan.commands.explain import explain
from capplan.language.load import load
from capplan.report.formats.terminal import terminal_text
from capplan.report.style import Style
from capplan.report.views.explain import explained_document


def test_every_figure_of_the_product_has_separators() -> None:
    # 20,000/s x 2,628,000 s = 52,560,000,000 WRU x 0.000000625 = 32,850 USD, less 10% 29,565
    text = (
        "capplan: 1\nname: Orders\nregion: us-east-1\naccount: {discount: 10%}\n"
        "tables: {orders: {item_size: 1 KB, items: 1M, access: [{put: 20000/s}]}}\n"
    )
    answer = terminal_text(explained_document(explain(load("-", text=text), "orders.writes")), Style(100, ascii=False))
    steps = answer.split("Price of orders.writes")[1].splitlines()
    figures = [step.split()[1] for step in steps if step.startswith((" =", " ×"))]
    assert figures == ["0.000000625", "32,850.0000000000", "29,565.0000000000"]
