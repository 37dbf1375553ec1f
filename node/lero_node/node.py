"""A node that has been set up: its rooms opened, its keys unsealed, its rosters checked. Made once for each command."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from lero_contract.days import to_day
from lero_contract.dictionary import Dictionary, load_dictionary
from lero_contract.envelope import key_id, public_bytes
from lero_contract.errors import Corrupt
from lero_contract.roster import NodeEntry, Roster
from lero_node.data.manifest import Snapshot, newest_snapshot
from lero_node.data.sealing import StorageKey
from lero_node.gate.in_force import InForce, check_confirmed
from lero_node.gate.inbox import Inbox
from lero_node.gate.policy import Policy
from lero_node.gate.programmes import Programmes
from lero_node.home import Home, Settings, load_settings
from lero_node.link.identity import Identity, open_identity
from lero_node.link.membership import Membership, load_membership
from lero_node.link.rosters import Rosters
from lero_node.log import Log
from lero_node.privacy.ledger import Ledger
from lero_node.witness import FindMarks, Witness

Clock = Callable[[], float]


@dataclass(frozen=True)
class Node:
    """Everything the answering of requests needs. clock: seconds since 1970, UTC."""

    home: Home
    settings: Settings
    in_force: InForce
    key: StorageKey
    identity: Identity
    membership: Membership
    rosters: Rosters
    dictionary: Dictionary
    ledger: Ledger
    witness: Witness
    log: Log
    inbox: Inbox
    programmes: Programmes
    clock: Clock

    @property
    def policy(self) -> Policy:
        """The confirmed one, as it is now."""
        return self.in_force.policy

    @property
    def now_s(self) -> int:
        """Whole seconds since 1970, UTC."""
        return int(self.clock())

    @property
    def until_slot_s(self) -> float:
        """Seconds to the next whole multiple of the policy's slot, at which answers leave."""
        return self.policy.gates.slot_s - self.clock() % self.policy.gates.slot_s

    @property
    def next_slot_s(self) -> int:
        """That moment, whole seconds since 1970, UTC."""
        return int(self.clock() + self.until_slot_s)

    @property
    def snapshot(self) -> Snapshot | None:
        """The newest import, None before the first."""
        return newest_snapshot(self.home.store, self.key)

    def entry_in(self, roster: Roster) -> NodeEntry:
        """This node's own entry. Raises Unauthorised where it is not listed."""
        return roster.node(self.membership.node_id)

    @property
    def is_listed(self) -> bool:
        """Whether the newest roster lists this node; until one does, no request names it."""
        return any(entry.node_id == self.membership.node_id for entry in self.rosters.newest.nodes)

    def close(self) -> None:
        """Lets go of every file."""
        self.ledger.close()
        self.log.close()
        self.inbox.close()
        self.programmes.close()


def open_node(home: Home, key: StorageKey, clock: Clock, marks: FindMarks) -> Node:
    """Opens everything. marks: where the mark of this node's ledger is kept.

    Raises NotReady before `init` and `join` and for files of a newer version, Corrupt or DataNotValid for what is
    damaged or missing. Whether the ledger is the newest is not looked at: `Witness.check_local` does that.
    """
    settings = load_settings(home)
    check_confirmed(home)
    identity = open_identity(home.identity, key)
    membership = load_membership(home.membership)
    if not home.ledger.exists():
        # `join` makes the ledger before the membership. A new one would forget what was spent.
        raise Corrupt(f"The ledger is missing: {home.ledger.name}.", "Restore the data folder, or ask for help.")
    witness = witness_of(home, identity, membership.node_id, membership.federation_id, marks, clock)
    return Node(
        home=home,
        settings=settings,
        in_force=InForce(home),
        key=key,
        identity=identity,
        membership=membership,
        rosters=Rosters(home.rosters, membership.pinned),
        dictionary=load_dictionary(),
        ledger=Ledger(home.ledger, witness.keep),
        witness=witness,
        log=Log(home.log),
        inbox=Inbox(home.inbox),
        programmes=Programmes(home.programmes),
        clock=clock,
    )


def witness_of(
    home: Home, identity: Identity, node_id: str, federation_id: str, marks: FindMarks, clock: Clock
) -> Witness:
    """Who keeps the mark of this node's ledger on this computer. Raises DataNotValid for a place in the data folder."""
    place = marks(key_id(public_bytes(identity.signing)))
    return Witness(place, identity.signing, federation_id, node_id, home.restored, lambda: int(clock()))


def roster_day(roster: Roster) -> int:
    """The day a roster was issued, by which the ledger's years are counted."""
    return to_day(datetime.fromtimestamp(roster.issued_at_s, UTC).date())
