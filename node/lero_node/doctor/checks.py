"""Looks at everything a node needs, in order, each once: one verdict a check, and nothing about a member.

A check that needs what an earlier one did not find is left out: the earlier line says what to do first. Nothing is
charged or sent; the coordinator is asked for news, as the running node asks, and what it offers is left for that node.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from cryptography import x509

from lero_contract.envelope import public_bytes
from lero_contract.errors import LeroError, Unauthorised, Unavailable
from lero_node import __version__
from lero_node.compute.parent import NOISE_SCALES
from lero_node.data.manifest import Snapshot, check_parts, newest_snapshot
from lero_node.data.sealing import StorageKey
from lero_node.doctor.chains import last_logged_s, walk
from lero_node.doctor.mark import check_mark
from lero_node.doctor.verdicts import (
    Verdict,
    certificate_verdict,
    clock_verdict,
    entry_verdict,
    fine,
    line_verdict,
    roster_verdict,
    snapshot_verdict,
    space_verdict,
    wrong,
)
from lero_node.gate.in_force import check_confirmed
from lero_node.home import Home, Settings, load_settings
from lero_node.link.identity import Identity, open_identity
from lero_node.link.membership import Membership, load_membership
from lero_node.link.relay import News
from lero_node.link.rosters import Rosters
from lero_node.link.tls import TlsFiles, open_tls
from lero_node.node import Clock, witness_of
from lero_node.privacy.ledger import Ledger
from lero_node.witness import FindMarks, Witness

Found = TypeVar("Found")
Poll = Callable[[Membership, TlsFiles, int], News]


@dataclass(frozen=True)
class Instruments:
    """What the checks need from the world. free: bytes on the disk of a folder. poll: None leaves the line out."""

    open_key: Callable[[], StorageKey]
    marks: FindMarks
    clock: Clock
    free: Callable[[Path], int]
    check_noise: Callable[[tuple[float, ...]], None]
    poll: Poll | None


@dataclass
class _Sheet:
    """The verdicts so far."""

    verdicts: list[Verdict] = field(default_factory=list)

    def take(self, check: str, act: Callable[[], Found], say: Callable[[Found], Verdict]) -> Found | None:
        """What `act` found, with its verdict written down; None where it raised, which is written down as wrong."""
        try:
            found = act()
            self.verdicts.append(say(found))
        except LeroError as error:
            self.verdicts.append(wrong(check, error))
        except OSError as error:
            self.verdicts.append(wrong(check, Unavailable(f"{error.filename}: {error.strerror}.", "Check the disk.")))
        else:
            return found
        return None


@dataclass(frozen=True)
class _Papers:
    """Who this node is, as far as it could be read. tls: what it calls with, where that can be used."""

    key: StorageKey | None
    identity: Identity | None
    member: Membership | None
    rosters: Rosters | None
    tls: TlsFiles | None


def examine(home: Home, instruments: Instruments) -> list[Verdict]:
    """Every check that can be made, in order."""
    sheet, now_s = _Sheet(), int(instruments.clock())
    papers = _read_papers(sheet, home, instruments.open_key, now_s)
    if papers is None:
        return sheet.verdicts
    for walked in walk(home):
        fault = walked.fault
        sheet.verdicts.append(wrong(walked.name, fault) if fault else fine(walked.name, walked.in_words))
    _ask_witnesses(sheet, home, papers, instruments)
    key, rosters = papers.key, papers.rosters
    if key:
        sheet.take("import", lambda: _newest(home, key), lambda found: snapshot_verdict(found, now_s))
    sheet.take("noise", lambda: instruments.check_noise(NOISE_SCALES), lambda _: fine("noise", _NOISE))
    sheet.take("disk", lambda: instruments.free(home.folder), space_verdict)
    if rosters:
        issued_at_s = rosters.newest.issued_at_s
        sheet.take("clock", lambda: last_logged_s(home), lambda last: clock_verdict(now_s, issued_at_s, last))
    return sheet.verdicts


def _read_papers(sheet: _Sheet, home: Home, open_key: Callable[[], StorageKey], now_s: int) -> _Papers | None:
    settings = sheet.take("settings", lambda: load_settings(home), _settings)
    if settings is None:
        return None
    key = sheet.take("key", open_key, lambda _: fine("key", f"It opens, from: {settings.storage_key}."))
    sheet.take("policy", lambda: check_confirmed(home), lambda _: fine("policy", "In force as a person confirmed it."))
    opened = fine("identity", "Its keys open.")
    identity = sheet.take("identity", lambda: open_identity(home.identity, key), lambda _: opened) if key else None
    member = sheet.take("membership", lambda: load_membership(home.membership), _membership)
    rosters = tls = None
    if member:
        rosters = sheet.take(
            "signed list",
            lambda: Rosters(home.rosters, member.pinned),
            lambda found: roster_verdict(found.newest, now_s),
        )
    if member and rosters and identity:
        sheet.take("entry", lambda: _is_listed(rosters, member, identity), entry_verdict)
    if member and not home.tls.exists():
        sheet.verdicts.append(line_verdict())
    elif member and key:
        tls = sheet.take(
            "certificate",
            lambda: open_tls(home.tls, key),
            lambda found: certificate_verdict(_not_after_s(found), now_s),
        )
    return _Papers(key, identity, member, rosters, tls)


def _ask_witnesses(sheet: _Sheet, home: Home, papers: _Papers, instruments: Instruments) -> None:
    """The mark on this computer; then the coordinator, where there is a certificate to call it with."""
    identity, member, rosters, tls = papers.identity, papers.member, papers.rosters, papers.tls
    if identity is None or member is None or not home.ledger.exists():
        return

    def witness() -> Witness:
        marks, clock = instruments.marks, instruments.clock
        return witness_of(home, identity, member.node_id, member.federation_id, marks, clock)

    sheet.take("witnesses", lambda: check_mark(home, witness()), lambda _: fine("witnesses", _WITNESSES))
    poll = instruments.poll
    if poll is not None and rosters is not None and tls is not None:
        version = rosters.newest.version
        sheet.take("coordinator", lambda: _ask(home, witness(), lambda: poll(member, tls, version)), _answers)


_NOISE = "The sampler passes its check, in a process of its own."
_WITNESSES = (
    "This computer's own mark agrees with the ledger. Two of three kinds keep its head: this mark and the coordinator; "
    "keepers come with pooled rounds."
)


def _settings(settings: Settings) -> Verdict:
    areas = "1 authority" if len(settings.areas) == 1 else f"{len(settings.areas)} authorities"
    return fine("settings", f"Serves {areas}; program version {__version__}.")


def _membership(member: Membership) -> Verdict:
    words = f"{member.organisation_name} ({member.node_id}) is in {member.federation_id} at {member.address}."
    return fine("membership", words)


def _not_after_s(tls: TlsFiles) -> int:
    """When this computer's TLS certificate ends: seconds since 1970, UTC."""
    return int(x509.load_pem_x509_certificate(tls.certificate).not_valid_after_utc.timestamp())


def _is_listed(rosters: Rosters, member: Membership, identity: Identity) -> bool:
    entry = next((entry for entry in rosters.newest.nodes if entry.node_id == member.node_id), None)
    if entry is not None and entry.identity_key != public_bytes(identity.signing):
        raise Unauthorised("The newest signed list names another key for this node.", "Ask the national body.")
    return entry is not None


def _ask(home: Home, witness: Witness, poll: Callable[[], News]) -> None:
    """News of the coordinator; a newer head of this ledger that it knows is a rollback, and is remembered here."""
    seen = poll().ledger_mark
    if seen is None:
        return
    with contextlib.closing(Ledger(home.ledger)) as ledger:
        witness.hear(seen, ledger)


def _answers(_: None) -> Verdict:
    return fine("coordinator", "It answers over the real line, and knows no newer ledger of this node.")


def _newest(home: Home, key: StorageKey) -> Snapshot | None:
    snapshot = newest_snapshot(home.store, key)
    if snapshot is not None:
        check_parts(home.store, snapshot)
    return snapshot
