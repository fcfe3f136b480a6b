"""The keys of a table or a global index as the heat sees them, and the files they are read from. It computes no heat."""

from collections.abc import Iterable
from fractions import Fraction

from capplan.errors import CapplanError, Diagnostic
from capplan.model import Problem, problems_of
from capplan.reading.files import Files
from capplan.services.dynamodb.items.index_entries import entry_count
from capplan.services.dynamodb.keys.files import MOST_BYTES, KeyFileError, read_keys
from capplan.services.dynamodb.keys.popularity import Keys, Popularity
from capplan.services.dynamodb.spec import PartitionKey, Table

_KINDS = {"string": "S", "number": "N", "binary": "B"}
EVEN = Keys()
"""So many keys, so evenly used, that every partition gets the same."""


def keys_of(spec: Table, index: str | None) -> Keys:
    """The keys an arm is partitioned by: as many as written, else one an item where some are used more."""
    key = spec.partition_key if index is None else spec.indexes[index].partition_key
    if key is None:
        return EVEN
    count = key.count
    if count is None and key.popularity.keys is not None:
        count = len(key.popularity.keys.names)
    if count is None and key.popularity.law != "uniform":
        stored = Fraction(spec.items) if index is None else entry_count(spec, spec.indexes[index])
        count = int(stored) if stored >= 1 else None
    return Keys(key.popularity, count, key.shards, key.keys, _KINDS[key.type])


def with_key_files(spec: Table, files: Files) -> tuple[Table, tuple[Problem, ...]]:
    """The table with every key file read, and what is wrong with them."""
    problems: list[Problem] = []
    update: dict[str, object] = {}
    if spec.partition_key is not None:
        update["partition_key"] = _read(spec.partition_key, files, ("partition_key",), problems)
    read = {
        name: index.model_copy(
            update={"partition_key": _read(index.partition_key, files, ("indexes", name, "partition_key"), problems)}
        )
        for name, index in spec.indexes.items()
        if index.partition_key is not None and index.partition_key.popularity.law == "file"
    }
    if read:
        update["indexes"] = {**spec.indexes, **read}
    whole = spec.model_copy(update=update) if update else spec
    return whole, (*problems, *_uncounted(whole))


def _uncounted(spec: Table) -> Iterable[Problem]:
    """Keys some of which are used more, but nobody says how many there are: their heat is not known."""
    arms = [(None, spec.partition_key), *((name, index.partition_key) for name, index in spec.global_indexes().items())]
    for name, key in arms:
        if key is not None and key.popularity.law in ("zipf", "hot") and keys_of(spec, name).distinct is None:
            path = ("partition_key",) if name is None else ("indexes", name, "partition_key")
            yield Problem(
                (*path, "popularity"), "some keys are used more, but of how many?", "write distinct: 1M beside it"
            )


def _read(key: PartitionKey, files: Files, path: tuple[str, ...], problems: list[Problem]) -> PartitionKey:
    law = key.popularity
    if law.law != "file" or law.keys is not None:
        return key
    at = (*path, "popularity")
    try:
        found = read_keys(files.read_text(law.file, MOST_BYTES), law.file)
    except CapplanError as error:
        problems += problems_of(error, at)
        return key
    except KeyFileError as error:
        diagnostic = Diagnostic(files.display(law.file), error.line, 1, str(error), error.hint) if error.line else None
        problems.append(Problem(at, str(error), error.hint, diagnostic))
        return key
    if key.distinct is not None and key.distinct < len(found.names):
        problems.append(Problem(at, f"{len(found.names):,} keys in the file, but {key.distinct:,} distinct values"))
        return key
    return key.model_copy(update={"popularity": Popularity("file", keys=found, file=law.file)})
