"""The SQL that measures a trace, over `events`: one row a request, cleaned.

Portable and exact: whole numbers, `count`, `sum`, `min`, `max`, `floor`, `%`, `group by` and `join` only, so that
every engine gives the same rows. `events` has these columns:

    at_seconds   whole seconds since 1970 UTC
    operation, target, item_key   text, null where the trace has none
    bytes, duration_ms            numbers of at least 0 and less than 10^13, null where there is none
    failed, throttled             1 or 0, null where the trace has no status
    no_zone, bad_bytes, bad_duration   1 where the time names no zone, where a size or a duration is no such number
    reason   why the row is set aside; null where it is used

`STEPS` are computed once, by their names; `RESULTS` are what a profile is made of.
"""

from collections.abc import Mapping
from typing import NamedTuple

STEPS: Mapping[str, str] = {
    "parts": """
SELECT reason, operation, target, count(*) AS n, sum(no_zone) AS no_zone, sum(bad_bytes) AS bad_bytes,
       sum(bad_duration) AS bad_duration, sum(failed) AS failed, sum(throttled) AS throttled,
       min(at_seconds) AS first_at, max(at_seconds) AS last_at, count(item_key) AS with_key, count(bytes) AS with_bytes,
       count(duration_ms) AS with_duration
FROM events GROUP BY reason, operation, target
""",
    "seconds": """
SELECT at_seconds AS second, count(*) AS requests FROM events WHERE reason IS NULL GROUP BY at_seconds
""",
    "used_keys": """
SELECT item_key, count(*) AS requests FROM events WHERE reason IS NULL AND item_key IS NOT NULL GROUP BY item_key
""",
}
OUTCOME = """
SELECT reason, sum(n) AS n, sum(no_zone) AS no_zone, sum(bad_bytes) AS bad_bytes, sum(bad_duration) AS bad_duration,
       sum(failed) AS failed, sum(throttled) AS throttled, min(first_at) AS first_at, max(last_at) AS last_at,
       sum(with_key) AS with_key, sum(with_bytes) AS with_bytes, sum(with_duration) AS with_duration
FROM parts GROUP BY reason ORDER BY n DESC, reason
"""
MIX = """
SELECT operation, target, n AS requests, coalesce(failed, 0) AS failed
FROM parts WHERE reason IS NULL ORDER BY requests DESC, operation, target LIMIT 50
"""
MINUTES = """
SELECT second - second % 60 AS minute, sum(requests) AS requests
FROM seconds GROUP BY second - second % 60 ORDER BY minute
"""
BUSIEST = """
SELECT second, requests FROM seconds ORDER BY requests DESC, second LIMIT 10
"""
KEY_COUNTS = """
SELECT requests, count(*) AS n FROM used_keys GROUP BY requests ORDER BY requests DESC
"""
_HOT = """
SELECT item_key, requests, row_number() OVER (ORDER BY requests DESC, item_key) - 1 AS place
FROM (SELECT item_key, requests FROM used_keys ORDER BY requests DESC, item_key LIMIT 100) AS most_used
"""
HOTTEST = f"""
SELECT hot.item_key, hot.requests, busiest.busiest_second
FROM (SELECT place_and_second % 100 AS place, max(in_second) AS busiest_second
      FROM (SELECT events.at_seconds * 100 + hot.place AS place_and_second, count(*) AS in_second
            FROM events JOIN ({_HOT.strip()}) AS hot ON events.item_key = hot.item_key
            WHERE events.reason IS NULL
            GROUP BY events.at_seconds * 100 + hot.place) AS by_second
      GROUP BY place_and_second % 100) AS busiest
JOIN ({_HOT.strip()}) AS hot ON hot.place = busiest.place
ORDER BY hot.requests DESC, hot.item_key
"""
"""Grouped by one number for a key and a second: groups of texts do not fit in memory where the trace is large."""


TARGETS = """
SELECT target, sum(n) AS requests, coalesce(sum(failed), 0) AS failed
FROM parts WHERE reason IS NULL AND target IS NOT NULL GROUP BY target ORDER BY requests DESC, target LIMIT 20
"""


MS = 1000
"""Thousandths of a millisecond, in which functions are billed."""


def _values(column: str, unit: int = 0) -> str:
    """Thousandths rounded half up to 3 digits, so that the groups are few; `rest` makes their sum exact again.

    Apart for each of the targets that most rows name; all others have none. Values below a thousand units of so many
    thousandths are apart too where another number of started units is billed: their ends have a rounded value twice.
    """
    started, apart = "", ""
    if unit:
        up = f"thousandths + ({unit} - thousandths % {unit}) % {unit}"
        started, apart = f", CASE WHEN thousandths <= {unit * 1000} THEN {up} ELSE 0 END AS started", ", started"
    steps = " ".join(f"WHEN thousandths < {10**digits} THEN {10 ** (digits - 3)}" for digits in range(4, 17))
    return f"""
SELECT target, rounded, count(*) AS n, sum(thousandths - rounded) AS rest, min(thousandths) AS least,
       max(thousandths) AS most
FROM (SELECT target, thousandths, halfway - halfway % step AS rounded{started}
      FROM (SELECT target, thousandths, step, thousandths + (step - step % 2) // 2 AS halfway
            FROM (SELECT target, thousandths, CASE WHEN thousandths < 1000 THEN 1 {steps} END AS step
                  FROM (SELECT frequent.target, CAST(floor(events.{column} * 1000 + 0.5) AS BIGINT) AS thousandths
                        FROM events LEFT JOIN ({TARGETS.strip()}) AS frequent ON events.target = frequent.target
                        WHERE events.reason IS NULL AND events.{column} IS NOT NULL) AS given) AS stepped) AS half) AS whole
GROUP BY target, rounded{apart} ORDER BY rounded, most, target
"""


OUTCOME_COLUMNS = (
    "reason", "n", "no_zone", "bad_bytes", "bad_duration", "failed", "throttled", "first_at", "last_at", "with_key",
    "with_bytes", "with_duration",
)  # fmt: skip


class Result(NamedTuple):
    """One result: its statement, the step it needs (empty where none), and what its columns are called."""

    sql: str
    step: str
    columns: tuple[str, ...]


_VALUES = ("target", "rounded", "n", "rest", "least", "most")
RESULTS: Mapping[str, Result] = {
    "outcome": Result(OUTCOME, "parts", OUTCOME_COLUMNS),
    "mix": Result(MIX, "parts", ("operation", "target", "requests", "failed")),
    "targets": Result(TARGETS, "parts", ("target", "requests", "failed")),
    "bytes": Result(_values("bytes"), "parts", _VALUES),
    "durations": Result(_values("duration_ms", MS), "parts", _VALUES),
    "minutes": Result(MINUTES, "seconds", ("minute", "requests")),
    "busiest": Result(BUSIEST, "seconds", ("second", "requests")),
    "key_counts": Result(KEY_COUNTS, "used_keys", ("requests", "n")),
    "hottest": Result(HOTTEST, "used_keys", ("item_key", "requests", "busiest_second")),
}
