"""CloudFormation and SAM templates, also those that the CDK synthesizes."""

from collections.abc import Mapping

from capplan.importing.cloudformation.read import read_template
from capplan.importing.formats import Format
from capplan.importing.given import Given


def is_template(given: Given) -> bool:
    """Whether a file is a template: resources with types of AWS, or the template's version."""
    resources = given.data.get("Resources")
    if not isinstance(resources, Mapping):
        return False
    types = [str(one.get("Type", "")) for one in resources.values() if isinstance(one, Mapping)]
    return "AWSTemplateFormatVersion" in given.data or any(
        type_.startswith(("AWS::", "Custom::", "Alexa::")) for type_ in types
    )


def _is_sam(given: Given) -> bool:
    return is_template(given) and "AWS::Serverless" in str(given.data.get("Transform"))


FORMATS = (
    Format("sam", "a SAM template", _is_sam, read_template),
    Format("cloudformation", "a CloudFormation template", is_template, read_template),
    Format(
        "cloud-assembly",
        "the manifest of a CDK cloud assembly",
        lambda given: "artifacts" in given.data and "version" in given.data,
        refusal="import the folder, which has the templates: capplan import cdk.out",
    ),
)
