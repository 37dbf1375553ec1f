"""Who may join: a wish signed by the key it names, about areas and variables that exist. Pure.

A later wish of a known node replaces the earlier one only when the same identity key signed it.
"""

from __future__ import annotations

from lero_contract.codec import Enrolment, decode_enrolment
from lero_contract.dictionary import Dictionary
from lero_contract.envelope import ENROLMENT, Envelope, key_id, open_one
from lero_contract.errors import Conflict, Malformed
from lero_contract.roster import NodeEntry
from lero_coordinator.authority import requested_key
from lero_coordinator.config import NAME


def open_enrolment(envelope: Envelope, dictionary: Dictionary) -> Enrolment:
    """The wish in an envelope, checked.

    Raises Malformed for names the dictionary does not have or a bad certificate request, Unauthorised for a signature
    that is not by the identity key inside. That the LERO is who it says is for a person to check before this.
    """
    # Self-signed: the key to check with stands in the payload, so it is read strictly first and believed after.
    wish = decode_enrolment(envelope.payload)
    key = wish.entry.identity_key
    open_one(envelope, ENROLMENT, {key_id(key): key})
    _check_entry(wish.entry, dictionary)
    requested_key(wish.tls_request)
    return wish


def check_replacement(new: NodeEntry, old: NodeEntry) -> None:
    """Raises Conflict where a known node would come back with another key or for another organisation."""
    if new.identity_key != old.identity_key:
        words = f"The node {new.node_id} is enrolled with another identity key."
        raise Conflict(words, "If its computer was replaced, enrol it under a new node name.")
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
