"""What this LERO says of itself, and wishes to be listed with: from its settings and its mapping, never from rows."""

from __future__ import annotations

from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lero_contract.codec import Enrolment, encode_enrolment
from lero_contract.dictionary import Dictionary, load_dictionary
from lero_contract.envelope import ENROLMENT, Envelope, public_bytes, sign
from lero_contract.errors import DataNotValid
from lero_contract.roster import NodeEntry
from lero_node.data.mapping import ExportMapping, collects, read_mapping
from lero_node.home import Home, load_settings
from lero_node.link.identity import Identity
from lero_node.link.membership import Membership
from lero_node.link.tls import certificate_request


def stated(home: Home, membership: Membership, identity: Identity, mapping: ExportMapping | None = None) -> NodeEntry:
    """The entry this LERO states. mapping: another than the one in use, where a person is about to change it.

    Raises NotReady before `init`, DataNotValid where settings or mapping have a fault.
    """
    dictionary, settings = load_dictionary(), load_settings(home)
    export = mapping or read_mapping(home.mapping, dictionary)
    check_areas(settings.areas, dictionary)
    return NodeEntry(
        node_id=membership.node_id,
        organisation_id=membership.organisation_id,
        identity_key=public_bytes(identity.signing),
        areas=tuple(sorted(set(settings.areas))),
        collects=collects(export),
        complete_from_day=export.complete_from_day,
        public_members=settings.public_members,
    )


def check_areas(areas: Sequence[str], dictionary: Dictionary) -> None:
    """Raises DataNotValid where there is none, or one that is no authority's."""
    if not areas:
        raise DataNotValid("A node needs at least one authority that it serves.")
    for area in areas:
        if area not in dictionary.geography.areas:
            raise DataNotValid(
                f"{area} is not the code of an authority.", "Use its nine-character code, such as E06000062."
            )


def signed_wish(
    entry: NodeEntry,
    membership: Membership,
    tls_key: bytes,
    identity: Identity,
    invite_key: Ed25519PrivateKey | None = None,
) -> Envelope:
    """The wish to be listed so, with a request for a certificate of `tls_key`.

    invite_key: of the invite by which the node joins; without it the wish changes the entry of a node known already.
    """
    wish = Enrolment(
        entry=entry,
        organisation_name=membership.organisation_name,
        tls_request=certificate_request(tls_key, membership.node_id),
        federation_id=membership.federation_id,
        invite_id=membership.invite_id if invite_key else "",
    )
    keys = [identity.signing, *([invite_key] if invite_key else [])]
    return sign(ENROLMENT, encode_enrolment(wish), *keys)
