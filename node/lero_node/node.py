"""A node that has been set up: its rooms opened, its keys unsealed, its rosters checked. Made once for each command."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from lero_contract.days import to_day
from lero_contract.dictionary import Dictionary, load_dictionary
from lero_contract.errors import Corrupt
from lero_contract.roster import NodeEntry, Roster
from lero_node.data.manifest import Snapshot, newest_snapshot
from lero_node.data.sealing import StorageKey
from lero_node.gate.inbox import Inbox
from lero_node.gate.policy import Policy, load_policy
from lero_node.gate.programmes import Programmes
from lero_node.home import Home, Settings, load_settings
from lero_node.link.identity import Identity, open_identity
from lero_node.link.membership import Membership, load_membership
from lero_node.link.rosters import Rosters
from lero_node.log import Log
from lero_node.privacy.ledger import Ledger

Clock = Callable[[], float]


@dataclass(frozen=True)
class Node:
    """Everything the answering of requests needs. clock: seconds since 1970, UTC."""

    home: Home
    settings: Settings
    policy: Policy
    key: StorageKey
    identity: Identity
    membership: Membership
    rosters: Rosters
    dictionary: Dictionary
    ledger: Ledger
    log: Log
    inbox: Inbox
    programmes: Programmes
    clock: Clock

    @property
    def now_s(self) -> int:
        """Whole seconds since 1970, UTC."""
        return int(self.clock())

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


def open_node(home: Home, key: StorageKey, clock: Clock) -> Node:
    """Opens everything. Raises NotReady before `init` and `join`, Corrupt or DataNotValid for what is damaged
    or missing."""
    settings = load_settings(home)
    policy = load_policy(home.policy)
    identity = open_identity(home.identity, key)
    membership = load_membership(home.membership)
    if not home.ledger.exists():
        # `join` makes the ledger before the membership. A new one would forget what was spent.
        raise Corrupt(f"The ledger is missing: {home.ledger.name}.", "Restore the data folder, or ask for help.")
    return Node(
        home=home,
        settings=settings,
        policy=policy,
        key=key,
        identity=identity,
        membership=membership,
        rosters=Rosters(home.rosters, membership.pinned),
        dictionary=load_dictionary(),
        ledger=Ledger(home.ledger),
        log=Log(home.log),
        inbox=Inbox(home.inbox),
        programmes=Programmes(home.programmes),
        clock=clock,
    )


def roster_day(roster: Roster) -> int:
    """The day a roster was issued, by which the ledger's years are counted."""
    return to_day(datetime.fromtimestamp(roster.issued_at_s, UTC).date())
