"""What `verify` does: reads folders, runs the checks, and says each on a line. Needs no coordinator and no network."""

from __future__ import annotations

from pathlib import Path

from lero_contract.dictionary import Dictionary
from lero_coordinator.keys import read_file
from lero_coordinator.proof.again import compare, verify_evidence
from lero_coordinator.proof.checks import Findings
from lero_coordinator.proof.evidence import read_evidence
from lero_coordinator.proof.folder import read_folder
from lero_coordinator.proof.release import verify_release
from lero_coordinator.roots_file import read_roots

_SAME_REQUEST = "Release and evidence are of the same request and revision"


def verify(release: Path | None, evidence: Path | None, roots: Path, dictionary: Dictionary) -> Findings:
    """Checks a published folder, the evidence behind it, or both. Raises DataNotValid for what cannot be read."""
    pinned = read_roots(read_file(roots))
    findings = Findings()
    files = read_folder(release) if release is not None else {}
    proved = verify_release(files, pinned, dictionary, findings) if release is not None else None
    if evidence is None:
        return findings
    found = read_evidence(read_folder(evidence))
    again = verify_evidence(found, pinned, dictionary, findings)
    if proved is None or again is None or proved.stated is None:
        return findings
    asked, combined = again
    stated = proved.stated
    said = (stated.values.get("request_digest"), stated.revision)
    is_same = said == (asked.digest.hex(), found.revisions[-1].number)
    words = f"Revision {stated.revision}." if is_same else "They are not: the rest cannot be compared."
    findings.note(_SAME_REQUEST, is_same, words)
    if is_same:
        compare(combined, files, stated, dictionary, findings)
    return findings
