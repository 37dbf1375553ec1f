"""Checks a published folder against a root set and nothing else: no coordinator, no network, no clock. Pure.

Trust goes from the pinned roots to the rosters, from the newest roster to the publisher's signature, from it to every
file by its digest, and from the roster that the request pins to the analyst's signature. Then all is worked out again
that does not need an answer. What needs the answers is in evidence.py.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from lero_contract.codec import decode_request, envelope_from_bytes
from lero_contract.dictionary import Dictionary
from lero_contract.envelope import RELEASE, REQUEST, Envelope, open_one
from lero_contract.envelope import key_id as name_of_key
from lero_contract.errors import DataNotValid, Malformed, Unauthorised
from lero_contract.price import NANO, epsilon_of
from lero_coordinator.combine.figures import question_of
from lero_coordinator.combine.marks import Status
from lero_coordinator.combine.release import Level, Release
from lero_coordinator.landscape.data import areas_csv
from lero_coordinator.landscape.layers import map_tiles
from lero_coordinator.landscape.statement import files_listed
from lero_coordinator.landscape.tiles import load_tiles
from lero_coordinator.proof.chain import Believed, believe
from lero_coordinator.proof.checks import Findings, few
from lero_coordinator.proof.implied import (
    LEROS_FILE,
    Asked,
    check_leros,
    check_statement,
    implied_release,
    participation_of,
)
from lero_coordinator.proof.names import ENVELOPE, REQUEST_FILE, ROSTERS, STATEMENT
from lero_coordinator.proof.rows import Published, check_counts, check_implied, read_tables
from lero_coordinator.proof.statement import Stated, read_statement
from lero_coordinator.proof.ties import check_ties
from lero_coordinator.roots_file import PinnedRoots

_ROSTERS = "The rosters follow from the roots"
_PUBLISHER = "A listed publisher signed the statement"
_FILES = "Every file is the one that was signed, and there is no other"
_REQUEST = "A listed analyst signed the request"
_WHO = "The answers are of LEROs that were asked, each once"
_STATEMENT = "Price, cohort and tables are stated as they were asked"
_ROWS = "Every row is one that follows from the request and from who answered"
_COUNTS = "Every count's interval follows from its noise"
_TIES = "The figures agree with one another"
_AREAS = "The list of areas, and so the map's layers, follow from the figures"


@dataclass(frozen=True)
class Proved:
    """What a folder's checks gave on the way, for those that come after; None where one did not hold."""

    believed: Believed | None = None
    stated: Stated | None = None
    asked: Asked | None = None


def verify_release(
    files: Mapping[str, bytes], pinned: PinnedRoots, dictionary: Dictionary, findings: Findings
) -> Proved:
    """Every check of a folder, each a line of `findings`. files: by path, all that the folder holds."""
    believed = findings.check(_ROSTERS, lambda: _believed(files, pinned))
    if believed is None:
        findings.skip(_PUBLISHER, _FILES, _REQUEST, _WHO, _STATEMENT, _ROWS, _COUNTS, _TIES, _AREAS)
        return Proved()
    stated = findings.check(_PUBLISHER, lambda: _signed(files, believed))
    if stated is None:
        findings.skip(_FILES, _REQUEST, _WHO, _STATEMENT, _ROWS, _COUNTS, _TIES, _AREAS)
        return Proved(believed)
    findings.check(_FILES, lambda: _whole(files, stated))
    asked = findings.check(_REQUEST, lambda: _asked(files, stated, believed))
    if asked is None:
        findings.skip(_WHO, _STATEMENT, _ROWS, _COUNTS, _TIES, _AREAS)
        return Proved(believed, stated)
    implied = findings.check(_WHO, lambda: _implied(files, asked, stated, dictionary))
    if implied is None:
        findings.skip(_STATEMENT, _ROWS, _COUNTS, _TIES, _AREAS)
        return Proved(believed, stated, asked)
    _verify_figures(files, implied, stated, dictionary, findings)
    return Proved(believed, stated, asked)


