"""What a LERO may wish: to be listed with areas and variables that exist, by a key that does not change. Pure.

A later wish of a known node replaces the earlier one only when the same identity key signed it.
"""

from __future__ import annotations

from lero_contract.codec import Enrolment, decode_enrolment
from lero_contract.dictionary import Dictionary
from lero_contract.envelope import ENROLMENT, Envelope
from lero_contract.errors import Conflict, Malformed, Unauthorised
from lero_contract.roster import NodeEntry
from lero_coordinator.authority import requested_key
from lero_coordinator.config import NAME
from lero_coordinator.invites import Issued, check_signers, check_use


def read_wish(envelope: Envelope, federation_id: str, dictionary: Dictionary) -> Enrolment:
    """The wish in an envelope, not yet believed: `check_first` or `check_change` comes next.

    The key to check with stands in the payload, or in the invite that it names, so it is read strictly first. Raises
    Malformed for names the dictionary does not have, a bad certificate request, or a wish to join another federation.
    """
    if envelope.type != ENROLMENT:
        raise Malformed("The envelope should hold an enrolment.")
    wish = decode_enrolment(envelope.payload)
    if wish.federation_id != federation_id:
        raise Malformed("The enrolment is for another federation.", "Ask the LERO to use the invite made here.")
    _check_entry(wish.entry, dictionary)
    requested_key(wish.tls_request)
    return wish


def check_first(envelope: Envelope, wish: Enrolment, issued: Issued | None, old: NodeEntry | None, now_s: int) -> None:
    """Whether a wish may come in by the invite it names. issued: None where there is no such invite.

    Raises Unauthorised unless both the identity key and the invite's key signed it, and as `check_use` and
    `check_replacement`.
    """
    if issued is None:
        raise Unauthorised("The enrolment names no invite of this coordinator.", "Make one with `invite new`.")
    check_signers(envelope, wish.entry.identity_key, issued.public_key)
    check_use(issued, wish, now_s)
    if old is not None:
        check_replacement(wish.entry, old)


def check_change(envelope: Envelope, wish: Enrolment, old: NodeEntry | None) -> None:
    """Whether a wish without an invite may change an entry. Raises Unauthorised for a stranger's, or a wrong key."""
    if old is None:
        raise Unauthorised("Only a node that was taken in may come without an invite.", "Make one with `invite new`.")
    check_replacement(wish.entry, old)
    check_signers(envelope, old.identity_key)


def check_replacement(new: NodeEntry, old: NodeEntry) -> None:
    """Raises Conflict where a known node would come back with another key or for another organisation."""
    if new.identity_key != old.identity_key:
        words = f"The node {new.node_id} is enrolled with another identity key."
        raise Conflict(words, "If its computer was replaced, invite it under a new node name.")
    if new.organisation_id != old.organisation_id:
        raise Conflict(f"The node {new.node_id} is enrolled for another organisation.", "Use a new node name.")


def collectable(dictionary: Dictionary) -> frozenset[str]:
    """Everything a node may say it collects: variables of members, measures, recovery at reviews, the other tables."""
    members = {name for table, name in dictionary.variables if table == "members"}
    tables = {table for table, _ in dictionary.variables if table != "members"}
    return frozenset(members | set(dictionary.measures) | tables | {"recovery_now"})


def _check_entry(entry: NodeEntry, dictionary: Dictionary) -> None:
    if not NAME.fullmatch(entry.organisation_id):
        raise Malformed("An organisation id is lower-case letters, digits and hyphens, at most 63.")
    for code in entry.areas:
        if code not in dictionary.geography.areas:
            raise Malformed(f"The area {code} is not a current code of the dictionary.", "Correct the node's areas.")
    unknown = sorted(set(entry.collects) - collectable(dictionary))
    if unknown:
        words = f"The dictionary has nothing named {', '.join(unknown)}."
        raise Malformed(words, "Bring node and coordinator to the same version.")
