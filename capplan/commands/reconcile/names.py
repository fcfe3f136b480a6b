"""Finds what a line of a bill is in the plan: its price key, by SKU or usage type, and its resource, by id, tag or map."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import NamedTuple

from capplan.commands.reconcile.bill import BillLine
from capplan.errors import CapplanError, Diagnostic
from capplan.pricing.catalogue import keys_by_sku
from capplan.reading.nearest import nearest
from capplan.services import SECTIONS
from capplan.services.bills import ANY_CODE, UsageType, billed
from capplan.services.offers import usage_regions

_ARN = re.compile(r"arn:[^:]*:[^:]*:[^:]*:[^:]*:(.+)")
_WORDS = re.compile(r"[a-z0-9]+")
_LOGICAL = ("aws:cloudformation:logical-id", "aws_cloudformation_logical_id", "Name", "name")
"""Tags whose value names a resource as a template or its owner does."""


class NameMap(NamedTuple):
    """`--map`: what is matched (an id, or `tag:KEY=VALUE`), and the resource that it is."""

    pattern: str
    resource: str


class Found(NamedTuple):
    """A resource of the plan, and how it was told: "" where none was."""

    resource: str
    how: str


def mappings(given: Iterable[str], labels: Sequence[str]) -> tuple[NameMap, ...]:
    """`PATTERN=RESOURCE` of the command line. Raises CapplanError for a resource that the scenario does not have."""
    out = []
    for text in given:
        pattern, sign, resource = text.rpartition("=")
        if not sign or not pattern.strip() or not resource.strip():
            hint = "such as 'prod-orders-*=orders' or 'tag:app=checkout=orders'"
            raise CapplanError((Diagnostic("--map", 0, 0, f"'{text[:60]}' is not PATTERN=RESOURCE", hint),))
        if resource.strip() not in labels:
            close = nearest(resource.strip(), labels)
            hint = f"did you mean {close}?" if close else f"it has {', '.join(list(labels)[:5])}"
            message = f"the scenario has no resource '{resource.strip()[:60]}'"
            raise CapplanError((Diagnostic("--map", 0, 0, message, hint),))
        out.append(NameMap(pattern.strip(), resource.strip()))
    return tuple(out)


class Named(NamedTuple):
    """What a line is: its service (empty for one that capplan does not know), price keys that it may be, its Region."""

    service: str
    keys: tuple[str, ...]
    region: str
    per: int = 1


def named(line: BillLine, home: str) -> Named:
    """What a line of usage is. Several keys have one usage type: those of the plan are taken first."""
    if line.key:
        return Named(line.key.partition(".")[0], (line.key,), line.region or home)
    prefix, rest = _without_region(line.usage_type)
    region = line.region or prefix or (usage_regions()[""] if line.usage_type else home)
    services = [s for s in billed().values() if line.service in s.codes or line.service in s.names]
    service = services[0].service if services else ""
    if line.sku and (keys := keys_by_sku(region).get(line.sku)):
        return Named(keys[0].partition(".")[0], keys, region)
    anywhere = [s for s in billed().values() if ANY_CODE in s.codes and s not in services]
    for one in (*services, *anywhere):
        found = _by_usage_type(one.service).get(rest.lower(), ())
        exact = [u for u in found if u.operation is not None and u.operation == line.operation]
        chosen = exact or list(found)
        if chosen:
            return Named(one.service, tuple(dict.fromkeys(u.key for u in chosen)), region, chosen[0].per)
    return Named(service, (), region)


@lru_cache(maxsize=64)
def _by_usage_type(service: str) -> Mapping[str, tuple[UsageType, ...]]:
    out: dict[str, tuple[UsageType, ...]] = {}
    for one in billed()[service].usage_types:
        out[one.name.lower()] = (*out.get(one.name.lower(), ()), one)
    return out


@lru_cache(maxsize=4096)
def _without_region(usage_type: str) -> tuple[str, str]:
    """The Region that stands before a usage type (empty for none or all), and the rest."""
    code, dash, rest = usage_type.partition("-")
    regions = usage_regions()
    if dash and code in regions:
        return regions[code], rest
    if dash and code == "Global":
        return "", rest
    for region in sorted(set(regions.values()), key=len, reverse=True):
        if usage_type.startswith(f"{region}-"):
            return region, usage_type[len(region) + 1 :]
    return "", usage_type


class Resources:
    """The plan's resources, by which those of a bill are told."""

    def __init__(self, services: Mapping[str, Collection[str]], maps: Sequence[NameMap]) -> None:
        """The labels, each with the services of its charges."""
        self.services, self.maps = services, maps
        self.exact: dict[str, list[str]] = {}
        self.words: dict[str, list[str]] = {}
        for label in services:
            section, _, name = label.rpartition(".")
            called = name if section in SECTIONS else label
            self.exact.setdefault(called.lower(), []).append(label)
            self.words[label] = _WORDS.findall(called.lower())

    def find(self, line: BillLine, services: Iterable[str]) -> Found:
        """The resource of a line; services are those of the plan in which it may be."""
        for one in self.maps:
            if _matches(one.pattern, line):
                return Found(one.resource, "map")
        among = set(services)
        for key, value in line.tags:
            if key in _LOGICAL and (label := self._called(value, among)):
                return Found(label, "tag")
        for candidate in _names(line.resource):
            if label := self._called(candidate, among):
                return Found(label, "id")
        words = _WORDS.findall(line.resource.lower())
        found = [
            label
            for label, part in self.words.items()
            if part and among.intersection(self.services[label]) and _has(words, part)
        ]
        longest = max((len(self.words[label]) for label in found), default=0)
        best = [label for label in found if len(self.words[label]) == longest]
        return Found(best[0], "part of the id") if len(best) == 1 else Found("", "")

    def _called(self, name: str, among: set[str]) -> str:
        """The one resource of a name that is charged for by some services; empty for none, or several."""
        found = [label for label in self.exact.get(name.lower(), ()) if among.intersection(self.services[label])]
        return found[0] if len(found) == 1 else ""


def _names(resource: str) -> tuple[str, ...]:
    """What an id may be called: itself, the part of an ARN that names it, and its last part."""
    match = _ARN.fullmatch(resource)
    inner = match[1] if match else resource
    after_type = re.split(r"[:/]", inner, maxsplit=1)[-1]
    return tuple(dict.fromkeys((resource, inner, after_type, re.split(r"[:/]", inner)[-1])))


def _has(words: Sequence[str], part: Sequence[str]) -> bool:
    """Whether all words of a part are there, in their order: what a template writes between them does not matter."""
    rest = iter(words)
    return all(word in rest for word in part)


def _matches(pattern: str, line: BillLine) -> bool:
    if pattern.startswith("tag:"):
        key, _, value = pattern.removeprefix("tag:").partition("=")
        return any(name == key and fnmatchcase(found, value or "*") for name, found in line.tags)
    return bool(line.resource) and (
        fnmatchcase(line.resource, pattern) or any(fnmatchcase(name, pattern) for name in _names(line.resource))
    )