def _verify_figures(
    files: Mapping[str, bytes], implied: Release, stated: Stated, dictionary: Dictionary, findings: Findings
) -> None:
    tables = findings.check(_ROWS, lambda: _rows(files, implied, stated, dictionary))
    if tables is None:
        findings.skip(_STATEMENT, _COUNTS, _TIES, _AREAS)
        return
    findings.check(_STATEMENT, lambda: _statement(stated, implied, tables))
    findings.check(_COUNTS, lambda: _counts(tables))
    questions = {t.table_id: question_of(implied.request, t.table.table, dictionary) for t in tables}
    findings.check(_TIES, lambda: ((ties := check_ties(tables, questions, stated)), f"{ties.words}."))
    findings.check(_AREAS, lambda: _areas(files, implied, tables, dictionary))


def _believed(files: Mapping[str, bytes], pinned: PinnedRoots) -> tuple[Believed, str]:
    if STATEMENT not in files and any(name.endswith("-release.json") for name in files):
        raise DataNotValid("This folder compares releases for illustration. Nobody signed it, and nothing proves it.")
    if ENVELOPE not in files:
        raise DataNotValid("The folder is not signed: there is no release.envelope. Anyone could have written it.")
    envelopes = [_envelope(files, name) for name in sorted(files) if name.startswith(ROSTERS)]
    if not envelopes:
        raise DataNotValid("The folder holds no rosters: it was published before folders carried their proof.")
    believed = believe(pinned, envelopes)
    newest = believed.newest.roster
    return believed, f"{len(envelopes)} of {newest.federation_id}, the newest is {newest.version}."


def _signed(files: Mapping[str, bytes], believed: Believed) -> tuple[Stated, str]:
    newest = believed.newest.roster
    try:
        payload, signer = open_one(_envelope(files, ENVELOPE), RELEASE, newest.publisher_keys)
    except Unauthorised as reason:
        words = f"The signature is not by a publisher of roster {newest.version}, or the statement was changed."
        raise Unauthorised(words) from reason
    if payload != files.get(STATEMENT):
        raise Malformed("release.json is not, byte for byte, what the publisher signed.")
    party = next(p for p in newest.publishers if name_of_key(p.public_key) == signer)
    return read_statement(payload), f"{party.party_id} of {newest.organisation(party.organisation_id).name}."


def _whole(files: Mapping[str, bytes], stated: Stated) -> tuple[bool, str]:
    content = {name: content for name, content in files.items() if name not in (STATEMENT, ENVELOPE)}
    there = {name: hashlib.sha256(found).hexdigest() for name, found in content.items()}
    problems = [f"{name} is missing" for name in sorted(set(stated.files) - set(there))]
    problems += [f"{name} is not listed" for name in sorted(set(there) - set(stated.files))]
    both = sorted(set(there) & set(stated.files))
    problems += [f"{name} was changed" for name in both if there[name] != stated.files[name]]
    if problems:
        raise Malformed(f"{few(problems)}.")
    if stated.values.get("files") != files_listed(content):
        raise Malformed("release.json says something else of a file than its name, size and digest.")
    return True, f"{len(there)} files. The pages and the map's drawing are signed; they are not drawn again here."


def _asked(files: Mapping[str, bytes], stated: Stated, believed: Believed) -> tuple[Asked, str]:
    if REQUEST_FILE not in files:
        raise Malformed(f"{REQUEST_FILE} is missing.")
    asked, words = asked_in(files[REQUEST_FILE], believed)
    if (stated.values.get("request_digest"), stated.request_id) != (asked.digest.hex(), asked.request.request_id):
        raise Malformed("The statement is about another request than the one in the folder.")
    return asked, words


