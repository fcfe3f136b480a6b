"""The rooms' options with their worth: savings that save, and risks. It has no rule of its own."""

from datetime import date
from decimal import Decimal

from capplan.errors import CapplanError
from capplan.language.scenario import Resource
from capplan.model import Option
from capplan.pipeline.price import Priced, usd_of
from capplan.pipeline.results import Finding, FindingChange
from capplan.pipeline.what_if import saving, written

_CENT = Decimal("0.01")


def recommendations_of(base: Priced, today: date | None) -> tuple[tuple[Finding, ...], int]:
    """Options that save, and risks; and how many rules looked."""
    metered = base.metered
    out: list[Finding] = []
    rules: set[str] = set()
    for address, resource in metered.scenario.resources.items():
        options: tuple[Option, ...] = resource.kind.options(
            resource.name, resource.spec, metered.usage[address], metered.context
        )
        for option in options:
            rules.add(option.rule)
            found = _finding(base, address, resource, option, today)
            if found is not None:
                out.append(found)
    out.sort(key=lambda f: (f.severity != "saving", -(f.monthly_saving or Decimal(0)), f.resource, f.rule))
    return tuple(out), len(rules)


def _finding(base: Priced, address: str, resource: Resource, option: Option, today: date | None) -> Finding | None:
    data = base.metered.scenario.data
    changes = tuple(FindingChange(c.path, written(data, c.path), c.to) for c in option.changes)
    try:
        saved, missing = saving(base, address, option.changes, today) if option.changes else (None, ())
    except CapplanError:  # the scenario does not allow these settings, such as a name that something else refers to
        return None
    if option.severity == "saving" and (saved is not None and saved < _CENT):
        return None
    return Finding(
        option.rule, resource.label, option.severity, _message(option, base), saved, changes, option.gives_up, missing
    )


def _message(option: Option, base: Priced) -> str:
    """The option's words with its amounts."""
    if not option.amounts:
        return option.message
    found = {name: usd_of(charge, base.metered.scenario, base.catalogue) for name, charge in option.amounts}
    shown = {name: "an unknown amount" if usd is None else f"{usd:,.2f} USD" for name, usd in found.items()}
    return option.message.format(**shown)
