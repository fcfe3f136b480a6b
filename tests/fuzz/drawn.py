"""Draws a scenario from the JSON Schema of the language: any key may stand anywhere it is known."""

from collections.abc import Mapping
from random import Random
from typing import Any

NAMES = ("a", "b", "c")
VALUES: Mapping[str, tuple[Any, ...]] = {
    "size": ("0 B", "300 B", "1 KB", "4 KB", "64 KB", "256 KB", "1 MB", "30 MB", {"p50": "1 KB", "p99": "8 KB"}),
    "bytes": ("1 B", "300 B", "1 KB", "1 MB", "20 GB", "3 TB"),
    "megabytes": ("128 MB", "512 MB", "1 GB", "10240 MB"),
    "duration": ("1 ms", "45 ms", "2 s", "10 min", "12 h", {"p50": "45 ms", "p99": "300 ms"}),
    "time": ("0 s", "1 s", "30 s", "5 min", "1 h", "4 d", "90 d"),
    "count": (0, 1, 2, 3, 10, 100, "5k", "1M", 0.5),
    "share": ("0%", "0.01%", "2%", "20%", "50%", "99.9%", "100%"),
    "factor": ("0x", "0.2x", "1x", "1.5x", "3x", "20x"),
    "money": ("0 USD", "1 USD", "2500 USD"),
    "rate": ("0/s", "1/month", "15/day", "3/s", "60/s", "2k/min", "50M/month", "5k/s"),
    "data-rate": ("1 KB/day", "300 GB/day", "12 MB/s"),
}
"""Ordinary values of each kind of quantity, its ends among them."""
TEXTS: tuple[str, ...] = (
    *NAMES,
    "us-east-1",
    "id",
    "python3.13",
    "java21",
    "all",
    "standard",
    "on-demand",
    "zipf(0.9)",
    "uniform",
)
TEXTS += ("day 12 10:00", "20:00", "cron(0 3 * * ? *)", "rate(5 minutes)", "m.asl.json", "6%/month", "a.b", "5.0")


class Drawer:
    """Draws values that a schema allows, as far as it says so; names point at each other by chance."""

    def __init__(self, schema: Mapping[str, Any], rng: Random) -> None:
        self._schema, self.rng = schema, rng

    def resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """The object that a schema says: behind its references, the first of several that has keys."""
        while "$ref" in schema:
            schema = self._schema["$defs"][schema["$ref"].rpartition("/")[2]]
        inner = (self.resolved(one) for key in ("anyOf", "oneOf") for one in schema.get(key, ()))
        return schema if "properties" in schema else next((one for one in inner if "properties" in one), schema)

    def scenario(self) -> dict[str, Any]:
        """A scenario with two to four sections, each with one to three entries."""
        rng, properties = self.rng, self._schema["properties"]
        sections = [key for key, part in properties.items() if "patternProperties" in part and key != "prices"]
        chosen = rng.sample(sections, rng.randint(1, 3))
        out: dict[str, Any] = {"capplan": 1, "name": "Drawn", "region": rng.choice(("us-east-1", "eu-central-1"))}
        for key in dict.fromkeys(["traffic", "tables", *chosen]):
            of = next(iter(properties[key]["patternProperties"].values()))
            out[key] = {name: self.value(of, 0) for name in rng.sample(NAMES, rng.randint(1, 2))}
        for key in ("account", "defaults", "timezone", "unit", "gates"):
            if key in properties and rng.random() < 0.1:
                out[key] = self.value(properties[key], 1)
        return out

    def value(self, schema: Mapping[str, Any], depth: int) -> Any:  # noqa: ANN401, PLR0911  plain data, a kind each
        """A value that the schema allows."""
        rng = self.rng
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            return rng.choice(VALUES[name]) if name in VALUES else self.value(self._schema["$defs"][name], depth)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return rng.choice(schema["enum"])
        for key in ("anyOf", "oneOf"):
            if key in schema:
                return self.value(rng.choice(schema[key]), depth)
        kind = schema.get("type")
        kind = rng.choice(kind) if isinstance(kind, list) else kind
        if kind == "object" or "properties" in schema:
            return self._object(schema, depth)
        if kind == "array":
            return [self.value(schema.get("items", {}), depth + 1) for _ in range(rng.randint(1, 2))]
        if kind == "boolean":
            return rng.random() < 0.5
        if kind in ("number", "integer"):
            return rng.choice((0, 1, 2, 5, 10, 100))
        return rng.choice(TEXTS)

    def _object(self, schema: Mapping[str, Any], depth: int) -> dict[str, Any]:
        rng, out = self.rng, {}
        known, needed = schema.get("properties", {}), schema.get("required", ())
        chance = 0.2 if depth < 2 else 0.1
        for key, part in known.items():
            if key in needed or (rng.random() < chance and depth < 6):
                out[key] = self.value(part, depth + 1)
        for part in schema.get("patternProperties", {}).values():
            out |= {name: self.value(part, depth + 1) for name in rng.sample(NAMES, rng.randint(0, 2))}
        return out
