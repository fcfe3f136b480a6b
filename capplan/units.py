"""Factors between units.

AWS's KB, MB and GB are binary in the services planned here (DynamoDB Service Quotas; Lambda quotas; read 2026-11-23).
"""

from fractions import Fraction

BYTES_PER_KB = 1024
BYTES_PER_MB = 1024**2
BYTES_PER_GB = 1024**3
MB_PER_GB = 1024

MS_PER_SECOND = 1000
SECONDS_PER_MINUTE = 60
SECONDS_PER_HOUR = 3600
SECONDS_PER_DAY = 86_400
MINUTES_PER_DAY = 1440

DAYS_PER_YEAR = 365
MONTHS_PER_YEAR = 12
MONTH_HOURS = 730
MONTH_SECONDS = MONTH_HOURS * SECONDS_PER_HOUR
"""A billing month: 365/12 days, 2,628,000 seconds."""

PERIOD_DAYS = 28
PERIOD_MINUTES = PERIOD_DAYS * MINUTES_PER_DAY
"""The simulated period: four whole weeks, day 1 a Monday."""
PERIOD_TO_MONTH = Fraction(MONTH_HOURS, PERIOD_DAYS * 24)
"""Scales what recurs in the simulated period to a month (730/672); a spike happens once a month and counts once."""
