"""One line for each thing that was checked, and whether it holds; a check that could not be made does not hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from lero_contract.errors import LeroError

T = TypeVar("T")


@dataclass(frozen=True)
class Check:
    """what: a sentence. ok: whether it is so. words: what was found, or why it is not so."""

    what: str
    ok: bool
    words: str


@dataclass
class Findings:
    """Every check in the order in which it was made."""

    checks: list[Check] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether something was checked and all of it holds."""
        return bool(self.checks) and all(check.ok for check in self.checks)

    @property
    def failed(self) -> list[Check]:
        """Those that do not hold."""
        return [check for check in self.checks if not check.ok]

    def check(self, what: str, act: Callable[[], tuple[T, str]]) -> T | None:
        """Do it: what it gives, or None where it raised. act: returns its result, and words for the line."""
        try:
            found, words = act()
        except LeroError as reason:
            self.checks.append(Check(what, False, reason.detail))
            return None
        self.checks.append(Check(what, True, words))
        return found

    def note(self, what: str, ok: bool, words: str) -> None:
        """One that is known already."""
        self.checks.append(Check(what, ok, words))

    def skip(self, *what: str) -> None:
        """Not made, because an earlier one does not hold."""
        self.checks += [Check(one, False, "Not checked, because something above does not hold.") for one in what]


def few(problems: list[str], most: int = 3) -> str:
    """The first of them in one line, and how many there are."""
    more = f" (and {len(problems) - most} more)" if len(problems) > most else ""
    return "; ".join(problems[:most]) + more
