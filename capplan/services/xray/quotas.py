"""AWS X-Ray's quotas and default sampling, each with its source and the day it was read."""

from datetime import date

from capplan.service import Quota

READ = date(2026, 11, 30)
_QUOTAS = "AWS X-Ray endpoints and quotas"

SEGMENTS = Quota("xray.segments", 2600, "segments/s", _QUOTAS, READ, adjustable=True, shared=True)
"""Of a Region; segments above it are dropped."""
RESERVOIR_PER_S = 1
RATE = "0.05"
"""The default rule, and Lambda's: the first request of each second, and 5% of the others (X-Ray Developer Guide, Sampling)."""
ALL = (SEGMENTS,)
