"""Combines a revision once more from the signed answers, and compares with what was published. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from lero_contract.codec import decode_answer, decode_refusal, envelope_from_bytes
from lero_contract.dictionary import Dictionary
from lero_contract.envelope import REFUSAL, key_id, open_one
from lero_contract.errors import LeroError, Malformed
from lero_coordinator.combine import Accepted, Release, check_answer
from lero_coordinator.landscape.publish import data_files
from lero_coordinator.landscape.statement import statement
from lero_coordinator.proof.chain import believe
from lero_coordinator.proof.checks import Findings, few
from lero_coordinator.proof.evidence import Evidence, Made
from lero_coordinator.proof.implied import Asked, differences
from lero_coordinator.proof.names import REQUEST_FILE, ROSTERS
from lero_coordinator.proof.release import asked_in
from lero_coordinator.proof.statement import Stated
from lero_coordinator.release import Combined, combined_again
from lero_coordinator.roots_file import PinnedRoots

_REQUEST = "The request of the evidence is one that a listed analyst signed"
_ANSWERS = "Every answer is signed by its LERO, and is what the request implies"
_REFUSALS = "Every refusal is signed by its LERO"
_LIST = "The revision takes in the answers that hold, and no other"
_COMBINED = "The answers combine"
_SAME = "The published data are what the answers make, byte for byte"
_STATED = "The published statement is what the answers make"


@dataclass(frozen=True)
class Opened:
    """The answers, checked. failing: by node, why an answer does not hold."""

    holding: Mapping[str, Accepted]
    failing: Mapping[str, str]


def verify_evidence(
    evidence: Evidence, pinned: PinnedRoots, dictionary: Dictionary, findings: Findings
) -> tuple[Asked, Release] | None:
    """Every check of the evidence alone, each a line of `findings`; the revision combined again where all hold."""
    asked = findings.check(_REQUEST, lambda: _asked(evidence, pinned))
    if asked is None:
        findings.skip(_ANSWERS, _REFUSALS, _LIST, _COMBINED)
        return None
    opened = findings.check(_ANSWERS, lambda: _opened(evidence, asked, dictionary))
    findings.check(_REFUSALS, lambda: _refusals(evidence, asked))
    if opened is None:
        findings.skip(_LIST, _COMBINED)
        return None
    listed = findings.check(_LIST, lambda: _listed(evidence, opened))
    if listed is None:
        findings.skip(_COMBINED)
        return None
    release = findings.check(_COMBINED, lambda: _combined(evidence, asked, opened, dictionary))
    return None if release is None else (asked, release)


def compare(
    release: Release, files: Mapping[str, bytes], stated: Stated, dictionary: Dictionary, findings: Findings
) -> None:
    """The published data files and statement beside those that the answers make."""
    findings.check(_SAME, lambda: _same(release, files, dictionary))
    findings.check(_STATED, lambda: _stated(release, stated))


def _asked(evidence: Evidence, pinned: PinnedRoots) -> tuple[Asked, str]:
    public = evidence.public
    rosters = [envelope_from_bytes(content) for name, content in sorted(public.items()) if name.startswith(ROSTERS)]
    if REQUEST_FILE not in public:
        raise Malformed(f"{REQUEST_FILE} is missing.")
    asked, words = asked_in(public[REQUEST_FILE], believe(pinned, rosters))
    if asked.request.request_id != evidence.request_id:
        raise Malformed("The evidence is of another request.")
    return asked, words


def _opened(evidence: Evidence, asked: Asked, dictionary: Dictionary) -> tuple[Opened, str]:
    """An answer that does not hold is no fault of the evidence where the revision leaves it out: `_listed` says."""
    request = asked.request
    holding: dict[str, Accepted] = {}
    failing: dict[str, str] = {}
    for node, content in sorted(evidence.answers.items()):
        try:
            found = check_answer(
                *(decode_answer(content), request, asked.digest, asked.roster, request.roster_digest, dictionary)
            )
        except LeroError as reason:
            failing[node] = reason.detail
            continue
        if found.node_id != node:
            raise Malformed(f"The answer that lies under the name of {node} is of {found.node_id}.")
        holding[node] = found
    wrong = sorted(set(failing) - set(evidence.revisions[-1].rejected) - evidence.late)
    if wrong:
        raise Malformed(few([f"{node}: {failing[node]}" for node in wrong]))
    left = f"; left out, as the revision says: {', '.join(sorted(failing))}" if failing else ""
    return Opened(holding, failing), f"{len(holding)} answers{left}."


def _refusals(evidence: Evidence, asked: Asked) -> tuple[int, str]:
    for node, content in evidence.refusals.items():
        key = asked.roster.node(node).identity_key
        payload, _ = open_one(envelope_from_bytes(content), REFUSAL, {key_id(key): key})
        refusal = decode_refusal(payload)
        if (refusal.node_id, refusal.request_digest) != (node, asked.digest):
            raise Malformed(f"The refusal of {node} is of another request or node.")
        for made in evidence.revisions:
            if made.refused.get(node, refusal.code) != refusal.code:
                raise Malformed(f"{node} refused for another reason than revision {made.number} says.")
    said = {node for made in evidence.revisions for node in made.refused}
    if not said <= set(evidence.refusals):
        raise Malformed(f"There is no refusal of {few(sorted(said - set(evidence.refusals)))}.")
    return len(evidence.refusals), f"{len(evidence.refusals)} refusals."


def _listed(evidence: Evidence, opened: Opened) -> tuple[bool, str]:
    newest = evidence.revisions[-1]
    for made in evidence.revisions:
        for node, digest in made.answers.items():
            if node not in opened.holding or opened.holding[node].header_digest != digest:
                raise Malformed(f"Revision {made.number} is of an answer of {node} that is not in the evidence.")
        if not set(made.rejected) <= set(opened.failing):
            raise Malformed(f"Revision {made.number} leaves out an answer that holds.")
    missing = sorted(set(opened.holding) - set(newest.answers))
    untimely = [node for node in missing if node not in evidence.late]
    if untimely:
        raise Malformed(f"Revision {newest.number} leaves out an answer that holds and came in time: {few(untimely)}.")
    late = f"; late, and not in it by the coordinator's word: {', '.join(missing)}" if missing else ""
    return True, f"{len(newest.answers)} answers{late}."


def _combined(evidence: Evidence, asked: Asked, opened: Opened, dictionary: Dictionary) -> tuple[Release, str]:
    newest = evidence.revisions[-1]
    earlier = tuple(_of(made, opened) for made in evidence.revisions[:-1])
    release = combined_again(
        Combined(
            request=asked.request,
            request_digest=asked.digest,
            roster=asked.roster,
            accepted=_of(newest, opened),
            rejected=newest.rejected,
            refused=newest.refused,
            earlier=earlier,
        ),
        dictionary,
        evidence.year_allowance,
    )
    return release, f"{release.answered} of {len(asked.request.cohort)}, as revision {newest.number}."


def _of(made: Made, opened: Opened) -> tuple[Accepted, ...]:
    return tuple(opened.holding[node] for node in sorted(made.answers))


def _same(release: Release, files: Mapping[str, bytes], dictionary: Dictionary) -> tuple[int, str]:
    expected = data_files(release, dictionary)
    wrong = [name for name, content in sorted(expected.items()) if files.get(name) != content]
    wrong += [f"{name} is not of this release" for name in files if name.startswith("data/") and name not in expected]
    if wrong:
        raise Malformed(f"Not what the answers make: {few(wrong)}.")
    return len(expected), f"{len(expected)} files."


def _stated(release: Release, stated: Stated) -> tuple[bool, str]:
    try:
        made_on = date.fromisoformat(stated.made_on)
    except ValueError as reason:
        raise Malformed("release.json does not say on which day it was made.") from reason
    wrong = differences(stated.values, statement(release, {}, stated.notice, made_on), frozenset({"files"}), "")
    if wrong:
        raise Malformed(f"release.json says otherwise than the answers: {few(wrong)}.")
    return True, "Everything but the digests of the files."
