"""Keeps of an entry what this version of the language takes: unknown keys and entries that cannot stand alone are listed."""

from collections.abc import Mapping, Sequence

from capplan.importing.draft import Entry
from capplan.importing.model import Place, Question, Unused
from capplan.language.wording import keys_of
from capplan.record import replace
from capplan.services import SECTIONS, resource_type

NO_KEY = "seen and not used yet"
_EXAMPLES: Mapping[str, tuple[object, str]] = {
    "duration": ("1 s", "how long does one take?"),
    "item_size": ("1 KB", "how large is an item, names included, in the mean?"),
}
"""A question for a key that an entry cannot do without, where no file asks it."""


def lacking(section: str, values: Mapping[str, object], questions: Sequence[Question]) -> str:
    """Why an entry cannot stand alone: a key that it cannot do without and that nobody can be asked for; else empty."""
    if section not in SECTIONS:
        return ""
    may_be_open = resource_type(section).open_keys(values)
    missing = [key for key in _required(section) if key not in values]
    needed = [key for key in missing if key not in may_be_open or key not in _EXAMPLES]
    if not needed:
        return ""
    asks = next((one.asks for one in questions if one.key == needed[0]), "")
    return f"no file given says its {needed[0]}: {asks or 'it only adds to what another one declares'}"


def fitted(entry: Entry) -> tuple[Entry | None, list[Unused]]:
    """The entry as the language takes it, and what of it was not used; None where it cannot stand alone."""
    if entry.section not in SECTIONS:
        return entry, []
    type_, section = resource_type(entry.section), SECTIONS[entry.section]
    known = {*keys_of(type_.spec), *section.flow_keys}
    unknown = [key for key in entry.values if key not in known or key in type_.unsupported]
    label = f"{entry.section}.{entry.name}"
    unused = [Unused(f"{label} {key}", NO_KEY, entry.origins[0]) for key in unknown]
    kept = _without(entry, frozenset(unknown))
    why = lacking(entry.section, kept.values, kept.questions)
    if why:
        return None, [Unused(label, why, entry.origins[0])]
    known_questions = {question.key for question in kept.questions}
    missing = [key for key in _required(entry.section) if key not in kept.values and key not in known_questions]
    asked = tuple(Question(key, *_EXAMPLES[key]) for key in missing)
    return replace(kept, questions=(*kept.questions, *asked)), unused


def _required(section: str) -> list[str]:
    """The keys without which an entry is none."""
    fields = resource_type(section).spec.model_fields
    return [field.alias or name for name, field in fields.items() if field.is_required()]


def _without(entry: Entry, keys: frozenset[str]) -> Entry:
    def stays(place: Place) -> bool:
        return place[0] not in keys

    return replace(
        entry,
        values={key: value for key, value in entry.values.items() if key not in keys},
        notes={place: note for place, note in entry.notes.items() if stays(place)},
        confirm=frozenset(place for place in entry.confirm if stays(place)),
        questions=tuple(question for question in entry.questions if question.key not in keys),
    )
