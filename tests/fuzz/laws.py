"""What must be so of every answer, and of pairs of answers; each law gives what it found wrong, or nothing."""

import copy
import json
import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any

import jsonschema

from capplan.report.record import answer_schema
from capplan.report.records.answers import ANSWERS
from capplan.services import SECTIONS
from tests.fuzz.answers import Answer, answer
from tests.fuzz.cases import Case, lay_out

CODES = (0, 2, 3, 4)
"""Exit codes of the contract: 1 is a bug of capplan's, 130 an interrupt."""
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_SCRIPT = re.compile(r"<script\b.*?</script>", re.DOTALL)
"""A library's own code in a page; values of a scenario stand there as ASCII."""
_NOT_A_NUMBER = re.compile(r"-?(?:nan|inf(?:inity)?)", re.IGNORECASE)
_COSTS: tuple[str, ...] = (
    "monthly_cost",
    "yearly_cost",
    "one_time_cost",
    "list_cost",
    "contracted_cost",
    "list_unit_price",
)
_COSTS += ("pricing_quantity", "consumed_quantity")
_SHARES = frozenset({"throttled_share"})
_TEXTS = frozenset(
    {"name", "from", "to", "value", "hint", "key", "path", "operation", "target", "id", "service", "usage_types"}
)
"""Keys of words that others wrote: `NaN` may be a name."""


def broken(case: Case, found: Answer) -> str:
    """What is wrong with one answer, in a few words; empty where it keeps every law."""
    if found.crash:
        return found.crash
    if found.code not in CODES:
        return f"exit code {found.code}"
    if "Traceback (most recent call last)" in found.err:
        return "a traceback"
    shown = _SCRIPT.sub("", found.out) if "html" in case.words else found.out
    for name, text in (("output", shown), ("errors", found.err)):
        control = _CONTROL.search(text)
        if control is not None:
            return f"control character {control[0]!a} in the {name}"
    if found.code != 0 and not (found.out.strip() or found.err.strip()):
        return f"exit code {found.code} without a word"
    return _broken_json(found.out, found.code) if _wants_json(case) else ""


def _wants_json(case: Case) -> bool:
    return any(a == "-f" and b == "json" for a, b in zip(case.words, case.words[1:], strict=False))


def _broken_json(text: str, code: int) -> str:
    if not text and code == 0:
        return "no JSON"
    try:
        data = json.loads(text, parse_constant=_refuse)
    except ValueError as error:
        return f"no JSON: {error}"
    for record in data if isinstance(data, list) else [data]:
        wrong = next(_wrong_values(record), "") or _against_schema(record)
        if wrong:
            return wrong
    return ""


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is no JSON")


