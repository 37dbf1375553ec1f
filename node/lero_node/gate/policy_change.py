"""What changes when another policy is confirmed: the sentence that holds, the one that would, and which way. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from lero_contract.dictionary import Dictionary
from lero_node.gate import standing
from lero_node.gate.policy import Policy
from lero_node.gate.policy_words import sentences

LOOSER, STRICTER, EITHER = "looser", "stricter", "changed"


@dataclass(frozen=True)
class Change:
    """One key, or one standing approval. before, after: sentences, empty where there was none or will be none.

    leaning: LOOSER where more would be answered, or with fewer questions asked; STRICTER where less; else EITHER.
    """

    key: str
    before: str
    after: str
    leaning: str


def changes(old: Policy | None, new: Policy, dictionary: Dictionary) -> list[Change]:
    """In the order of the file; empty where nothing changes. old: None before the first is confirmed."""
    after = sentences(new, dictionary)
    if old is None:
        first = [Change(key, "", sentence, EITHER) for key, sentence in after.items()]
        return [*first, *(Change("standing", "", standing.in_words(a), LOOSER) for a in new.standing)]
    before = sentences(old, dictionary)
    found = [
        Change(key, before[key], after[key], _leaning(key, old, new))
        for key in after
        if _value(old, key) != _value(new, key)
    ]
    gone = [Change("standing", standing.in_words(a), "", STRICTER) for a in old.standing if a not in new.standing]
    come = [Change("standing", "", standing.in_words(a), LOOSER) for a in new.standing if a not in old.standing]
    return [*found, *gone, *come]


def in_words(found: list[Change]) -> list[str]:
    """For the screen: each change with what holds now and what would hold."""
    lines = []
    for change in found:
        lines.append(f"{change.leaning.capitalize()}:")
        lines += [f"  - now:  {change.before}"] if change.before else []
        lines += [f"  - then: {change.after}"] if change.after else []
        if not change.after:
            lines.append("  - then: it no longer holds, and such requests ask a person.")
    return lines


def _leaning(key: str, old: Policy, new: Policy) -> str:
    is_looser = _LOOSER.get(key)
    before, after = _value(old, key), _value(new, key)
    if is_looser is None:
        return EITHER
    if is_looser(before, after):
        return LOOSER
    return STRICTER if is_looser(after, before) else EITHER


def _value(policy: Policy, key: str) -> object:
    section, name = key.split(".")
    found = getattr(getattr(policy, section), name)
    return frozenset(found) if isinstance(found, tuple) else found


def _more(before: object, after: object) -> bool:
    if isinstance(before, frozenset) and isinstance(after, frozenset):
        return after > before
    if isinstance(before, int | Decimal) and isinstance(after, int | Decimal):
        return after > before
    return False


def _less(before: object, after: object) -> bool:
    return _more(after, before)


def _anyone(before: object, after: object) -> bool:
    """Of lists of analysts, in which "*" is everyone."""
    return isinstance(after, frozenset) and before != after and ("*" in after or _more(before, after))


# Whether the second value lets more through than the first. A rhythm of sending does neither.
_LOOSER: Mapping[str, Callable[[object, object], bool]] = {
    "requests.purposes": _more,
    "requests.analysts": _anyone,
    "requests.modes": _more,
    "requests.dimensions": _more,
    "requests.most_dimensions": _more,
    "requests.most_cells": _more,
    "requests.most_cells_per_member": _more,
    "requests.least_noise": _less,
    "prices.table": _more,
    "prices.request": _more,
    "prices.year": _more,
    "prices.lifetime": _more,
    "gates.run": lambda before, after: (before, after) == ("ask", "automatic"),
    "gates.release": lambda before, after: (before, after) == ("ask", "automatic"),
    "publication.publish_alone": _more,
}
