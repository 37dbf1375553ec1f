"""The difference between two rosters in sentences, complete: what no sentence tells of has not changed. Pure.

The order of entries means nothing and is not told. Whoever signs a roster reads these, so names that others chose
cannot forge a line: they are shown without line breaks or invisible characters, and a letter that could pass for one of
our own by its number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from lero_contract.days import from_day
from lero_contract.envelope import key_id
from lero_contract.roster import Keeper, NodeEntry, Organisation, Party, RootSet, Roster, SealingKey

SHORT = 16
_MARKS_OF_NAMES = "\N{RIGHT SINGLE QUOTATION MARK}\N{EN DASH}"  # not double quotes: a name is shown within them

Entry = TypeVar("Entry", NodeEntry, Party, Keeper, Organisation)


def differences(old: Roster | None, new: Roster, names: Mapping[str, str]) -> list[str]:
    """One sentence for everything that `new` changes; where there is no `old`, for everything that it lists.

    names: words for the codes of areas and collected facts; a code without any is shown as it is.
    """
    found = list(_of_the_whole(old, new))
    found += _of_entries("organisation", old.organisations if old else (), new.organisations, _of_organisation, _brief)
    found += _of_entries(
        "node", old.nodes if old else (), new.nodes, lambda a, b: _of_node(a, b, names), lambda n: _node(n, names)
    )
    found += _of_entries("analyst", old.analysts if old else (), new.analysts, _of_party, _party)
    found += _of_entries("publisher", old.publishers if old else (), new.publishers, _of_party, _party)
    found += _of_entries("keeper", old.keepers if old else (), new.keepers, _of_keeper, _keeper)
    return [*found, _of_its_life(old, new)]


def short_name(public_key: bytes) -> str:
    """The first sixteen characters of a key's name: what people read out and compare."""
    return key_id(public_key)[:SHORT]


def root_set_in_words(roots: RootSet) -> str:
    """ "root set 1 (any 2 of 0408d4d5f0db0e70, ...)"."""
    return f"root set {roots.version} (any {roots.threshold} of {_listed(map(short_name, roots.public_keys))})"


def _of_the_whole(old: Roster | None, new: Roster) -> Iterator[str]:
    made_up = "It is of made-up LEROs." if new.synthetic else "It is of real LEROs."
    if old is None:
        yield f"This is a first roster, version {new.version} of {_said(new.federation_id)}. {made_up}"
        yield f"It is under {root_set_in_words(new.roots)}."
        return
    if new.version != old.version + 1:
        yield f"Its version is {new.version}, the one before is {old.version}."
    if new.federation_id != old.federation_id:
        yield f"It is of another federation: {_said(new.federation_id)} instead of {_said(old.federation_id)}."
    if new.synthetic != old.synthetic:
        yield made_up + " The one before was not."
    if new.roots != old.roots:
        yield f"THE ROOTS CHANGE from {root_set_in_words(old.roots)} to {root_set_in_words(new.roots)}."


def _of_entries(
    role: str,
    old: Sequence[Entry],
    new: Sequence[Entry],
    changes: Callable[[Entry, Entry], Iterable[str]],
    in_words: Callable[[Entry], str],
) -> Iterator[str]:
    before, after = {_id(entry): entry for entry in old}, {_id(entry): entry for entry in new}
    for name in sorted(before.keys() - after.keys()):
        yield f"The {role} {_said(name)} is taken off."
    for name in sorted(after.keys() - before.keys()):
        yield f"The {role} {_said(name)} is added: {in_words(after[name])}."
    for name in sorted(after.keys() & before.keys()):
        for change in changes(before[name], after[name]):
            yield f"The {role} {_said(name)} {change}."


def _id(entry: NodeEntry | Party | Keeper | Organisation) -> str:
    if isinstance(entry, NodeEntry):
        return entry.node_id
    if isinstance(entry, Party):
        return entry.party_id
    return entry.keeper_id if isinstance(entry, Keeper) else entry.organisation_id


def _of_organisation(old: Organisation, new: Organisation) -> Iterator[str]:
    if new.name != old.name:
        yield f"has another name: “{_said(new.name)}” instead of “{_said(old.name)}”"
    if new.first_listed_day != old.first_listed_day:
        yield f"was first listed on {_day(new.first_listed_day)} instead of {_day(old.first_listed_day)}"


