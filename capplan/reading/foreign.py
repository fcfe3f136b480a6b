"""Reads a file of another tool, YAML or JSON, as a document: plain data with positions."""

from capplan.reading.document import Document
from capplan.reading.foreign_json import read_foreign_json
from capplan.reading.foreign_yaml import read_foreign_yaml


def read_foreign(text: str, file: str) -> Document:
    """A YAML or JSON text as a document. Raises CapplanError at the first place that cannot be read."""
    text = text.removeprefix("\ufeff")
    return read_foreign_json(text, file) if text.lstrip()[:1] in ("{", "[") else read_foreign_yaml(text, file)
