"""The answers that have a JSON Schema, and their records."""

from collections.abc import Mapping

from capplan.commands.saved_plan import PlanRecord
from capplan.report.records.apply import ApplyRecord
from capplan.report.records.diff import DiffRecord
from capplan.report.records.drivers import DriversRecord
from capplan.report.records.errors import ErrorsRecord
from capplan.report.records.forecast import ForecastRecord
from capplan.report.records.gates import GatesRecord
from capplan.report.records.import_ import ImportRecord
from capplan.report.records.modes import ModesRecord
from capplan.report.records.optimize import OptimizeRecord
from capplan.report.records.price_audit import AgesRecord, PriceDiffRecord, VerifiedPricesRecord
from capplan.report.records.profile import ProfileRecord
from capplan.report.records.reconcile import ReconcileRecord
from capplan.report.records.refresh import RefreshRecord
from capplan.report.records.regions import RegionsRecord
from capplan.report.records.simulation import SimulationRecord
from capplan.report.records.sweep import SweepRecord
from capplan.report.records.verify import VerifyRecord

ANSWERS: Mapping[str, type] = {
    "plan": PlanRecord,
    "modes": ModesRecord,
    "simulation": SimulationRecord,
    "diff": DiffRecord,
    "gates": GatesRecord,
    "apply": ApplyRecord,
    "optimize": OptimizeRecord,
    "forecast": ForecastRecord,
    "drivers": DriversRecord,
    "sweep": SweepRecord,
    "regions": RegionsRecord,
    "reconcile": ReconcileRecord,
    "import": ImportRecord,
    "verify": VerifyRecord,
    "prices-verify": VerifiedPricesRecord,
    "prices-age": AgesRecord,
    "prices-diff": PriceDiffRecord,
    "prices-refresh": RefreshRecord,
    "profile": ProfileRecord,
    "errors": ErrorsRecord,
}