def _of_node(old: NodeEntry, new: NodeEntry, names: Mapping[str, str]) -> Iterator[str]:
    yield from _of_body(old.organisation_id, new.organisation_id)
    yield from _of_key(old.identity_key, new.identity_key)
    yield from _of_list(("serves", "no longer serves"), old.areas, new.areas, names)
    yield from _of_list(("collects", "no longer collects"), old.collects, new.collects, names)
    if new.complete_from_day != old.complete_from_day:
        yield f"is complete from {_day(new.complete_from_day)} instead of {_day(old.complete_from_day)}"
    if new.public_members != old.public_members:
        yield f"states {new.public_members} members in public instead of {old.public_members}"


def _of_party(old: Party, new: Party) -> Iterator[str]:
    yield from _of_body(old.organisation_id, new.organisation_id)
    yield from _of_key(old.public_key, new.public_key)


def _of_keeper(old: Keeper, new: Keeper) -> Iterator[str]:
    yield from _of_body(old.organisation_id, new.organisation_id)
    yield from _of_key(old.identity_key, new.identity_key)
    if new.sealing_keys != old.sealing_keys:
        before, after = _sealing(old.sealing_keys), _sealing(new.sealing_keys)
        yield f"has other sealing keys: {after} instead of {before}"


def _of_body(old: str, new: str) -> Iterator[str]:
    if new != old:
        yield f"belongs to another organisation: {_said(new)} instead of {_said(old)}"


def _of_key(old: bytes, new: bytes) -> Iterator[str]:
    if new != old:
        yield f"HAS ANOTHER KEY: {short_name(new)} instead of {short_name(old)}"


def _of_list(verbs: tuple[str, str], old: Sequence[str], new: Sequence[str], names: Mapping[str, str]) -> Iterator[str]:
    for verb, codes in ((f"now {verbs[0]}", set(new) - set(old)), (verbs[1], set(old) - set(new))):
        if codes:
            yield f"{verb} {_named(sorted(codes), names)}"


def _of_its_life(old: Roster | None, new: Roster) -> str:
    before = f" The one before was good until {_moment(old.expires_at_s)}." if old else ""
    return f"Issued {_moment(new.issued_at_s)}, good until {_moment(new.expires_at_s)}.{before}"


def _brief(organisation: Organisation) -> str:
    return f"“{_said(organisation.name)}”, first listed on {_day(organisation.first_listed_day)}"


def _node(node: NodeEntry, names: Mapping[str, str]) -> str:
    facts = (
        f"of {_said(node.organisation_id)}",
        f"key {short_name(node.identity_key)}",
        f"serves {_named(node.areas, names)}",
        f"collects {_named(node.collects, names) or 'nothing'}",
        f"complete from {_day(node.complete_from_day)}",
        f"{node.public_members} members in public",
    )
    return "; ".join(facts)


def _party(party: Party) -> str:
    return f"of {_said(party.organisation_id)}; key {short_name(party.public_key)}"


def _keeper(keeper: Keeper) -> str:
    key = short_name(keeper.identity_key)
    return f"of {_said(keeper.organisation_id)}; key {key}; sealing keys: {_sealing(keeper.sealing_keys)}"


def _sealing(keys: Sequence[SealingKey]) -> str:
    return _listed(f"{k.public_key.hex()} from {_day(k.from_day)} to {_day(k.to_day)}" for k in keys) or "none"


def _named(codes: Sequence[str], names: Mapping[str, str]) -> str:
    return _listed(names.get(code, _said(code)) for code in codes)


def _listed(words: Iterable[str]) -> str:
    return ", ".join(words)


def _said(name: str) -> str:
    return "".join(map(_shown, name))


def _shown(letter: str) -> str:
    if not letter.isprintable():
        return "\N{REPLACEMENT CHARACTER}"
    is_latin = letter.isascii() or (letter.isalpha() and (letter <= "\u024f" or "\u1e00" <= letter <= "\u1eff"))
    return letter if is_latin or letter in _MARKS_OF_NAMES else f"[U+{ord(letter):04X}]"


def _day(day: int) -> str:
    try:
        return from_day(day).isoformat()
    except OverflowError:
        return f"day {day}"


def _moment(second: int) -> str:
    try:
        return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%d %H:%M UTC")
    except (OverflowError, ValueError, OSError):
        return f"second {second}"
