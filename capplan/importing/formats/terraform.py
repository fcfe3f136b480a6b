"""Plans and states of Terraform and OpenTofu, as `terraform show -json` writes them."""

from capplan.importing.formats import Format
from capplan.importing.given import Given
from capplan.importing.terraform.plan import is_plan
from capplan.importing.terraform.read import read_plan


def _is_state(given: Given) -> bool:
    return is_plan(given.data) and "planned_values" not in given.data


def _is_log(given: Given) -> bool:
    first = given.text.lstrip()[:300]
    return '"@level"' in first and '"terraform' in first


FORMATS = (
    Format("terraform-plan", "a Terraform plan", lambda given: is_plan(given.data) and not _is_state(given), read_plan),
    Format("terraform-show-state", "a Terraform state", _is_state, read_plan),
    Format(
        "terraform-log",
        "the log of terraform plan -json",
        _is_log,
        refusal="import the plan itself: terraform plan -out plan.bin && terraform show -json plan.bin > plan.json",
    ),
)
