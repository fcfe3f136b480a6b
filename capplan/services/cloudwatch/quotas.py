"""Amazon CloudWatch's quotas, each with its source and the day it was read."""

from datetime import date

from capplan.service import Quota

READ = date(2026, 11, 30)
_QUOTAS = "Amazon CloudWatch User Guide, CloudWatch service quotas"

PUT_METRIC_DATA = Quota("cloudwatch.put_metric_data", 500, "requests/s", _QUOTAS, READ, adjustable=True, shared=True)
ALL = (PUT_METRIC_DATA,)
