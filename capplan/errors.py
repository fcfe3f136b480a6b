"""What goes wrong for a user, as data: where, what, and what to write instead. It never prints."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One mistake in one file.

    Line and column count from 1; `width` is how many characters the caret underlines; `excerpt` is the line itself.
    """

    file: str
    line: int
    column: int
    message: str
    hint: str = ""
    width: int = 1
    excerpt: str = ""


@dataclass(eq=False)
class CapplanError(Exception):
    """Something the user can mend; every command ends with exit code 2 on it. Carries all mistakes, in file order."""

    diagnostics: tuple[Diagnostic, ...]
    summary: str = field(default="")

    def __str__(self) -> str:
        """Every mistake on one line."""
        return "; ".join(f"{m.file}:{m.line}:{m.column}: {m.message}" for m in self.diagnostics) or self.summary
