"""What `capplan mcp` offers: each tool is a command of the command line, with its answer in the short form.

A tool reads inside the served folder, which is the working folder, and writes nowhere but inside `write_to`.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from capplan.cli.check import share_of_bill, with_bill
from capplan.cli.compare_modes import multiples_of, of_table
from capplan.cli.explain import is_number, rules_named
from capplan.cli.options import DRAWS
from capplan.cli.steps import day_of, delta, scenario_of
from capplan.errors import CapplanError, Diagnostic
from capplan.reading.files import Files, Source, bytes_of
from capplan.reading.limits import MAX_BYTES, MAX_SAVED_BYTES
from capplan.reading.scalars import shown
from capplan.reading.yaml_reader import decode
from capplan.record import replace
from capplan.report.record import value_of
from capplan.report.records.errors import errors_record
from capplan.report.short import short

TEXT = "<text>"
"""The name of a scenario that is given as text."""
_MAX_WORD = 300
_MAX_WORDS = 200
_MAX_TOP = 1000
_MAX_USD = 10**15
_MAX_SEED = 2**63 - 1
_MAX_DRAWS = 100_000
_MAX_TIMES = 10
_YAML = (".yaml", ".yml")

Word = Annotated[str, Field(max_length=_MAX_WORD)]
Words = Annotated[list[Word], Field(max_length=_MAX_WORDS)]


class Arguments(BaseModel):
    """What every tool takes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    fields: Words = Field([], description="Dotted paths of the whole JSON answer to get instead of the short one.")
    top: int | None = Field(None, ge=1, le=_MAX_TOP, description="The n largest entries of each list; 5 by default.")


class OfScenario(Arguments):
    """What a tool takes that reads a scenario."""

    scenario: Word | None = Field(None, description="Path of a scenario file inside the served folder.")
    text: str | None = Field(None, description="The scenario itself, as YAML, instead of a path.")


class Planned(OfScenario):
    """What a tool takes that plans it."""

    today: Word | None = Field(None, description="The day for waivers and the age of prices, YYYY-MM-DD.")
    seed: int = Field(0, ge=0, le=_MAX_SEED, description="Random seed.")


class Overlaid(Planned):
    """What a tool takes that plans it with other files laid over it."""

    overlay: Words = Field([], description="Paths of files that are laid over it, such as prod.yaml.")


class Changed(Overlaid):
    """The same, with values and prices that are other for this answer."""

    set: Words = Field([], description="Values to override for this answer, each PATH=VALUE: traffic.users.rate=50/s.")
    prices: Words = Field([], description="Paths of files with your own rates, as under `prices` of a scenario.")
    on: Word | None = Field(None, description="Use the prices of this day, YYYY-MM-DD.")


class Estimated(Changed):
    """What `estimate` takes."""

    budget: Decimal | None = Field(None, gt=0, le=_MAX_USD, description="A gate more: at most so many USD a month.")
    draws: int = Field(DRAWS, ge=1, le=_MAX_DRAWS, description="Draws of the scenario's ranges.")


class Checked(Estimated):
    """What `check` takes."""

    baseline: Word | None = Field(
        None, description="Path of the scenario as it was, or of its saved JSON, which changes are held against."
    )
    budget_delta: Word | None = Field(None, description="At most so much above the baseline: 50 (USD) or 5%.")
    bill: Words = Field([], description="Paths of a month's bill: a gate more, that most of it is explained.")
    map: Words = Field([], description="For bill, each PATTERN=RESOURCE: ids, or tag:KEY=VALUE, that are a resource.")
    max_unexplained: Word | None = Field(None, description="The share of the bill that may stay unexplained: 5%.")


class Compared(Changed):
    """What `compare-modes` takes."""

    table: Word | None = Field(None, description="One table; all without it.")
    times: Annotated[list[Word], Field(max_length=_MAX_TIMES)] = Field(
        [], description="Multiples of the traffic to compare at, such as 3x; 0.5x, 1x and 2x without."
    )


class Explained(Overlaid):
    """What `explain` takes."""

    line: Word | None = Field(None, description="A line item's id or a recommendation's number; all lines without.")
    rule: Word | None = Field(None, description="Instead of a scenario: a rule's id, or the word rules for all.")


class Applied(Planned):
    """What `apply` takes."""

    numbers: Annotated[list[int], Field(min_length=1, max_length=_MAX_WORDS)] = Field(
        description="Numbers of recommendations, as estimate gives them."
    )
    write: Word | None = Field(None, description="File to write, inside the server's --write-to folder; else a diff.")


