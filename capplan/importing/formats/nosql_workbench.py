"""Data models of DynamoDB: tables with measured items, access patterns as accesses to fill in."""

from capplan.importing import written
from capplan.importing.answers import origin_of, whole
from capplan.importing.formats import Format
from capplan.importing.given import Given
from capplan.importing.model import Asked, Block, Found, Question, Unused
from capplan.importing.nosql_model import ModelTable, is_data_model, is_workbench, mean_bytes_of, model_of


def _read(given: Given, asked: Asked) -> Found:  # noqa: ARG001  a reader's signature
    model = model_of(whole(given))
    blocks = [_block(table) for table in model.tables]
    unused = [Unused(f"access pattern: {text}", why, origin_of(given, value)) for value, text, why in model.left]
    return Found(tuple(blocks), tuple(unused), name=model.name)


def _block(table: ModelTable) -> Block:
    built = table.built
    if table.items:
        built.notes["item_size",] = _sizes(table)
    partly = [f"{e.name}: {written.share(e.share)} of the items have an entry" for e in table.indexes if e.share < 1]
    if partly:
        built.notes["indexes",] = "; ".join(partly)
    if table.patterns:
        accesses = [dict(pattern.access) for pattern in table.patterns]
        remarks = tuple(pattern.text for pattern in table.patterns)
        built.questions.append(Question("access", accesses, "the model's access patterns: how often is each?", remarks))
    return built.block()


def _sizes(table: ModelTable) -> str:
    """What the mean is of."""
    count = f"mean of {len(table.items)} example item{'s' if len(table.items) > 1 else ''}"
    each = [f"{name} {round(mean_bytes_of(items)):,} B" for name, items in table.facets.items()]
    return f"{count}: {', '.join(each)}" if each else count


FORMATS = (
    Format("nosql-workbench", "a model of NoSQL Workbench", lambda given: is_workbench(given.data), _read),
    Format("dynamodb-data-model", "a data model of DynamoDB", lambda given: is_data_model(given.data), _read),
)
