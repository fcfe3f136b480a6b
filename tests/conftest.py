"""How long Hypothesis waits: as long as it takes, since tests share a machine's cores and say nothing of speed."""

from hypothesis import HealthCheck, settings

settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")