def _wrong_values(value: Any, key: str = "") -> Iterator[str]:  # noqa: ANN401  any JSON
    """Figures that are no number, costs below 0, shares outside 0 to 1."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _wrong_values(inner, str(name))
    elif isinstance(value, list):
        for inner in value:
            yield from _wrong_values(inner, key)
    elif isinstance(value, str):
        if _NOT_A_NUMBER.fullmatch(value) and key not in _TEXTS:
            yield f"{value} under {key}"
        elif key in _COSTS and value.startswith("-"):
            yield f"{key} below 0"
        elif key in _SHARES and not 0 <= Decimal(value) <= 1:
            yield f"{key} is {value}"


@lru_cache
def _validator(name: str) -> Any:  # noqa: ANN401  jsonschema's own type
    return jsonschema.Draft202012Validator(answer_schema(name, ANSWERS[name]))


def _against_schema(record: Any) -> str:  # noqa: ANN401  any JSON
    name = str(record.get("schema", "")) if isinstance(record, dict) else ""
    known = name.removeprefix("capplan.").partition("/")[0]
    if known not in ANSWERS:
        return ""
    error = next(_validator(known).iter_errors(record), None)
    return (
        ""
        if error is None
        else f"not by its schema: {'/'.join(map(str, error.absolute_path))[:60]} {error.message[:100]}"
    )


# --- pairs of answers -------------------------------------------------------------------------------------------------


def _planned(case: Case, data: Any, folder: Path) -> Any:  # noqa: ANN401  plain data
    """The plan of a changed scenario by the same words, seed and day; None where it is not planned."""
    lay_out(case._replace(files={**case.files, "scenario.yaml": data}), folder)
    found = answer(case.words, folder)
    return json.loads(found.out) if found.code == 0 and not found.crash and found.out else None


def adds_up(case: Case, plan: Mapping[str, Any], folder: Path, _rng: Random) -> str:  # noqa: ARG001  a law's shape
    """`verify` adds a plan up by arithmetic of its own."""
    (folder / "saved.json").write_text(json.dumps(plan), encoding="utf-8", errors="surrogatepass")
    found = answer(("verify", "saved.json"), folder)
    return "" if found.code == 0 else f"does not add up (exit {found.code}): {_first_bad(found)}"


def _first_bad(found: Answer) -> str:
    lines = [line.strip() for line in found.out.splitlines() if "!" in line or "differ" in line]
    return found.crash or (lines[0][:120] if lines else found.err[:120])


def order(case: Case, plan: Mapping[str, Any], folder: Path, _rng: Random) -> str:
    """The order of sections and of entries changes no total."""
    data = case.files["scenario.yaml"]
    turned = {k: dict(reversed(v.items())) if isinstance(v, dict) else v for k, v in reversed(data.items())}
    other = _planned(case, turned, folder)
    if other is None:
        return "not planned in another order"
    return differ(plan, other, "another order")


def differ(plan: Mapping[str, Any], other: Mapping[str, Any], where: str, renamed: str = "", new: str = "") -> str:
    """What of two plans is not the same: totals, and what each resource costs and uses; `renamed` is `new` in the other."""
    for key in ("monthly_cost", "one_time_cost"):
        if _apart(plan[key], other[key]):
            return f"{key} {plan[key]} is {other[key]} in {where}"
    others = {resource["address"]: resource for resource in other["resources"]}
    for resource in (one for one in plan["resources"] if not one["implied_by"]):  # these are named after their cause
        address = resource["address"]
        same = others.get(new if address == renamed else address)
        if same is None:
            return f"{address} is gone in {where}"
        for key, value in {"monthly_cost": resource["monthly_cost"], **resource["usage"]}.items():
            found = same["monthly_cost"] if key == "monthly_cost" else same["usage"].get(key)
            if _apart(value, found):
                return f"{key} of {address} {value} is {found} in {where}"
    return ""


def _apart(a: object, b: object) -> bool:
    """Whether two figures differ by more than rounding; any other two values where they are not the same."""
    try:
        x, y = Decimal(str(a)), Decimal(str(b))
    except ArithmeticError:
        return a != b
    return abs(x - y) > Decimal("1e-6") + abs(x) * Decimal("1e-9")


def names(case: Case, plan: Mapping[str, Any], folder: Path, rng: Random) -> str:
    """What a resource or a traffic is called changes no figure."""
    data = case.files["scenario.yaml"]
    named = [(s, n) for s, part in data.items() if isinstance(part, dict) and s in _SECTIONS for n in part]
    named = [(s, n) for s, n in named if re.fullmatch(r"[A-Za-z][\w-]*", n) and n not in _WORDS]
    if not named:
        return ""
    section, name = rng.choice(named)
    new = f"{rng.choice(('A', 'zz', 'm-'))}{rng.randrange(100)}"
    word = re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])")
    files = {key: _renamed(content, word, new) for key, content in case.files.items()}
    files["scenario.yaml"][section] = {new if n == name else n: v for n, v in files["scenario.yaml"][section].items()}
    other = _planned(case._replace(files=files), files["scenario.yaml"], folder)
    if other is None:  # the name is a word of something else too
        return ""
    return differ(plan, other, f"another name of {section}.{name}", f"{section}.{name}", f"{section}.{new}")


def _renamed(value: Any, word: re.Pattern[str], new: str) -> Any:  # noqa: ANN401  plain data
    """A name replaced in every text of some data; keys stay."""
    if isinstance(value, dict):
        return {key: _renamed(inner, word, new) for key, inner in value.items()}
    if isinstance(value, list):
        return [_renamed(inner, word, new) for inner in value]
    return word.sub(new, value) if isinstance(value, str) else value


def free_tier(case: Case, plan: Mapping[str, Any], folder: Path, _rng: Random) -> str:
    """The Free Tier never makes a plan dearer."""
    data = copy.deepcopy(case.files["scenario.yaml"])
    if not isinstance(data.setdefault("account", {}), dict) or data["account"].get("free_tier"):
        return ""
    data["account"]["free_tier"] = True
    other = _planned(case, data, folder)
    if other is None:
        return "not planned with the Free Tier"
    dearer = Decimal(other["monthly_cost"]) > Decimal(plan["monthly_cost"]) + Decimal("1e-6")
    return f"dearer with the Free Tier: {plan['monthly_cost']}, {other['monthly_cost']}" if dearer else ""


def more_traffic(case: Case, plan: Mapping[str, Any], folder: Path, rng: Random) -> str:
    """Tables on demand alone: more requests never cost less."""
    data = copy.deepcopy(case.files["scenario.yaml"])
    tables = data.get("tables")
    alone = set(data) <= {"capplan", "name", "region", "timezone", "traffic", "tables", "account"}
    plain = isinstance(tables, dict) and all(
        isinstance(t, dict) and t.get("capacity", "on-demand") == "on-demand" and not {"ttl", "stream"} & set(t)
        for t in tables.values()
    )
    if not (alone and plain and tables):
        return ""
    factor = rng.choice((1.1, 2, 10))
    scaled = [_scale(part, factor) for part in (data.get("traffic"), *(t.get("access") for t in tables.values()))]
    if not any(scaled):
        return ""
    other = _planned(case, data, folder)
    if other is None:
        return ""
    cheaper = Decimal(other["monthly_cost"]) < Decimal(plan["monthly_cost"]) - Decimal("1e-6")
    return f"{factor} × the traffic is cheaper: {plan['monthly_cost']}, {other['monthly_cost']}" if cheaper else ""


_RATE = re.compile(r"\s*([0-9.]+)(\s*[kMB]?/(?:s|min|h|day|month)\s*)")


def _scale(value: Any, factor: float) -> bool:  # noqa: ANN401  plain data
    """Multiplies every rate inside; whether there is one."""
    pairs: Any = (
        list(value.items()) if isinstance(value, dict) else list(enumerate(value)) if isinstance(value, list) else []
    )
    done = False
    for key, inner in pairs:
        match = _RATE.fullmatch(inner) if isinstance(inner, str) else None
        if match:
            value[key] = f"{Decimal(match[1]) * Decimal(str(factor)):f}{match[2]}"
            done = True
        else:
            done = _scale(inner, factor) or done
    return done


_SECTIONS = frozenset({"traffic", *SECTIONS})
_WORDS = frozenset({"id", "m", "s", "min", "h", "d", "B", "KB", "MB", "GB", "TB", "USD", "x", "k", "M"})
"""Names that are units or words of the language too: another reading, not another name."""

LAWS: Mapping[str, Callable[[Case, Mapping[str, Any], Path, Random], str]] = {
    "adds up": adds_up,
    "order": order,
    "names": names,
    "free tier": free_tier,
    "more traffic": more_traffic,
}


def broken_law(case: Case, found: Answer, folder: Path, rng: Random) -> str:
    """One law about a plan that was answered as JSON, chosen by chance; empty where it holds."""
    data = case.files.get("scenario.yaml")
    if found.code != 0 or case.words[0] != "estimate" or not _wants_json(case) or not isinstance(data, dict):
        return ""
    if "--set" in case.words or "--prices" in case.words or "--on" in case.words:
        return ""
    name = rng.choice(sorted(LAWS))
    wrong = LAWS[name](case, json.loads(found.out), folder, rng)
    return f"{name}: {wrong}" if wrong else ""
