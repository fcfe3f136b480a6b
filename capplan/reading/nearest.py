"""Finds the word that was probably meant among the known ones."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from difflib import SequenceMatcher

MIN_BEGINNING = 3
"""Letters of a word that is taken for the beginning of another."""
NEAR_SHARE = 0.7
"""How much two words must share (difflib's ratio) for one to be suggested for the other."""
MAX_WORD_LENGTH = 64
MAX_CANDIDATES = 2_000


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate nearest to a word, ties by name; None when none is near.

    Case and `_` for `-` do not count as differences. Long words and long lists are cut off: both may come from an
    untrusted file, and comparing costs the product of the lengths.
    """
    from difflib import SequenceMatcher  # noqa: PLC0415  only needed for an error

    wanted = _folded(word)
    if not wanted or len(wanted) > MAX_WORD_LENGTH:
        return None
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(wanted)
    best: tuple[float, str] | None = None
    for candidate in sorted(_alike(wanted, candidates))[:MAX_CANDIDATES]:
        matcher.set_seq1(_folded(candidate))
        ratio = _ratio(matcher, wanted, _folded(candidate))
        if ratio >= NEAR_SHARE and (best is None or ratio > best[0]):
            best = (ratio, candidate)
    return best[1] if best else _abbreviated(wanted, candidates)


def _abbreviated(wanted: str, candidates: Iterable[str]) -> str | None:
    """The only candidate that is the beginning of a word, as `sat` is of `saturday`; None where there are more."""
    begins = [c for c in set(candidates) if len(c) >= MIN_BEGINNING and wanted.startswith(_folded(c))]
    return begins[0] if len(begins) == 1 else None


def _folded(word: str) -> str:
    return word.casefold().replace("_", "-")


def _alike(wanted: str, candidates: Iterable[str]) -> list[str]:
    """Candidates whose length alone does not rule them out: the ratio is at most 2 × the shorter / both."""
    return [c for c in set(candidates) if c and NEAR_SHARE * (len(wanted) + len(c)) <= 2 * min(len(wanted), len(c))]


def _ratio(matcher: "SequenceMatcher[str]", wanted: str, other: str) -> float:
    """Shared part of two words, 0 to 1; letters in another order ('gte' for 'get') count as 0.9."""
    swapped = 0.9 if sorted(wanted) == sorted(other) else 0.0
    return max(swapped, matcher.ratio())


def did_you_mean(word: str, candidates: Iterable[str], otherwise: str = "") -> str:
    """A hint with the nearest candidate; `otherwise` when none is near."""
    close = nearest(word, candidates)
    return f"did you mean '{close}'?" if close else otherwise
