"""Prices the services' options: recommendations with their monthly saving, and risks."""

from datetime import date
from decimal import Decimal

from capplan.errors import CapplanError
from capplan.language.scenario import Resource
from capplan.model import Option
from capplan.pipeline.price import Priced, usd_of
from capplan.pipeline.results import Finding, FindingChange
from capplan.pipeline.scaled_calls import with_calls
from capplan.pipeline.what_if import saving, written

_CENT = Decimal("0.01")


def recommendations_of(base: Priced, today: date | None) -> tuple[tuple[Finding, ...], int]:
    """Options that save, and risks; and the number of rules that gave an option."""
    metered = base.metered
    out: list[Finding] = []
    rules: set[str] = set()
    for address, resource in metered.scenario.resources.items():
        options: tuple[Option, ...] = resource.type.options(metered.resource(address))
        for written_option in options:
            rules.add(written_option.rule)
            option = with_calls(resource, written_option)
            finding = _finding(base, address, resource, option, today) if option is not None else None
            if finding is not None:
                out.append(finding)
    out.sort(key=lambda f: (f.severity != "saving", -(f.monthly_saving or Decimal(0)), f.resource, f.rule))
    return tuple(out), len(rules)


def _finding(base: Priced, address: str, resource: Resource, option: Option, today: date | None) -> Finding | None:
    data = base.metered.scenario.data
    changes = tuple(FindingChange(c.path, written(data, c.path), c.to) for c in option.changes)
    try:
        saved, missing = saving(base, address, option.changes, today) if option.changes else (None, ())
    except CapplanError:  # the changed scenario is invalid, such as where another resource refers to a removed name
        return None
    if option.severity == "saving" and (saved is not None and saved < _CENT):
        return None
    return Finding(
        option.rule, resource.label, option.severity, _message(option, base), saved, changes, option.gives_up, missing
    )


def _message(option: Option, base: Priced) -> str:
    """The option's message with its amounts."""
    if not option.amounts:
        return option.message
    amounts = {name: usd_of(charge, base.metered.scenario, base.catalogue) for name, charge in option.amounts}
    texts = {name: "an unknown amount" if usd is None else f"{usd:,.2f} USD" for name, usd in amounts.items()}
    return option.message.format(**texts)
