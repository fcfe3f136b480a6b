"""The JSON Schemas of the answers, by the contract: keys that stay until the number in `schema` changes. It writes no answer.

More keys may stand in an answer than are named here; none of those named is dropped or renamed.
"""

from collections.abc import Mapping, Sequence
from typing import Any

Schema = dict[str, Any]
DRAFT = "https://json-schema.org/draft/2020-12/schema"
_TEXT: Schema = {"type": "string"}
_WHOLE: Schema = {"type": "integer"}
_FLAG: Schema = {"type": "boolean"}
_FIGURE: Schema = {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$", "description": "A decimal, every digit."}
_DAY: Schema = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
_ANY: Schema = {}


def _or_null(schema: Schema) -> Schema:
    """Null is unknown, never 0."""
    return {"anyOf": [schema, {"type": "null"}]}


def _object(**keys: Schema) -> Schema:
    return {"type": "object", "properties": keys, "required": list(keys)}


def _list(item: Schema) -> Schema:
    return {"type": "array", "items": item}


def _one_of(*words: str) -> Schema:
    return {"enum": list(words)}


def _by_name(value: Schema) -> Schema:
    return {"type": "object", "additionalProperties": value}


_SCENARIO = _object(name=_TEXT, region=_TEXT, sha256=_TEXT)
_PRICES = _object(sha256=_TEXT, oldest_checked=_or_null(_DAY))
_CHANGE = _list({**_object(path=_TEXT, to=_ANY), "required": ["path", "from", "to"]})
_LINE = _object(
    id=_TEXT, resource=_TEXT, service=_TEXT, sku=_or_null(_TEXT), description=_TEXT,
    consumed_quantity=_FIGURE, consumed_unit=_TEXT, pricing_quantity=_FIGURE, pricing_unit=_TEXT,
    list_unit_price=_FIGURE, list_cost=_FIGURE, contracted_cost=_FIGURE,
    charge_frequency=_one_of("usage_based", "recurring", "one_time"),
    price_source=_TEXT, price_effective=_or_null(_DAY), price_confidence=_TEXT,
)  # fmt: skip
_LIMIT = _object(
    resource=_TEXT, limit=_TEXT, load=_FIGURE, quota=_FIGURE, unit=_TEXT, headroom=_FIGURE, breached=_FLAG,
    at=_or_null(_TEXT),
)  # fmt: skip
_FINDING = _object(
    rule=_TEXT, resource=_TEXT, severity=_one_of("saving", "risk"), message=_TEXT, monthly_saving=_or_null(_FIGURE),
    change=_CHANGE,
)  # fmt: skip
_ASSUMPTION = _object(
    path=_TEXT, value=_TEXT, reason=_TEXT, kind=_one_of("aws_default", "workload"),
    monthly_cost_if_not=_or_null(_FIGURE),
)  # fmt: skip
_GATE = _object(
    gate=_TEXT, line=_or_null(_WHOLE), column=_or_null(_WHOLE), level=_one_of("deny", "warn"),
    observed=_or_null(_FIGURE), limit=_or_null(_FIGURE), margin=_or_null(_FIGURE),
    verdict=_one_of("pass", "fail", "waived"),
)  # fmt: skip
_PLAN = _object(
    schema={"const": "capplan.plan/1"},
    capplan_version=_TEXT,
    scenario=_SCENARIO,
    currency={"const": "USD"},
    month_hours={"const": "730"},
    seed=_WHOLE,
    prices=_PRICES,
    monthly_cost=_FIGURE,
    one_time_cost=_FIGURE,
    cost_by_service=_object(dynamodb=_FIGURE, stepfunctions=_FIGURE, glue=_FIGURE, **{"lambda": _FIGURE}),
    resources=_list(_object(name=_TEXT, kind=_TEXT, monthly_cost=_FIGURE, usage=_by_name(_ANY))),
    line_items=_list(_LINE),
    limits=_list(_LIMIT),
    findings=_list(_FINDING),
    assumptions=_list(_ASSUMPTION),
    excluded=_list(_object(what=_TEXT, why=_TEXT)),
    gates=_list(_GATE),
)
_OPTION = _object(
    id=_TEXT, mode=_one_of("on_demand", "provisioned"), table_class=_TEXT, settings=_by_name(_ANY),
    commitment=_or_null(_ANY), monthly_cost=_or_null(_FIGURE), throttled_share=_or_null(_FIGURE), pareto=_FLAG,
    reason=_TEXT,
)  # fmt: skip
_TABLE = _object(
    name=_TEXT,
    index=_or_null(_TEXT),
    break_even_utilisation=_object(read=_or_null(_FIGURE), write=_or_null(_FIGURE)),
    recommended=_or_null(_TEXT),
    options=_list(_OPTION),
)
_MODES = _object(schema={"const": "capplan.modes/1"}, scenario=_SCENARIO, prices=_PRICES, tables=_list(_TABLE))
_SIDE = _object(source=_TEXT, name=_TEXT, region=_TEXT, sha256=_TEXT, prices_sha256=_TEXT)
_AMOUNTS = _object(base=_FIGURE, head=_FIGURE, change=_FIGURE, change_share=_or_null(_FIGURE))
_STATE = _or_null(_object(headroom=_FIGURE, breached=_FLAG, load=_FIGURE, quota=_FIGURE))


def _moved(word: str) -> Schema:
    """Money by name; null where it does not exist on that side."""
    return _list(_object(base=_or_null(_FIGURE), head=_or_null(_FIGURE), change=_FIGURE, **{word: _TEXT}))


_DIFF = _object(
    schema={"const": "capplan.diff/1"},
    base=_SIDE,
    head=_SIDE,
    currency={"const": "USD"},
    monthly_cost=_AMOUNTS,
    one_time_cost=_AMOUNTS,
    inputs=_list(_object(path=_TEXT, base=_or_null(_TEXT), head=_or_null(_TEXT))),
    inputs_known=_FLAG,
    cost_by_service=_moved("service"),
    resources=_moved("resource"),
    line_items=_moved("id"),
    limits=_list(_object(resource=_TEXT, limit=_TEXT, base=_STATE, head=_STATE, change=_FIGURE)),
    gates=_list(_object(gate=_TEXT, base=_TEXT, head=_TEXT)),
)
_OBSERVABLE = _object(
    name=_TEXT, value=_or_null(_FIGURE), unit=_TEXT, limit=_or_null(_FIGURE), why_unknown=_or_null(_TEXT),
    gate=_or_null(_TEXT),
)  # fmt: skip
_GATES = _object(schema={"const": "capplan.gates/1"}, scenario=_SCENARIO, observables=_list(_OBSERVABLE))
_MISTAKE = _object(file=_TEXT, line=_or_null(_WHOLE), column=_or_null(_WHOLE), message=_TEXT, hint=_TEXT)
_ERRORS = _object(schema={"const": "capplan.errors/1"}, errors=_list(_MISTAKE))
_SERIES = _object(
    name=_TEXT, unit=_TEXT, role=_one_of("filled", "refused", "line"), start_second=_WHOLE, step_seconds=_WHOLE,
    values=_list(_FIGURE),
)  # fmt: skip
_TIMELINE = _object(
    name=_TEXT,
    settings=_TEXT,
    day=_WHOLE,
    books={**_object(unit=_TEXT, offered=_FIGURE), "additionalProperties": _FIGURE},
    month=_list(_SERIES),
    charts=_list(_object(title=_TEXT, series=_list(_SERIES))),
    bars=_list(_object(title=_TEXT, unit=_TEXT, limit=_FIGURE, values=_list(_FIGURE), names=_list(_TEXT))),
    events=_list(_object(second=_WHOLE, at=_TEXT, text=_TEXT, reason=_TEXT, bad=_FLAG)),
    notes=_list(_TEXT),
)
_SIMULATION = _object(
    schema={"const": "capplan.simulation/1"},
    capplan_version=_TEXT,
    scenario=_SCENARIO,
    seed=_WHOLE,
    timezone=_TEXT,
    resources=_list(_object(name=_TEXT, address=_TEXT, kind=_TEXT, timelines=_list(_TIMELINE))),
    skipped=_list(_TEXT),
)
_ANSWERS: Mapping[str, tuple[Schema, str]] = {
    "plan": (_PLAN, "What `capplan estimate` and `check` answer with --format json."),
    "modes": (_MODES, "What `capplan compare-modes` answers with --format json."),
    "simulation": (_SIMULATION, "What `capplan simulate` answers with --format json."),
    "diff": (_DIFF, "What `capplan diff` answers with --format json."),
    "gates": (_GATES, "What `capplan gates` answers with --format json."),
    "errors": (_ERRORS, "What every command says of wrong input with --format json."),
}
ANSWERS: Sequence[str] = tuple(_ANSWERS)
"""The answers that have a schema."""


def answer_schema(name: str) -> Schema:
    """The schema of one answer, by its name in `ANSWERS`."""
    schema, description = _ANSWERS[name]
    return {"$schema": DRAFT, "title": f"capplan {name}", "description": description, **schema}
