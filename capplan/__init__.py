"""Plans the cost and the capacity of serverless AWS workloads before anything is deployed.

The Python API has what the command line has: `load`, `plan`, `compare_modes`, `simulate` and `workflow`.
"""

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = ["__version__", "compare_modes", "load", "plan", "simulate", "workflow"]

_MODULES = {
    "load": "capplan.language.load",
    "plan": "capplan.commands.plan",
    "compare_modes": "capplan.commands.compare.modes",
    "simulate": "capplan.commands.simulate",
    "workflow": "capplan.commands.workflow.analyze",
}

if TYPE_CHECKING:
    from capplan.commands.compare.modes import compare_modes
    from capplan.commands.plan import plan
    from capplan.commands.simulate import simulate
    from capplan.commands.workflow.analyze import workflow
    from capplan.language.load import load


def __getattr__(name: str) -> Any:  # noqa: ANN401  `--version` must not pay for planning
    if name not in _MODULES:
        raise AttributeError(name)
    from importlib import import_module  # noqa: PLC0415

    return getattr(import_module(_MODULES[name]), name)
