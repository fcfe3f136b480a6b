"""What the definition of a state machine calls by name, and whether capplan can read it."""

from collections.abc import Mapping

from capplan.errors import CapplanError
from capplan.reading.files import read_template
from capplan.reading.yaml_reader import read_yaml
from capplan.record import Record
from capplan.services import integrations
from capplan.services.stepfunctions.asl.definition import DefinitionError
from capplan.services.stepfunctions.asl.integrations import integration, target_name
from capplan.services.stepfunctions.asl.read import parse


class Called(Record, frozen=True):
    """What the Tasks of a definition call, by state.

    Attributes:
        resources: Section and name of what a state calls, where the definition names it by an action that is known.
        targets: The name alone, also where the section is not known.
        problem: Why it cannot be read; empty where it can.
    """

    resources: Mapping[str, tuple[str, str]] = {}
    targets: Mapping[str, str] = {}
    problem: str = ""


def called_by(text: str, name: str, values: Mapping[str, object]) -> Called:
    """What a definition calls.

    Args:
        text: The definition, JSON, or YAML by the ending of its name.
        name: Of its file.
        values: What its placeholders stand for, as far as that is plain.
    """
    try:
        doc = read_yaml(text, name) if name.endswith((".yaml", ".yml")) else read_template(text, name)
        definition = parse(doc.data, len(text), values)
    except CapplanError as error:
        first = error.diagnostics[0]
        return Called(problem=f"line {first.line}: {first.message}" if first.line else first.message)
    except DefinitionError as error:
        return Called(problem=error.problems[0].message)
    tasks = {state.name: state.task for state in definition.states.values() if state.task is not None}
    targets = {
        name: target for name, task in tasks.items() if (target := target_name(task, integrations())) is not None
    }
    resources = {
        name: (called.section, targets[name])
        for name, task in tasks.items()
        if name in targets and (called := integration(task.resource, integrations())) is not None
    }
    return Called(resources, targets)
