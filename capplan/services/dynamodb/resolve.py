"""A table's spec with its example items read and measured, and what is wrong with them."""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from capplan.errors import CapplanError, Diagnostic
from capplan.model import Problem, problems_of
from capplan.reading.files import Files
from capplan.reading.json_lines import read_json_lines
from capplan.reading.limits import MAX_ERRORS, MAX_SAMPLE_BYTES
from capplan.services.dynamodb.items.examples import ItemError, items_of, typed_item
from capplan.services.dynamodb.items.sample import Sample
from capplan.services.dynamodb.items.size import Item, item_bytes
from capplan.services.dynamodb.quotas import ITEM_SIZE_MAX
from capplan.services.dynamodb.spec import Table


def complete(spec: Table, files: Files) -> tuple[Table, tuple[Problem, ...]]:
    """The spec with `item_size` and `sample` measured from its example items."""
    if spec.item is not None:
        return _with_item(spec, spec.item)
    if spec.items_file is not None:
        return _with_file(spec, spec.items_file, files)
    return spec, ()


def _with_item(spec: Table, raw: Mapping[str, object]) -> tuple[Table, tuple[Problem, ...]]:
    try:
        item = typed_item(raw)
    except ItemError as error:
        return spec, (Problem(("item",), str(error)),)
    wrong = item_problem(item, spec.key)
    if wrong is not None:
        return spec, (Problem(("item",), wrong),)
    return _measured(spec, Sample((item,)), "item")


def _with_file(spec: Table, name: str, files: Files) -> tuple[Table, tuple[Problem, ...]]:
    try:
        sample = _read(files.read_text(name, MAX_SAMPLE_BYTES), files.display(name), spec.key)
    except CapplanError as error:
        return spec, problems_of(error, ("items_file",))
    return _measured(spec, sample, "items_file")


@lru_cache(maxsize=8)
def _read(text: str, file: str, key: tuple[str, ...]) -> Sample:
    """The items of a file; the same sample for the same text, so that it is measured once."""
    items, diagnostics = sample_items(text, file, key)
    if diagnostics:
        raise CapplanError(diagnostics)
    return Sample(items)


def sample_items(text: str, file: str, key: tuple[str, ...] = ()) -> tuple[tuple[Item, ...], tuple[Diagnostic, ...]]:
    """The items of a text in JSON, and what is wrong with others, each with its line. Raises CapplanError: not JSON."""
    return items_from([(line.number, line.value) for line in read_json_lines(text, file)], file, key)


def items_from(
    values: Iterable[tuple[int, object]], file: str, key: tuple[str, ...] = ()
) -> tuple[tuple[Item, ...], tuple[Diagnostic, ...]]:
    """The same of values already read, each with its line."""
    items: list[Item] = []
    diagnostics: list[Diagnostic] = []
    for line, value in values:
        for raw in items_of(value):
            try:
                item = typed_item(raw)
                wrong = item_problem(item, key)
            except ItemError as error:
                wrong = str(error)
            if wrong is None:
                items.append(item)
            elif len(diagnostics) < MAX_ERRORS:
                diagnostics.append(Diagnostic(file, line, 1, wrong))
    if not items and not diagnostics:
        diagnostics.append(
            Diagnostic(file, 0, 0, "no item in this file", "expected JSON: one item, or one item a line")
        )
    return tuple(items), tuple(diagnostics)


def item_problem(item: Item, key: tuple[str, ...]) -> str | None:
    """Why DynamoDB would reject an item; None where it would not."""
    absent = [name for name in key if name not in item]
    if absent:
        return f"the item has no '{absent[0]}', an attribute of the table's key"
    if any(not next(iter(item[name].values())) for name in key if item[name].keys() & {"S", "B"}):
        return "a key attribute is empty"
    size = item_bytes(item)
    if size > ITEM_SIZE_MAX.value:
        return f"the item has {size:,} bytes; DynamoDB takes at most {ITEM_SIZE_MAX.value:,} ({ITEM_SIZE_MAX})"
    return None


def _measured(spec: Table, sample: Sample, word: str) -> tuple[Table, tuple[Problem, ...]]:
    measured = spec.model_copy(update={"item_size": sample.sizes, "sample": sample})
    return measured, tuple(_index_problems(spec, sample, word))


def _index_problems(spec: Table, sample: Sample, word: str) -> Iterable[Problem]:
    """An index of which no example item has an entry would cost nothing: most likely a name is misspelled."""
    for index_name, index in spec.indexes.items():
        if not spec.key and index.project != "all" and index.entry_size is None:
            hint = "write the table's partition_key, and its sort_key if it has one"
            yield Problem(("indexes", index_name), "an entry has the table's key, which is not written", hint)
            continue
        absent = [name for name in index.index_key if not any(name in item for item in sample.items)]
        if absent and index.entry_size is None:
            hint = (
                f"give the {'item' if word == 'item' else 'items'} this attribute, or the index an entry_size and items"
            )
            yield Problem(("indexes", index_name), f"no example item has '{absent[0]}', a key of this index", hint)
