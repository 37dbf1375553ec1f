"""A roster on its way from holder to holder: what each of them reads is what they sign, and nothing is taken on trust.

The file brings the roster before it, so that the difference can be shown on any computer. That one is believed only
where its own roots have signed it, and only as the very version before: an older one could hide what came since. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lero_contract.codec import RosterParcel, decode_roster
from lero_contract.codec.envelope import MAX_SIGNATURES
from lero_contract.dictionary import Dictionary
from lero_contract.envelope import ROSTER, Envelope, Signature, key_id, public_bytes, sign, valid_signers
from lero_contract.errors import Conflict, Malformed, Unauthorised
from lero_contract.roster import RootSet, Roster
from lero_contract.roster_changes import differences, root_set_in_words, short_name
from lero_coordinator.roots_file import PinnedRoots
from lero_coordinator.rostering import payload_of


@dataclass(frozen=True)
class Proposed:
    """A roster that waits for signatures. signers: the key ids of roots, old or new, whose signature holds."""

    roster: Roster
    previous: Roster | None
    signers: frozenset[str]

    @property
    def root_sets(self) -> tuple[RootSet, ...]:
        """The sets that must sign: the one in force, and one that the roster brings."""
        if self.previous is None or self.previous.roots == self.roster.roots:
            return (self.roster.roots,)
        return (self.previous.roots, self.roster.roots)

    def lacks(self, roots: RootSet) -> int:
        """How many more of a set must sign."""
        return max(0, roots.threshold - len(self.signers & set(roots.by_id)))

    @property
    def is_complete(self) -> bool:
        """Whether enough of every set have signed."""
        return not any(map(self.lacks, self.root_sets))


def propose(roster: Roster, previous: Envelope | None) -> RosterParcel:
    """The file that goes to the holders, with no signature yet. previous: the newest roster, as it was signed."""
    return RosterParcel(Envelope(ROSTER, payload_of(roster), ()), previous)


def read_proposed(parcel: RosterParcel) -> Proposed:
    """What the file proposes, checked against what it brings.

    Raises Malformed where the roster does not follow from the one before it in the file, Unauthorised where that one
    is not signed by its own roots.
    """
    roster = _roster_of(parcel.roster)
    previous = _roster_of(parcel.previous) if parcel.previous is not None else None
    if previous is None and roster.version != 1:
        raise Malformed("The file does not bring the roster before this one.", "Ask for a new draft.")
    if previous is not None and parcel.previous is not None:
        if not previous.roots.is_reached(parcel.previous):
            raise Unauthorised("The roster before, as the file shows it, is not signed by its roots.", "Sign nothing.")
        _check_follows(roster, previous)
    proposed = Proposed(roster, previous, frozenset())
    known = {name: key for roots in proposed.root_sets for name, key in roots.by_id.items()}
    return replace(proposed, signers=frozenset(valid_signers(parcel.roster, ROSTER, known)))


def check_pinned(proposed: Proposed, pinned: PinnedRoots) -> None:
    """Raises Unauthorised unless the roots in force, as the file says, are those that the holder knows.

    The roster before is signed by its own roots. Whose they are nothing in the file can tell: a sender could have made
    them up, with a root of their own among them, and no line would speak of a change.
    """
    known = (pinned.federation_id, pinned.roots)
    if known != (proposed.roster.federation_id, proposed.root_sets[0]):
        words = f"The file is not under {root_set_in_words(pinned.roots)} of {pinned.federation_id}."
        raise Unauthorised(words, "Sign nothing, and ask who sent it.")


def add_signature(parcel: RosterParcel, key: Ed25519PrivateKey) -> RosterParcel:
    """The file with one signature more; the same where this key has signed already.

    Raises Unauthorised for a key that is no root of the old or the new set.
    """
    proposed, name = read_proposed(parcel), key_id(public_bytes(key))
    if not any(name in roots.by_id for roots in proposed.root_sets):
        words = f"The key {name[:16]} is not one of the roots that sign this roster."
        raise Unauthorised(words, "See `roster show FILE` for their names.")
    [signature] = sign(ROSTER, parcel.roster.payload, key).signatures
    kept = tuple(s for s in parcel.roster.signatures if s.key_id in proposed.signers and s.key_id != name)
    return _signed(parcel, (*kept, signature))


def gathered(parcels: Sequence[RosterParcel]) -> RosterParcel:
    """One file of copies that were signed apart, with every signature that holds, in the order of key ids.

    Raises Conflict where they are not copies of one draft.
    """
    return reduce(_merge, parcels[1:], _cleaned(parcels[0]))


def _merge(one: RosterParcel, other: RosterParcel) -> RosterParcel:
    if other.roster.payload != one.roster.payload or _digest(other.previous) != _digest(one.previous):
        raise Conflict("The files are not copies of one draft.", "Give copies of the same `roster draft`.")
    found = {s.key_id: s for s in (*_cleaned(other).roster.signatures, *one.roster.signatures)}
    return _signed(one, tuple(found.values()))


def _cleaned(parcel: RosterParcel) -> RosterParcel:
    signers = read_proposed(parcel).signers
    return _signed(parcel, tuple(s for s in parcel.roster.signatures if s.key_id in signers))


def _signed(parcel: RosterParcel, signatures: tuple[Signature, ...]) -> RosterParcel:
    if len(signatures) > MAX_SIGNATURES:
        raise Malformed(f"A roster carries at most {MAX_SIGNATURES} signatures.", "It needs no more than it has.")
    in_order = tuple(sorted(signatures, key=lambda s: s.key_id))
    return replace(parcel, roster=replace(parcel.roster, signatures=in_order))


def _check_follows(roster: Roster, previous: Roster) -> None:
    if roster.federation_id != previous.federation_id:
        raise Malformed("The roster is of another federation than the one before it.", "Sign nothing.")
    if roster.version != previous.version + 1:
        raise Malformed("The roster is not the next after the one that the file brings.", "Ask for a new draft.")
    if roster.roots != previous.roots and roster.roots.version != previous.roots.version + 1:
        raise Malformed("The roster's root set is not the next after the one in force.", "Sign nothing.")


def _roster_of(envelope: Envelope) -> Roster:
    if envelope.type != ROSTER:
        raise Malformed("The file holds no roster.")
    return decode_roster(envelope.payload)


def _digest(envelope: Envelope | None) -> bytes:
    return envelope.digest if envelope is not None else b""


def in_words(proposed: Proposed, names: Mapping[str, str]) -> list[str]:
    """What the roster changes, a sentence each, and after it whose roots must sign and which have.

    names: words for codes, as `differences` takes them.
    """
    changes = differences(proposed.previous, proposed.roster, names)
    return [*changes, *(_standing(proposed, roots) for roots in proposed.root_sets)]


def names_of(dictionary: Dictionary) -> dict[str, str]:
    """Words for the codes of areas, for `differences`. Collected facts are shown as they are written."""
    return {code: f"{area.name} ({code})" for code, area in dictionary.geography.areas.items()}


def still_needed(proposed: Proposed) -> str:
    """One sentence: how many more must sign, of which set, or that it can be accepted."""
    lacking = [(proposed.lacks(roots), roots.version) for roots in proposed.root_sets if proposed.lacks(roots)]
    if not lacking:
        return "Enough roots have signed."
    return f"Still needed: {' and '.join(f'{more} of root set {version}' for more, version in lacking)}."


def _standing(proposed: Proposed, roots: RootSet) -> str:
    signed = sorted(short_name(key) for name, key in roots.by_id.items() if name in proposed.signers)
    return f"To be signed under {root_set_in_words(roots)}. Signed so far: {', '.join(signed) or 'none'}."