class Priced(Arguments):
    """What `prices` takes."""

    key: Word | None = Field(None, description="A price key, such as lambda.duration.arm64.")
    region: Word | None = Field(None, description="An AWS Region code; all Regions without it.")


class Tool(NamedTuple):
    """A tool: its arguments, and how its whole answer, a record or plain JSON, is made of them.

    Attributes:
        answer: Takes the arguments and the folder that may be written into, None for none.
    """

    name: str
    title: str
    description: str
    arguments: type[Arguments]
    answer: Callable[[Any, Path | None], object]
    writes: bool = False

    def schema(self) -> dict[str, Any]:
        """The JSON Schema of its arguments, without what an agent need not read."""
        plain: dict[str, Any] = _without_titles(self.arguments.model_json_schema())
        del plain["description"]
        return plain


def call(name: str, given: Mapping[str, Any], write_to: Path | None) -> tuple[Any, bool]:
    """What a tool answers, as plain JSON, and whether that is an error."""
    try:
        tool = _tool(name)
        arguments = _checked(tool, given)
        answer = value_of(tool.answer(arguments, write_to))
        return short(answer, arguments.fields, arguments.top), False
    except CapplanError as error:
        return value_of(errors_record(replace(one, file=_argument(one.file)) for one in error.diagnostics)), True
    except typer.BadParameter as error:  # a value of an argument that the command line reads the same way
        place = (error.param_hint or "arguments") if isinstance(error.param_hint, str | None) else "arguments"
        return value_of(errors_record([Diagnostic(_argument(place), 0, 0, error.message)])), True


def _argument(place: str) -> str:
    """A place of an error, where it is an option as the argument that it is here."""
    return place.removeprefix("--").replace("-", "_") if place.startswith("--") else place


def _tool(name: str) -> Tool:
    for tool in TOOLS:
        if tool.name == name:
            return tool
    raise _wrong("tool", f"there is no tool {shown(name)}", f"write {', '.join(tool.name for tool in TOOLS)}")


def _checked(tool: Tool, given: Mapping[str, Any]) -> Arguments:
    """The arguments of a call. Raises CapplanError with all that is wrong."""
    try:
        return tool.arguments.model_validate(given)
    except ValidationError as error:
        known = ", ".join(tool.arguments.model_fields)
        raise CapplanError(
            tuple(
                Diagnostic(
                    ".".join(map(str, one["loc"])) or "arguments", 0, 0, one["msg"], f"{tool.name} takes {known}"
                )
                for one in error.errors(include_url=False, include_input=False)
            )
        ) from None


def _wrong(place: str, message: str, hint: str) -> CapplanError:
    return CapplanError((Diagnostic(place, 0, 0, message, hint),))


