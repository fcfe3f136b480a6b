"""The partition keys of a table or a global index, with the files they are read from."""

from collections.abc import Iterable
from fractions import Fraction

from capplan.errors import CapplanError, Diagnostic
from capplan.model import Problem, problems_of
from capplan.reading.files import Files
from capplan.services.dynamodb.items.index_entries import entry_count
from capplan.services.dynamodb.keys.files import MAX_BYTES, KeyFileError, read_keys
from capplan.services.dynamodb.keys.measured import ProfileKeysError, profile_keys
from capplan.services.dynamodb.keys.popularity import Keys, Popularity
from capplan.services.dynamodb.spec import PartitionKey, Table

_KINDS = {"string": "S", "number": "N", "binary": "B"}
_READ_LAWS = ("file", "profile")
EVEN = Keys()
"""So many keys, so evenly used, that every partition gets the same."""


def keys_of(spec: Table, index: str | None) -> Keys:
    """What a table or index is partitioned by: as many keys as written, else one an item where some are used more."""
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
        if index.partition_key is not None and index.partition_key.popularity.law in _READ_LAWS
    }
    if read:
        update["indexes"] = {**spec.indexes, **read}
    complete = spec.model_copy(update=update) if update else spec
    return complete, (*problems, *_uncounted(complete))


def _uncounted(spec: Table) -> Iterable[Problem]:
    """Keys some of which are used more, without a number of keys: their load is not known."""
    indexes = ((name, index.partition_key) for name, index in spec.global_indexes().items())
    for name, key in ((None, spec.partition_key), *indexes):
        if key is not None and key.popularity.law in ("zipf", "hot") and keys_of(spec, name).distinct is None:
            path = ("partition_key",) if name is None else ("indexes", name, "partition_key")
            yield Problem(
                (*path, "popularity"),
                "some keys are used more, but the number of keys is unknown",
                "write distinct: 1M beside it",
            )


def _read(key: PartitionKey, files: Files, path: tuple[str, ...], problems: list[Problem]) -> PartitionKey:
    law = key.popularity
    if law.law not in _READ_LAWS or law.keys is not None:
        return key
    at = (*path, "popularity")
    if law.law == "profile":
        return _measured(key, files, at, problems)
    try:
        listed = read_keys(files.read_text(law.file, MAX_BYTES), law.file)
    except CapplanError as error:
        problems += problems_of(error, at)
        return key
    except KeyFileError as error:
        diagnostic = Diagnostic(files.display(law.file), error.line, 1, str(error), error.hint) if error.line else None
        problems.append(Problem(at, str(error), error.hint, diagnostic))
        return key
    if key.distinct is not None and key.distinct < len(listed.names):
        problems.append(Problem(at, f"{len(listed.names):,} keys in the file, but {key.distinct:,} distinct values"))
        return key
    return key.model_copy(update={"popularity": Popularity("file", keys=listed, file=law.file)})


def _measured(key: PartitionKey, files: Files, at: tuple[str, ...], problems: list[Problem]) -> PartitionKey:
    """The key with what its profile measured, its number of keys too where none is written."""
    name = key.popularity.file
    try:
        listed, measured = profile_keys(files.read_text(name), files.display(name), named=key.type == "string")
    except CapplanError as error:
        problems += problems_of(error, at)
        return key
    except ProfileKeysError as error:
        problems.append(Problem(at, str(error), "profile the trace again"))
        return key
    if key.distinct is not None and key.distinct < len(listed.names):
        problems.append(Problem(at, f"{measured:,} keys in the profile, but {key.distinct:,} distinct values"))
        return key
    distinct = measured if key.count is None else key.count
    law = Popularity("profile", keys=listed, file=name)
    return key.model_copy(update={"popularity": law, "distinct": distinct})
