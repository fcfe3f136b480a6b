"""The SQL that measures a trace, over `events`: one row a request, cleaned.

Portable: date arithmetic on seconds since 1970, `floor`, `round`, `power`, `log10`, `sum`, `count`, `max`; exact functions
only, so that another engine gives the same rows. `events` has these columns:

    at_seconds   seconds since 1970 UTC, with their fraction
    operation, target, item_key   text, null where the trace has none
    bytes, duration_ms            numbers of at least 0, null where there is none
    failed, throttled             1 or 0
    no_zone, bad_bytes, bad_duration   1 where the time names no zone, where a size or a duration is no number of at least 0
    reason   why the row is set aside; null where it is used
"""

OUTCOME = """
SELECT reason, count(*) AS n, sum(no_zone) AS no_zone, sum(bad_bytes) AS bad_bytes, sum(bad_duration) AS bad_duration,
       sum(failed) AS failed, sum(throttled) AS throttled, min(at_seconds) AS first_at, max(at_seconds) AS last_at
FROM events GROUP BY reason ORDER BY n DESC, reason
"""
SECONDS = """
CREATE TEMPORARY TABLE seconds AS
SELECT floor(at_seconds) AS second, count(*) AS requests FROM events WHERE reason IS NULL GROUP BY floor(at_seconds)
"""
MINUTES = """
SELECT floor(second / 60) * 60 AS minute, sum(requests) AS requests
FROM seconds GROUP BY floor(second / 60) ORDER BY minute
"""
BUSIEST = """
SELECT second, requests FROM seconds ORDER BY requests DESC, second LIMIT 10
"""
MIX = """
SELECT operation, target, count(*) AS requests, sum(failed) AS failed
FROM events WHERE reason IS NULL GROUP BY operation, target
ORDER BY requests DESC, operation, target LIMIT 50
"""
KEYS = """
CREATE TEMPORARY TABLE used_keys AS
SELECT item_key, count(*) AS requests FROM events WHERE reason IS NULL AND item_key IS NOT NULL GROUP BY item_key
"""
KEY_COUNTS = """
SELECT requests, count(*) AS n FROM used_keys GROUP BY requests ORDER BY requests DESC
"""
HOTTEST = """
SELECT hot.item_key, max(hot.requests) AS requests, max(by_second.requests) AS busiest_second
FROM (SELECT item_key, requests FROM used_keys ORDER BY requests DESC, item_key LIMIT 100) hot
JOIN (SELECT item_key, floor(at_seconds) AS second, count(*) AS requests FROM events
      WHERE reason IS NULL
        AND item_key IN (SELECT item_key FROM used_keys ORDER BY requests DESC, item_key LIMIT 100)
      GROUP BY item_key, floor(at_seconds)) by_second
  ON by_second.item_key = hot.item_key
GROUP BY hot.item_key ORDER BY requests DESC, hot.item_key
"""
VALUES = """
SELECT CASE WHEN {column} > 0 THEN floor(log10({column})) - 2 ELSE 0 END AS exponent,
       CASE WHEN {column} > 0 THEN round({column} / power(10, floor(log10({column})) - 2)) ELSE 0 END AS digits,
       count(*) AS n, sum({column}) AS total, min({column}) AS least, max({column}) AS most
FROM events WHERE reason IS NULL AND {column} IS NOT NULL
GROUP BY 1, 2 ORDER BY min({column})
"""
"""Values rounded to 3 digits, so that the groups are few and their quantiles right to 3 digits."""
