"""Every roster this node has accepted, each checked against the one before, from the one its invite pinned."""

from __future__ import annotations

from pathlib import Path

from lero_contract.codec import decode_roster, envelope_from_bytes, envelope_to_bytes
from lero_contract.envelope import ROSTER, Envelope
from lero_contract.errors import Malformed, Unauthorised
from lero_contract.roster import Held, Roster, check_in_time, check_successor
from lero_node.data.files import write_durably


class Rosters:
    """The chain of rosters, in memory and as files named by version."""

    def __init__(self, folder: Path, pinned: Envelope) -> None:
        """pinned: the roster of the invite, whose root set a person has confirmed.

        Walks every file in version order; raises where one does not follow from the one before.
        """
        self._folder = folder
        first = _decode(pinned)
        check_successor(first, pinned, first.roots, None, first.issued_at_s)
        self._envelopes = [pinned]
        self._held = [Held(first, pinned.digest)]
        for path in sorted(folder.glob("*.roster")):
            envelope = envelope_from_bytes(path.read_bytes())
            if envelope.digest != pinned.digest:
                self._add(self._checked(envelope, _decode(envelope).issued_at_s), envelope)

    @property
    def newest(self) -> Roster:
        """The roster by which signers are heard now."""
        return self._held[-1].roster

    def accept(self, envelope: Envelope, now_s: int) -> bool:
        """Takes a newer roster and stores it; False where it is held already.

        Raises Unauthorised, OutOfTime or Malformed where it may not be believed.
        """
        if any(held.digest == envelope.digest for held in self._held):
            return False
        roster = self._checked(envelope, now_s)
        self._folder.mkdir(exist_ok=True)
        # First on the disk: one that is believed and not kept would be forgotten, and whom it took off heard again.
        write_durably(self._folder / f"{roster.version:08d}.roster", envelope_to_bytes(envelope))
        self._add(roster, envelope)
        return True

    def pinned_by(self, digest: bytes) -> tuple[Roster, bytes]:
        """The roster a request was signed under, with its payload. Raises Unauthorised where this node never had it."""
        for held, envelope in zip(self._held, self._envelopes, strict=True):
            if held.digest == digest:
                return held.roster, envelope.payload
        raise Unauthorised("The request was written under a roster that this node never received.")

    def check_in_time(self, now_s: int) -> None:
        """Raises OutOfTime where the newest roster has expired: then nobody is heard."""
        check_in_time(self.newest, now_s)

    def _checked(self, envelope: Envelope, now_s: int) -> Roster:
        roster = _decode(envelope)
        check_successor(roster, envelope, self.newest.roots, self._held[-1], now_s)
        return roster

    def _add(self, roster: Roster, envelope: Envelope) -> None:
        self._envelopes.append(envelope)
        self._held.append(Held(roster, envelope.digest))


def _decode(envelope: Envelope) -> Roster:
    if envelope.type != ROSTER:
        raise Malformed("The envelope should hold a roster.")
    return decode_roster(envelope.payload)
