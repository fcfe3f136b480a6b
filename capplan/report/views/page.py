"""Shows a plan with its charts, as a report to mail."""

from capplan.commands.page import Page
from capplan.record import replace
from capplan.report.document import AmountBars, Block, Document, Facts, Heading, Panel, Table, TimeChart, facts
from capplan.report.views.estimate import plan_document
from capplan.report.views.parts import service_label
from capplan.report.views.simulate import timeline_blocks
from capplan.report.views.workflow import workflow_document


def page_document(page: Page, *, top: int = 10) -> Document:
    """The estimate, with the cost of each service after the cost, and what happens over time at the end."""
    document = plan_document(page.plan, top=top)
    blocks: list[Block] = []
    for block in document.blocks:
        blocks.append(block)
        if isinstance(block, Table) and len(blocks) == 2:  # noqa: PLR2004  the heading and the table of cost
            blocks += _by_service(page)
    return replace(document, blocks=(*blocks, *_over_time(page), *_workflows(page)))


def _by_service(page: Page) -> list[Block]:
    costs = sorted(page.plan.cost_by_service.items(), key=lambda pair: -pair[1])
    amounts = tuple((service_label(service), float(cost)) for service, cost in costs if cost)
    return [AmountBars("Cost by service", "USD a month", amounts)] if len(amounts) > 1 else []


def _over_time(page: Page) -> list[Block]:
    blocks: list[Block] = []
    if page.traffic is not None:
        blocks += [Heading("Traffic"), TimeChart(page.traffic)]
    timelines = [timeline for resource in page.simulated for timeline in resource.timelines]
    if timelines:
        blocks.append(Heading("Over time", "simulated by the minute"))
    for timeline in timelines:
        blocks += map(_part, timeline_blocks(timeline, whole=True, all_events=False))
    if page.left_out:
        blocks.append(facts(("Not drawn", ", ".join(page.left_out))))
    return blocks


def _workflows(page: Page) -> list[Block]:
    blocks: list[Block] = [Heading("Workflows")] if page.workflows else []
    for workflow in page.workflows:
        document = workflow_document(workflow)
        blocks += [Heading(workflow.label, document.subtitle, level=2)]
        blocks += [_part(_part(_plain(block))) for block in document.blocks]
    return blocks


def _part(block: Block) -> Block:
    """A heading is one level lower where it is part of a section."""
    if isinstance(block, Heading) and block.level < 3:  # noqa: PLR2004  the lowest
        return replace(block, level=3 if block.level == 2 else 2)  # noqa: PLR2004
    return block


def _plain(block: Block) -> Block:
    """A verdict that is one of several stands in its section, without a frame."""
    return Facts(block.facts) if isinstance(block, Panel) else block
