"""Formats that are told and not read, with what to do instead."""

import re
from collections.abc import Callable

from capplan.importing.formats import Format
from capplan.importing.given import Given

_HCL = re.compile(
    r'^(?:resource|data|provider|module|variable|output|terraform|locals)\b(?:[ \t]+"[^"\n]*"){0,2}[ \t]*\{',
    re.MULTILINE,
)

_BILL = (
    "a bill says what was paid: capplan reconcile SCENARIO BILL lays it beside a plan; "
    "to make a scenario, import the template, the plan or the metrics"
)


def _header(*words: str) -> Callable[[Given], bool]:
    """Whether the first line of a CSV has some columns."""

    def matches(given: Given) -> bool:
        first = given.text.partition("\n")[0].lower()
        return "," in first and all(word in first for word in words)

    return matches


def _is_terraform_state(given: Given) -> bool:
    return "terraform_version" in given.data and "lineage" in given.data


FORMATS = (
    Format(
        "terraform-source",
        "a Terraform configuration",
        lambda given: given.document is None and _HCL.search(given.text) is not None,
        refusal="its values are references; import the plan: terraform plan -out plan.bin && terraform show -json plan.bin > plan.json",
    ),
    Format(
        "terraform-state",
        "a Terraform state",
        _is_terraform_state,
        refusal="import what it shows: terraform show -json > state.json",
    ),
    Format(
        "cost-and-usage-report",
        "a bill (Cost and Usage Report)",
        lambda given: _header("lineitem/usagetype")(given) or _header("line_item_usage_type")(given),
        refusal=_BILL,
    ),
    Format(
        "focus",
        "a bill (FOCUS)",
        _header("chargecategory", "billedcost"),
        refusal=_BILL,
    ),
    Format(
        "cost-explorer",
        "a bill (Cost Explorer)",
        lambda given: "ResultsByTime" in given.data,
        refusal=_BILL,
    ),
    Format(
        "infracost-output",
        "what infracost printed",
        lambda given: "Monthly Qty" in given.text and "OVERALL TOTAL" in given.text,
        refusal="import what it read: the plan, and the usage file",
    ),
    Format(
        "xray",
        "X-Ray traces",
        lambda given: isinstance(given.data.get("Traces"), list),
        refusal="traces are not read; write what they show into the scenario: rates, durations",
    ),
    Format(
        "scenario",
        "a scenario",
        lambda given: "capplan" in given.data,
        refusal="it is one already: capplan estimate",
    ),
)
