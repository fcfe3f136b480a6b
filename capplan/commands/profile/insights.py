"""Profiles a report of CloudWatch Contributor Insights: the hottest keys of a table, by the units that they took.

Source: DynamoDB Developer Guide, "CloudWatch Contributor Insights for DynamoDB: how it works" (rules of most accessed keys
count ConsumedThroughputUnits: 3 x write units + read units); CloudWatch API Reference, "GetInsightRuleReport",
"InsightRuleContributor" (at most 100 contributors; values and the number of unique contributors are approximations) (read
2026-11-30).
"""

import hashlib
from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal

from capplan import __version__
from capplan.commands.profile.kinds import INSIGHTS
from capplan.commands.profile.measured import HotKey, KeyUse, Profile, RankBucket
from capplan.errors import CapplanError, Diagnostic
from capplan.importing.value import Value
from capplan.reading.files import read_any
from capplan.reading.foreign_json import read_foreign_json
from capplan.reading.limits import MAX_SAVED_BYTES
from capplan.reading.trace_files import TraceFile

_UNITS = "keys are weighed by the units they took (3 x write units + read units), as Contributor Insights counts them"
_NO_RATE = "a report of Contributor Insights has the hottest keys only: no rate"


def insights_profile(files: Sequence[TraceFile], timezone: str, salt: str | None) -> Profile:
    """The profile of a report; of several, which are of one table one after the other, the sums.

    Raises:
        CapplanError: A file cannot be read, or its keys are not partition keys.
    """
    totals: dict[str, Decimal] = {}
    all_units, distinct, read = Decimal(0), 0, 0
    for file in files:
        if file.kind == "empty":
            continue
        read += 1
        document = read_foreign_json(read_any(file.path, MAX_SAVED_BYTES), file.path)
        report = Value(document.data, document)
        listed = Decimal(0)
        for contributor in report.get("Contributors").items():
            key, units = _contributor(contributor)
            totals[key] = totals.get(key, Decimal(0)) + units
            listed += units
        said = report.get("AggregateValue")
        all_units += max(listed, said.count() if said.known else listed)
        unique = report.get("ApproximateUniqueCount")
        distinct = max(distinct, unique.whole() if unique.known else 0)
    if not totals or not any(totals.values()):
        hint = "was the rule on at that time? ask again with --max-contributor-count 100"
        raise CapplanError((Diagnostic(files[0].path, 0, 0, "the report has no contributors", hint),))
    keys = _use(totals, all_units, distinct, salt)
    return Profile(
        version=__version__,
        files={INSIGHTS: read},
        columns={},
        rows=len(totals),
        used=len(totals),
        requests=0,
        set_aside={},
        timezone=timezone,
        told=(_NO_RATE,),
        keys=keys,
        hashed=salt is not None,
        remarks=(_UNITS, *_said(len(totals), keys)),
    )


def _contributor(contributor: Value) -> tuple[str, Decimal]:
    keys = contributor.get("Keys").items()
    if len(keys) != 1:
        hint = "ask for the rule of partition keys: DynamoDBContributorInsights-PKC-TABLE-..."
        contributor.get("Keys").fail(f"expected a partition key, found {len(keys)} keys", hint)
    return keys[0].text(), contributor.get("ApproximateAggregateValue").count()


def _use(totals: dict[str, Decimal], all_units: Decimal, distinct: int, salt: str | None) -> KeyUse:
    """The listed keys one by one, and the rest of the units on the keys that are not listed, evenly."""
    ranked = sorted(((key, _whole(units)) for key, units in totals.items()), key=lambda pair: (-pair[1], pair[0]))
    ranked = [(key, units) for key, units in ranked if units]
    listed = sum(units for _, units in ranked)
    rest_keys, rest = max(0, distinct - len(ranked)), max(0, _whole(all_units) - listed)
    rest = min(rest, rest_keys * ranked[-1][1])  # a key that is not listed took no more than the last that is
    buckets = [RankBucket(i, i, units) for i, (_, units) in enumerate(ranked, 1)]
    if rest:
        buckets.append(RankBucket(len(ranked) + 1, len(ranked) + rest_keys, rest))
    hottest = tuple(HotKey(_hashed(key, salt), units, None) for key, units in ranked[:100])
    return KeyUse(len(ranked) + (rest_keys if rest else 0), listed + rest, hottest, tuple(buckets), is_exact=False)


def _hashed(key: str, salt: str | None) -> str:
    return key if salt is None else hashlib.sha256(f"{salt}{key}".encode()).hexdigest()[:16]


def _whole(units: Decimal) -> int:
    return int(units.quantize(Decimal(1), ROUND_HALF_UP))


def _said(listed: int, keys: KeyUse) -> Iterable[str]:
    if keys.distinct > listed:
        yield f"the {keys.distinct - listed:,} keys that are not listed share the rest of the units evenly"
    else:
        yield "no number of other keys is known: write distinct beside popularity"