def _without_titles(value: Any) -> Any:  # noqa: ANN401  a JSON Schema
    if isinstance(value, list):
        return [_without_titles(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {key: _without_titles(one) for key, one in value.items() if not (key == "title" and isinstance(one, str))}


# --- what is read and written ----------------------------------------------------------------------------------------


def _inside(folder: Path, name: str, place: str, which: str) -> Path:
    """The real path of a name inside a folder, every link resolved. Raises CapplanError for one outside."""
    root = folder.resolve()
    try:
        path = (root / name).resolve()
    except (OSError, ValueError, RuntimeError):  # a NUL in the name, a loop of links
        path = root.parent
    if not name or not path.is_relative_to(root) or path == root:
        raise _wrong(
            place, f"{shown(name)} is outside of the {which} folder", f"name a file inside of the {which} folder"
        )
    return path


def _file(name: str, place: str) -> Source:
    """A scenario file of the served folder. Raises CapplanError."""
    path = _inside(Path(), name, place, "served")
    within = path.relative_to(Path.cwd())
    return Source(decode(bytes_of(path, name, MAX_BYTES), name), name, Files(within.parent))


def _source(given: OfScenario) -> Source:
    """The scenario that is given by its path or its text. Raises CapplanError."""
    if given.text is not None and given.scenario is None:
        text = decode(given.text.encode("utf-8", "surrogatepass"), TEXT)
        return Source(text, TEXT, Files(Path()))
    if given.scenario is None or given.text is not None:
        raise _wrong("scenario", "expected a scenario or its text", "give either scenario, a path, or text, YAML")
    return _file(given.scenario, "scenario")


def _scenario(given: OfScenario, *, allow_open: bool = False) -> Any:  # noqa: ANN401  a Scenario
    """The checked scenario, with the values that are set. Raises CapplanError."""
    changed = given if isinstance(given, Changed) else Changed()
    budget = given.budget if isinstance(given, Estimated) else None
    over = given.overlay if isinstance(given, Overlaid) else ()
    source = _source(given)
    layers = [[_file(name, "overlay") for name in over], _prices_files(changed)]
    try:
        return scenario_of(source, budget, changed.set, layers, allow_open=allow_open, on=day_of(changed.on, "--on"))
    except CapplanError as error:
        from capplan.commands.told import what_it_is  # noqa: PLC0415  only where it is no scenario

        other = None if given.scenario is None else what_it_is(given.scenario, error)
        raise error if other is None else other from None


def _prices_files(given: Changed) -> list[Source]:
    return [_file(name, "prices") for name in given.prices]


def _bill(given: Checked) -> list[str]:
    """The files of a bill, each inside of the served folder: no folders and patterns. Raises CapplanError."""
    paths = [_inside(Path(), name, "bill", "served") for name in given.bill]
    for path, name in zip(paths, given.bill, strict=True):
        if not path.is_file():
            raise _wrong("bill", f"{shown(name)} is no file", "name each file of the bill")
    return [str(path.relative_to(Path.cwd())) for path in paths]


# --- the tools -------------------------------------------------------------------------------------------------------


def _validate(given: OfScenario, _: Path | None) -> object:
    from capplan.commands.plan import plan  # noqa: PLC0415
    from capplan.report.records.valid import valid_record  # noqa: PLC0415

    return valid_record([plan(_scenario(given, allow_open=True), findings=False)])


def _estimate(given: Estimated, _: Path | None) -> object:
    from capplan.commands.plan import plan  # noqa: PLC0415
    from capplan.report.records.plan import plan_record  # noqa: PLC0415

    scenario = _scenario(given, allow_open=True)
    return plan_record(plan(scenario, today=day_of(given.today), seed=given.seed, draws=given.draws))


def _check(given: Checked, _: Path | None) -> object:
    from capplan.cli.sources import baseline_of  # noqa: PLC0415
    from capplan.commands.plan import plan  # noqa: PLC0415
    from capplan.language.scenario import with_gates  # noqa: PLC0415
    from capplan.report.records.plan import checked_record  # noqa: PLC0415

    if given.budget_delta is not None and given.baseline is None:
        raise _wrong("budget_delta", "it needs baseline", "name the scenario as it was")
    today, share = day_of(given.today), share_of_bill(given.bill, given.map, given.max_unexplained, 1)
    scenario, of_bill = _scenario(given), None
    if (change := delta(given.budget_delta)) is not None:
        scenario = with_gates(scenario, change)
    if given.bill:
        scenario, of_bill = with_bill(scenario, _bill(given), given.map, share, today, given.seed)
    base = None if given.baseline is None else _baseline(given, given.baseline, scenario.name)
    held = replace(baseline_of(base, given.baseline, scenario.name), bill=of_bill)
    planned = plan(scenario, today=today, seed=given.seed, baseline=held, allow_unjudged=False, draws=given.draws)
    return checked_record(planned, base)


def _baseline(given: Checked, path: str, name: str) -> Any:  # noqa: ANN401  a PlanRecord
    """The plan of a name in a saved JSON, or of a scenario at the same prices. Raises CapplanError."""
    from capplan.cli.sources import of_names  # noqa: PLC0415
    from capplan.commands.plan import plan  # noqa: PLC0415
    from capplan.reading.saved_json import parse_saved_json  # noqa: PLC0415
    from capplan.report.records.plan import plan_record, saved_plans  # noqa: PLC0415

    if path.lower().endswith(".json"):
        inside = _inside(Path(), path, "baseline", "served")
        text = decode(bytes_of(inside, path, MAX_SAVED_BYTES), path, MAX_SAVED_BYTES)
        plans = saved_plans(parse_saved_json(text, path), path)
    else:
        layers, on = [[], _prices_files(given)], day_of(given.on, "--on")
        before = scenario_of(_file(path, "baseline"), None, None, layers, allow_open=False, on=on)
        plans = (plan_record(plan(before, today=day_of(given.today), seed=given.seed, findings=False)),)
    return of_names(plans, path, [name])[0]


def _compare_modes(given: Compared, _: Path | None) -> object:
    from capplan.commands.compare.modes import compare_modes  # noqa: PLC0415
    from capplan.report.records.modes import modes_record  # noqa: PLC0415

    multiples = multiples_of(given.times)
    modes = compare_modes(_scenario(given), today=day_of(given.today), seed=given.seed, multiples=multiples)
    return modes_record(modes if given.table is None else of_table(modes, given.table))


def _explain(given: Explained, _: Path | None) -> object:
    from capplan.commands.explain import explain, line_items  # noqa: PLC0415
    from capplan.commands.explain_recommendation import explain_recommendation  # noqa: PLC0415
    from capplan.report.records.explain import (  # noqa: PLC0415
        explain_record,
        lines_record,
        recommendation_record,
        rules_record,
    )

    if given.rule is not None:
        return rules_record(rules_named(given.rule))
    scenario, today = _scenario(given), day_of(given.today)
    if given.line is None:
        return lines_record(line_items(scenario, today=today, seed=given.seed))
    if is_number(given.line):
        number = int(given.line)
        return recommendation_record(explain_recommendation(scenario, number, today=today, seed=given.seed))
    return explain_record(explain(scenario, given.line, today=today, seed=given.seed))


def _apply(given: Applied, write_to: Path | None) -> object:
    from capplan.commands.apply import applied  # noqa: PLC0415
    from capplan.reading.writing import write_atomic  # noqa: PLC0415
    from capplan.report.records.apply import apply_record  # noqa: PLC0415

    target = None if given.write is None else _target(given.write, write_to)
    done = applied(_source(given), given.numbers, today=day_of(given.today), seed=given.seed)
    if target is not None:
        write_atomic(target, done.text)
    return apply_record(done, given.write)


def _target(name: str, write_to: Path | None) -> Path:
    """The file that a call may write: YAML, inside of the folder for it. Raises CapplanError."""
    if write_to is None:
        hint = "start it with capplan mcp --write-to FOLDER, or leave write out to get the diff"
        raise _wrong("write", "this server is read-only", hint)
    path = _inside(write_to, name, "write", "--write-to")
    if path.suffix not in _YAML or (path.exists() and not path.is_file()):
        raise _wrong("write", f"{shown(name)} is no YAML file", "name a file that ends with .yaml")
    return path


def _prices(given: Priced, _: Path | None) -> object:
    from capplan.pricing import listing  # noqa: PLC0415
    from capplan.report.records.prices import prices_record, regions_record  # noqa: PLC0415

    if given.key is not None:
        history, everywhere = listing.history_of, listing.everywhere
        return prices_record(everywhere(given.key) if given.region is None else history(given.region, given.key))
    return (
        regions_record(listing.regions_of()) if given.region is None else prices_record(listing.prices_of(given.region))
    )


TOOLS = (
    Tool(
        "validate",
        "Is a scenario valid?",
        "All errors of a scenario at once, each with file, line, column and what to write instead.",
        OfScenario,
        _validate,
    ),
    Tool(
        "estimate",
        "What does it cost, what breaks first, what to change?",
        "The month's cost by service and line item, the nearest limits, gates and numbered recommendations of a scenario.",
        Estimated,
        _estimate,
    ),
    Tool(
        "check",
        "Do the gates pass?",
        "The verdict on a scenario's gates, with why one fails and which recommendations would make it pass.",
        Checked,
        _check,
    ),
    Tool(
        "compare-modes",
        "Which capacity mode for each DynamoDB table?",
        "On-demand, provisioned, auto scaled and scheduled capacity of each table: cost, and what each throttles.",
        Compared,
        _compare_modes,
    ),
    Tool(
        "explain",
        "Where does a figure come from?",
        "One line item with all digits and its causes, recommendation N with its working, or what a rule looks at.",
        Explained,
        _explain,
    ),
    Tool(
        "apply",
        "Write recommendations into a scenario",
        "The scenario with recommendations written into it, comments kept: a diff and the new cost; a file with write.",
        Applied,
        _apply,
        writes=True,
    ),
    Tool(
        "prices",
        "Which prices are used, how old, from where?",
        "Regions with the age of their prices; the price keys of a Region; one price with its tiers, source and dates.",
        Priced,
        _prices,
    ),
)