def asked_in(data: bytes, believed: Believed) -> tuple[Asked, str]:
    """A request that an analyst of the roster it pins has signed. Raises LeroError, in words, for any other."""
    envelope = envelope_from_bytes(data)
    # Which roster it pins stands inside, so it is read first; nothing of it is used before the signature is checked.
    request = decode_request(envelope.payload)
    roster = believed.with_digest(request.roster_digest)
    _, signer = open_one(envelope, REQUEST, roster.analyst_keys)
    if (request.federation_id, request.synthetic) != (roster.federation_id, roster.synthetic):
        raise Malformed("The request is of another federation than its roster.")
    party = next(p for p in roster.analysts if name_of_key(p.public_key) == signer)
    rho = request.price_nano_rho / NANO
    words = f"{party.party_id}, under roster {roster.version}; {len(request.tables)} tables add up to {rho:g} rho, "
    return Asked(request, envelope.digest, roster), words + f"which is epsilon {epsilon_of(rho):.2f}."


def _implied(files: Mapping[str, bytes], asked: Asked, stated: Stated, dictionary: Dictionary) -> tuple[Release, str]:
    if LEROS_FILE not in files:
        raise Malformed(f"{LEROS_FILE} is missing.")
    if asked.request.dictionary_digest != dictionary.digest:
        raise Malformed("The request is of another dictionary than this program's. Use the program of that time.")
    said = participation_of(files[LEROS_FILE], asked.request)
    implied = implied_release(asked, said, stated, dictionary)
    check_leros(files[LEROS_FILE], implied, dictionary)
    return implied, f"{len(stated.answers)} of {len(asked.request.cohort)}."


def _rows(
    files: Mapping[str, bytes], implied: Release, stated: Stated, dictionary: Dictionary
) -> tuple[tuple[Published, ...], str]:
    tables = read_tables(files, implied, stated, dictionary.geography)
    for table in tables:
        check_implied(table)
        counted = Counter(row.figure.status.name.lower() for row in table.rows)
        if stated.tables.get(table.table_id, {}).get("figures_by_status") != dict(counted):
            raise Malformed(f"{table.table_id}: another number of figures is hidden than the statement says.")
    older = sum(not table.is_current for table in tables)
    more = f"; {older} tables stand as in an earlier revision, and their noise cannot be counted" if older else ""
    return tables, f"{sum(len(table.rows) for table in tables)} rows in {len(tables)} tables{more}."


def _statement(stated: Stated, implied: Release, tables: tuple[Published, ...]) -> tuple[bool, str]:
    withheld = {
        row.figure.place.code
        for table in tables
        for row in table.rows
        if row.figure.place.level is Level.AUTHORITY and row.figure.status is Status.WITHHELD
    }
    shown = {row.figure.place.code for table in tables for row in table.rows if row.figure.estimate is not None}
    if shown & set(stated.withheld):
        raise Malformed(f"A figure stands where the statement withholds: {few(sorted(shown & set(stated.withheld)))}.")
    check_statement(stated, implied, frozenset(withheld))
    return True, f"{implied.answered} of {len(implied.request.cohort)} LEROs, epsilon {implied.epsilon:.2f}."


def _counts(tables: tuple[Published, ...]) -> tuple[int, str]:
    looked = sum(check_counts(table) for table in tables)
    return looked, f"{looked} counts."


def _areas(
    files: Mapping[str, bytes], implied: Release, tables: tuple[Published, ...], dictionary: Dictionary
) -> tuple[bool, str]:
    shown = tuple(replace(table.table, figures=tuple(row.figure for row in table.rows)) for table in tables)
    release = replace(implied, tables=shown)
    tiles = map_tiles(release, load_tiles(dictionary.geography), dictionary.geography)
    if files.get("data/coverage.csv") != areas_csv(tiles, release, dictionary.geography):
        raise Malformed("data/coverage.csv is not what the figures and who answered make it.")
    return True, f"{len(tiles)} areas."


def _envelope(files: Mapping[str, bytes], name: str) -> Envelope:
    if name not in files:
        raise Malformed(f"{name} is missing.")
    try:
        return envelope_from_bytes(files[name])
    except Malformed as reason:
        raise Malformed(f"{name} is no signed file.") from reason
