"""Setting up a node: first its own keys, mapping and policy, then the federation it joins. Each happens once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lero_contract.codec import Enrolment, decode_roster, decode_welcome, encode_enrolment, envelope_from_bytes
from lero_contract.codec.envelope import envelope_to_bytes
from lero_contract.dictionary import Dictionary, load_dictionary
from lero_contract.envelope import ENROLMENT, key_id, public_bytes, sign
from lero_contract.errors import DataNotValid, Unauthorised
from lero_contract.request import is_node_id
from lero_contract.roster import NodeEntry, RootSet, Roster
from lero_node.data.files import write_durably
from lero_node.data.mapping import collects, parse_mapping
from lero_node.data.sealing import StorageKey
from lero_node.gate.in_force import confirm
from lero_node.gate.policy import parse_policy
from lero_node.home import Home, Settings, load_settings, save_settings
from lero_node.link.identity import create_identity, open_identity
from lero_node.link.rosters import Rosters
from lero_node.log import Log
from lero_node.node import roster_day, witness_of
from lero_node.privacy.ledger import Ledger, Standing
from lero_node.witness import FindMarks, Witness

KeyMaker = Callable[[], StorageKey]


@dataclass(frozen=True)
class Joined:
    """What a person sees after joining. roots: short names of the keys that sign rosters, to be compared by phone."""

    federation_id: str
    address: str
    roots: tuple[str, ...]
    standing: Standing


def initialise(home: Home, settings: Settings, policy: str, mapping: str, make_key: KeyMaker) -> bytes:
    """Writes settings, policy, mapping and keys, and returns the signed wish to join, for the enrolment file.

    Raises DataNotValid for a policy, mapping or settings with faults, or a home that was set up before.
    """
    if home.identity.exists():
        raise DataNotValid("This data folder belongs to a node already.", "Choose another with --home.")
    dictionary = load_dictionary()
    parse_policy(policy)
    export = parse_mapping(mapping, dictionary)
    _check_settings(settings, dictionary)
    confirm(home, policy)
    write_durably(home.mapping, mapping.encode())
    save_settings(home, settings)
    identity = create_identity(home.identity, make_key())
    entry = NodeEntry(
        node_id=settings.node_id,
        organisation_id=settings.organisation_id,
        identity_key=public_bytes(identity.signing),
        areas=tuple(sorted(set(settings.areas))),
        collects=collects(export),
        complete_from_day=export.complete_from_day,
        public_members=settings.public_members,
    )
    wish = Enrolment(entry, settings.organisation_name, identity.certificate_request(settings.node_id))
    return envelope_to_bytes(sign(ENROLMENT, encode_enrolment(wish), identity.signing))


def _check_settings(settings: Settings, dictionary: Dictionary) -> None:
    """Everything that could go wrong later, before the first key is made: set-up happens once."""
    if not is_node_id(settings.node_id):
        raise DataNotValid(
            f"{settings.node_id!r} cannot be a node's name.", "Use lower-case letters, digits and hyphens, at most 63."
        )
    if not settings.organisation_name.strip() or not settings.areas:
        raise DataNotValid("A node needs the name of its organisation and at least one authority that it serves.")
    for area in settings.areas:
        if area not in dictionary.geography.areas:
            raise DataNotValid(
                f"{area} is not the code of an authority.", "Use its nine-character code, such as E06000062."
            )


def roots_named(welcome: bytes) -> RootSet:
    """The root keys a welcome would make this node trust. Raises Malformed for bytes that are no welcome."""
    return _roster_of(welcome).roots


def root_names(roots: RootSet) -> tuple[str, ...]:
    """Each root by the first 16 digits of its key id, in groups of four, to be read over the phone."""
    return tuple(" ".join(key_id(key)[i : i + 4] for i in range(0, 16, 4)) for key in roots.public_keys)


def join(home: Home, welcome: bytes, key: StorageKey, now_s: int, marks: FindMarks) -> Joined:
    """Takes the coordinator's welcome: pins its roots, and opens the first year of the privacy allowance.

    marks: where the mark of this node's ledger is kept. Raises DataNotValid where the node has joined before,
    Unauthorised where the welcome is for another node or key, OutOfTime where its roster has expired, RolledBack where
    another ledger of this node has left a mark.
    """
    settings, identity = load_settings(home), open_identity(home.identity, key)
    if home.welcome.exists():
        raise DataNotValid("This node has joined a federation already.")
    content, roster = decode_welcome(welcome), _roster_of(welcome)
    entry = roster.node(settings.node_id)
    if content.node_id != settings.node_id or entry.identity_key != public_bytes(identity.signing):
        raise Unauthorised("The welcome was made for another node.", "Ask the national body for this node's own.")
    rosters = Rosters(home.rosters, envelope_from_bytes(content.roster))
    rosters.check_in_time(now_s)
    witness = witness_of(home, identity, settings.node_id, content.federation_id, marks, lambda: now_s)
    standing = _open_first_year(home, roster, now_s, witness)
    write_durably(home.welcome, welcome)
    log = Log(home.log)
    log.write(now_s, "joined", f"{content.federation_id} at {content.address}")
    log.close()
    return Joined(content.federation_id, content.address, root_names(roster.roots), standing)


def _open_first_year(home: Home, roster: Roster, now_s: int, witness: Witness) -> Standing:
    ledger = Ledger(home.ledger)
    try:
        standing = ledger.standing()
        if not standing.year:
            standing = ledger.open_year(roster_day(roster), now_s)
        witness.start(ledger)
        return standing
    finally:
        ledger.close()


def _roster_of(welcome: bytes) -> Roster:
    return decode_roster(envelope_from_bytes(decode_welcome(welcome).roster).payload)


def read_text(path: Path) -> str:
    """A text file a person wrote. Raises DataNotValid where it is missing or not UTF-8."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as reason:
        raise DataNotValid(f"{path.name} cannot be read.", "Save it as plain text (UTF-8).") from reason
