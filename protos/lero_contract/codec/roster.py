"""Rosters and wishes to be listed as bytes."""

from __future__ import annotations

from dataclasses import dataclass

from lero_contract.codec.strict import parse, serialise
from lero_contract.errors import Malformed
from lero_contract.roster import Keeper, NodeEntry, Organisation, Party, RootSet, Roster, SealingKey
from lero_contract.v1 import roster_pb2 as pb


@dataclass(frozen=True)
class Enrolment:
    """A LERO's wish to be listed.

    tls_request: a certificate request, DER. invite_id: empty where an enrolled node changes its entry.
    """

    entry: NodeEntry
    organisation_name: str
    tls_request: bytes
    federation_id: str = ""
    invite_id: str = ""


def encode_roster(roster: Roster) -> bytes:
    """The payload that the roots sign."""
    return serialise(
        pb.Roster(
            federation_id=roster.federation_id,
            version=roster.version,
            issued_at_s=roster.issued_at_s,
            expires_at_s=roster.expires_at_s,
            roots=pb.RootSet(
                version=roster.roots.version,
                threshold=roster.roots.threshold,
                public_keys=roster.roots.public_keys,
            ),
            organisations=[
                pb.Organisation(
                    organisation_id=o.organisation_id,
                    name=o.name,
                    first_listed_day=o.first_listed_day,
                )
                for o in roster.organisations
            ],
            nodes=[_entry_to_message(n) for n in roster.nodes],
            analysts=[_party_to_message(p) for p in roster.analysts],
            publishers=[_party_to_message(p) for p in roster.publishers],
            keepers=[_keeper_to_message(k) for k in roster.keepers],
            synthetic=roster.synthetic,
        )
    )


def decode_roster(payload: bytes) -> Roster:
    """Raises Malformed for other bytes. `roster.check_successor` says whether to believe it."""
    message = parse(pb.Roster, payload)
    return Roster(
        federation_id=message.federation_id,
        version=message.version,
        issued_at_s=message.issued_at_s,
        expires_at_s=message.expires_at_s,
        roots=RootSet(message.roots.version, message.roots.threshold, tuple(message.roots.public_keys)),
        organisations=tuple(Organisation(o.organisation_id, o.name, o.first_listed_day) for o in message.organisations),
        nodes=tuple(_entry_from_message(n) for n in message.nodes),
        analysts=tuple(_party_from_message(p) for p in message.analysts),
        publishers=tuple(_party_from_message(p) for p in message.publishers),
        synthetic=message.synthetic,
        keepers=tuple(_keeper_from_message(k) for k in message.keepers),
    )


def encode_enrolment(enrolment: Enrolment) -> bytes:
    """The payload that the identity key signs, and for a first wish the invite's key too."""
    return serialise(
        pb.Enrolment(
            entry=_entry_to_message(enrolment.entry),
            organisation_name=enrolment.organisation_name,
            tls_request=enrolment.tls_request,
            federation_id=enrolment.federation_id,
            invite_id=enrolment.invite_id,
        )
    )


def decode_enrolment(payload: bytes) -> Enrolment:
    """Raises Malformed for anything else."""
    message = parse(pb.Enrolment, payload)
    if not message.organisation_name.strip():
        raise Malformed("The enrolment does not name the organisation.")
    return Enrolment(
        entry=_entry_from_message(message.entry),
        organisation_name=message.organisation_name,
        tls_request=message.tls_request,
        federation_id=message.federation_id,
        invite_id=message.invite_id,
    )


def _entry_to_message(entry: NodeEntry) -> pb.NodeEntry:
    return pb.NodeEntry(
        node_id=entry.node_id,
        organisation_id=entry.organisation_id,
        identity_key=entry.identity_key,
        areas=entry.areas,
        collects=entry.collects,
        complete_from_day=entry.complete_from_day,
        public_members=entry.public_members,
    )


def _entry_from_message(message: pb.NodeEntry) -> NodeEntry:
    return NodeEntry(
        node_id=message.node_id,
        organisation_id=message.organisation_id,
        identity_key=message.identity_key,
        areas=tuple(message.areas),
        collects=tuple(message.collects),
        complete_from_day=message.complete_from_day,
        public_members=message.public_members,
    )


def _party_to_message(party: Party) -> pb.PartyEntry:
    return pb.PartyEntry(party_id=party.party_id, organisation_id=party.organisation_id, public_key=party.public_key)


def _party_from_message(message: pb.PartyEntry) -> Party:
    return Party(message.party_id, message.organisation_id, message.public_key)


def _keeper_to_message(keeper: Keeper) -> pb.KeeperEntry:
    keys = [pb.SealingKey(from_day=k.from_day, to_day=k.to_day, public_key=k.public_key) for k in keeper.sealing_keys]
    return pb.KeeperEntry(
        keeper_id=keeper.keeper_id,
        organisation_id=keeper.organisation_id,
        identity_key=keeper.identity_key,
        sealing_keys=keys,
    )


def _keeper_from_message(message: pb.KeeperEntry) -> Keeper:
    keys = tuple(SealingKey(k.from_day, k.to_day, k.public_key) for k in message.sealing_keys)
    return Keeper(message.keeper_id, message.organisation_id, message.identity_key, keys)
