"""Reads AWS's bulk files, which are JSON or CSV: an offer, a Savings Plan's rates, an index. Errors name the file."""

import codecs
import itertools
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import InvalidOperation
from typing import Any, TypeVar

from capplan.errors import CapplanError, Diagnostic
from capplan.pricing.refresh.csv_offer import csv_offer
from capplan.pricing.refresh.json_offer import json_offer
from capplan.pricing.refresh.products import IsWanted, Offer, Place
from capplan.pricing.refresh.savings_plan_file import csv_rates, json_rates
from capplan.reading.json_rules import unique_keys

_MAX_WHOLE_BYTES = 2**26
"""Of a file that is read whole; AWS's are below 10 MB."""

Found = TypeVar("Found")


def offer_of(raw: Iterable[bytes], place: Place, name: str, is_wanted: IsWanted = lambda _: True) -> Offer:
    """The products of a Region in an offer file that comes in pieces. Raises CapplanError for what is none.

    Of a product whose usage type is not wanted nothing is kept, so that memory does not grow with the file.
    """

    def read() -> Offer:
        is_json, text = _told(raw)
        return json_offer(text, place, is_wanted) if is_json else csv_offer(text, place, is_wanted)

    return _of_form(read, name, "an offer file")


def plan_rates(raw: Iterable[bytes], region: str, name: str, service: str) -> Offer:
    """The rates of a service (as AWS codes it) in a Savings Plan's file. Raises CapplanError."""

    def read() -> Offer:
        is_json, text = _told(raw)
        return json_rates(_object(text), region, service) if is_json else csv_rates(text, region, service)

    return _of_form(read, name, "a Savings Plan file")


def index_of(raw: Iterable[bytes], name: str, read: Callable[[Mapping[str, Any]], Found]) -> Found:
    """What is read of an index. Raises CapplanError where it is none."""
    return _of_form(lambda: read(_object(_text(raw))), name, "an index of the price list")


def _of_form(read: Callable[[], Found], name: str, form: str) -> Found:
    try:
        return read()
    except UnicodeDecodeError:
        why = "it is not UTF-8"
    except KeyError as error:
        why = f"it has no {str(error)[:60]}"
    except (TypeError, AttributeError, InvalidOperation):
        why = "a value has another type"
    except (ValueError, RecursionError) as error:
        why = str(error)[:200]
    hint = "the file is cut off, or not AWS's: try again, or read saved files with --from FOLDER"
    raise CapplanError((Diagnostic(name, 0, 0, f"not of the form of {form}: {why}", hint),))


def _told(raw: Iterable[bytes]) -> tuple[bool, Iterator[str]]:
    """Whether a file is JSON, by its first character that is no space, and its text."""
    text = _text(raw)
    first = next((piece for piece in text if piece.strip()), "")
    return first.lstrip()[:1] == "{", itertools.chain([first], text)


def _text(raw: Iterable[bytes]) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    for part in raw:
        yield decoder.decode(part)
    yield decoder.decode(b"", final=True)


def _object(pieces: Iterable[str]) -> Mapping[str, Any]:
    parts, size = [], 0
    for piece in pieces:
        parts.append(piece)
        size += len(piece)
        if size > _MAX_WHOLE_BYTES:
            raise ValueError(f"it is larger than {_MAX_WHOLE_BYTES // 2**20} MB")
    data = json.loads("".join(parts), object_pairs_hook=unique_keys)
    if not isinstance(data, dict):
        raise ValueError("it is no object")  # noqa: TRY004  wrong text, not a wrong call
    return data
