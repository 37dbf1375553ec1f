"""Which federation this node is in, and under which name: written by `join`, last of all. Nothing in it is secret."""

from __future__ import annotations

import base64
import binascii
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from lero_contract.codec import Invite, envelope_from_bytes, envelope_to_bytes
from lero_contract.envelope import Envelope
from lero_contract.errors import Corrupt, NotReady
from lero_node.data.files import write_durably


class Membership(BaseModel):
    """`membership.json`. address: host:port of the coordinator. roster: the pinned roster's envelope, base64."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    version: int = 1
    federation_id: str
    node_id: str
    organisation_id: str
    organisation_name: str
    address: str
    invite_id: str
    roster: str

    @property
    def pinned(self) -> Envelope:
        """The roster whose root set a person has confirmed; every later one follows from it. Raises Corrupt."""
        try:
            return envelope_from_bytes(base64.b64decode(self.roster, validate=True))
        except binascii.Error as reason:
            raise Corrupt("The roster in membership.json cannot be read.", "Restore the data folder.") from reason


def membership_of(invite: Invite, pinned: Envelope) -> Membership:
    """What an invite makes of a node. pinned: the first roster this node ever believed."""
    return Membership(
        federation_id=invite.federation_id,
        node_id=invite.node_id,
        organisation_id=invite.organisation_id,
        organisation_name=invite.organisation_name,
        address=invite.address,
        invite_id=invite.invite_id,
        roster=base64.b64encode(envelope_to_bytes(pinned)).decode("ascii"),
    )


def load_membership(path: Path) -> Membership:
    """Raises NotReady before `join`, Corrupt for a file that was damaged."""
    try:
        return Membership.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        raise NotReady("This node has not joined a federation.", "Run: lero-node join INVITE") from None
    except ValidationError as reason:
        raise Corrupt(f"{path.name} cannot be read.", "Restore the data folder from a backup.") from reason


def save_membership(path: Path, membership: Membership) -> None:
    """Writes the file whole."""
    write_durably(path, (membership.model_dump_json(indent=1) + "\n").encode())
