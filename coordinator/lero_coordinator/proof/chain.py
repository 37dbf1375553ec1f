"""From a root set that somebody trusts to the rosters of a release, step by step. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lero_contract.codec import decode_roster
from lero_contract.envelope import ROSTER, Envelope
from lero_contract.errors import Malformed, Unauthorised
from lero_contract.roster import Held, RootSet, Roster, check_successor
from lero_coordinator.roots_file import PinnedRoots


@dataclass(frozen=True)
class Believed:
    """Rosters that follow from the pinned roots, ascending."""

    rosters: tuple[Held, ...]

    @property
    def newest(self) -> Held:
        """Of the highest version."""
        return self.rosters[-1]

    def with_digest(self, digest: bytes) -> Roster:
        """The roster that a request pins. Raises Unauthorised where it is not among them."""
        for held in self.rosters:
            if held.digest == digest:
                return held.roster
        raise Unauthorised("The roster that the request was signed under is not among those that can be believed.")


def believe(pinned: PinnedRoots, envelopes: Sequence[Envelope]) -> Believed:
    """Every roster, in the order of its version, each signed by the roots trusted at that step.

    Versions may be skipped, a change of the root set may not. Expiry is not looked at: a release outlives its roster.
    Raises Unauthorised or Malformed, in words, at the first that does not follow.
    """
    decoded = [(_decode(envelope), envelope) for envelope in envelopes]
    decoded.sort(key=lambda pair: pair[0].version)
    if not decoded:
        raise Malformed("There is no roster.")
    trusted: RootSet = pinned.roots
    held: list[Held] = []
    for roster, envelope in decoded:
        if roster.federation_id != pinned.federation_id:
            raise Unauthorised(f"Roster {roster.version} is of {roster.federation_id}, not of {pinned.federation_id}.")
        if not held and roster.roots.version < pinned.roots.version:
            raise Unauthorised(
                f"Roster {roster.version} is of root set {roster.roots.version}, before the one given "
                f"({pinned.roots.version}). Give the file of root keys of that time."
            )
        try:
            check_successor(roster, envelope, trusted, held[-1] if held else None, roster.issued_at_s)
        except (Unauthorised, Malformed) as reason:
            raise Unauthorised(f"Roster {roster.version}: {reason.detail}") from reason
        trusted = roster.roots
        held.append(Held(roster, envelope.digest))
    return Believed(tuple(held))


def _decode(envelope: Envelope) -> Roster:
    """What the envelope holds; nothing of it is believed yet."""
    if envelope.type != ROSTER:
        raise Malformed("A file that should hold a roster holds something else.")
    return decode_roster(envelope.payload)
