"""The evidence behind a release as a folder: signed answers as they were received. Never to be published.

It holds each LERO's own noisy figures. They are safe for members, and they show a LERO's size.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lero_contract.errors import DataNotValid
from lero_contract.request import is_node_id

LIST, WARNING = "evidence.json", "README.txt"
VERSION = 1
NOT_TO_BE_PUBLISHED = "This folder holds single LEROs' noisy figures. It must not be published."
_REPLY = re.compile(r"(answers|refusals)/([a-z0-9][a-z0-9-]{0,62})\.(?:answer|refusal)")


@dataclass(frozen=True)
class Made:
    """One revision: when it was made, which answers are in it by header digest, who refused, whose did not hold."""

    number: int
    made_at_s: int
    answers: Mapping[str, bytes]
    refused: Mapping[str, str]
    rejected: tuple[str, ...]


@dataclass(frozen=True)
class Evidence:
    """What one revision was made of. revisions: it and those before it. public: request and rosters, by path.

    answers: bytes of `Answer.to_bytes` by node. refusals: envelopes by node. late: nodes whose answer came after the
    close, by the coordinator's word. year_allowance: rho, as the pages compare with.
    """

    request_id: str
    year_allowance: float
    revisions: tuple[Made, ...]
    public: Mapping[str, bytes]
    answers: Mapping[str, bytes]
    refusals: Mapping[str, bytes]
    late: frozenset[str]


class _Revision(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    number: int
    made_at_s: int
    answers: dict[str, str]
    refused: dict[str, str]
    rejected: list[str]


class _List(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    version: int
    notice: str
    request_id: str
    year_allowance: float = Field(gt=0, allow_inf_nan=False)
    revisions: list[_Revision] = Field(min_length=1)
    late: list[str]


def evidence_files(evidence: Evidence) -> dict[str, bytes]:
    """The folder, by paths within it: the same bytes for the same evidence."""
    listed = _List(
        version=VERSION,
        notice=NOT_TO_BE_PUBLISHED,
        request_id=evidence.request_id,
        year_allowance=evidence.year_allowance,
        revisions=[
            _Revision(
                number=made.number,
                made_at_s=made.made_at_s,
                answers={node: digest.hex() for node, digest in sorted(made.answers.items())},
                refused=dict(sorted(made.refused.items())),
                rejected=sorted(made.rejected),
            )
            for made in evidence.revisions
        ],
        late=sorted(evidence.late),
    )
    return {
        LIST: (listed.model_dump_json(indent=2) + "\n").encode(),
        WARNING: f"{NOT_TO_BE_PUBLISHED}\n\nCheck it: lero-coordinator verify --evidence FOLDER RELEASE\n".encode(),
        **evidence.public,
        **{f"answers/{node}.answer": content for node, content in evidence.answers.items()},
        **{f"refusals/{node}.refusal": content for node, content in evidence.refusals.items()},
    }


def read_evidence(files: Mapping[str, bytes]) -> Evidence:
    """Raises DataNotValid for anything but such a folder. Nothing in it is believed by this."""
    try:
        listed = _List.model_validate_json(files.get(LIST, b""))
        revisions = tuple(
            Made(one.number, one.made_at_s, _digests(one.answers), one.refused, tuple(one.rejected))
            for one in listed.revisions
        )
    except (ValidationError, ValueError) as reason:
        raise DataNotValid("This is not a folder of evidence.", "Give the folder of `evidence`.") from reason
    numbers = [made.number for made in revisions]
    if listed.version != VERSION or numbers != list(range(1, len(numbers) + 1)):
        raise DataNotValid("The evidence does not list every revision from the first on.")
    return Evidence(
        request_id=listed.request_id,
        year_allowance=listed.year_allowance,
        revisions=revisions,
        public={name: content for name, content in files.items() if name.startswith("proof/")},
        answers=_replies(files, "answers"),
        refusals=_replies(files, "refusals"),
        late=frozenset(listed.late),
    )


def _digests(answers: Mapping[str, str]) -> dict[str, bytes]:
    return {node: bytes.fromhex(digest) for node, digest in answers.items()}


def _replies(files: Mapping[str, bytes], kind: str) -> dict[str, bytes]:
    found = {}
    for name, content in files.items():
        parts = _REPLY.fullmatch(name)
        if parts is not None and parts[1] == kind and is_node_id(parts[2]):
            found[parts[2]] = content
    return found
