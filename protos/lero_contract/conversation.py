"""What two people say to each other about a request before it is answered: plain, short, and never about a member."""

from __future__ import annotations

from dataclasses import dataclass

from lero_contract.errors import Malformed

LONGEST_TEXT = 600

# Why a person declined: fixed words, so that a "no" says nothing else. None of them can speak of records.
REASONS = {
    "": "",
    "not-our-purpose": "The purpose is not one that this LERO supports.",
    "too-dear": "It would use too much of the year's privacy allowance.",
    "not-understood": "The request was not understood well enough to agree to it.",
    "trustees-said-no": "The trustees decided against it.",
    "members-said-no": "The members were asked and would rather not.",
    "no-time": "Nobody here has the time to look at it properly.",
}


@dataclass(frozen=True)
class Question:
    """A LERO's question about a request. asked_at_s: seconds since 1970, by the node's clock."""

    request_id: str
    request_digest: bytes
    node_id: str
    text: str
    asked_at_s: int

    def __post_init__(self) -> None:
        check_text(self.text)


@dataclass(frozen=True)
class Reply:
    """An analyst's reply to one question. question_digest: of the question envelope's payload."""

    request_id: str
    question_digest: bytes
    node_id: str
    text: str
    replied_at_s: int

    def __post_init__(self) -> None:
        check_text(self.text)


def check_text(text: str) -> None:
    """Raises Malformed for words that are empty, too long, or would not be shown as they are."""
    if not text.strip() or len(text) > LONGEST_TEXT:
        raise Malformed(f"A question or reply has 1 to {LONGEST_TEXT} characters.", "Shorten it.")
    if not all(character.isprintable() or character == "\n" for character in text):
        raise Malformed("A question or reply is plain text.", "Leave out control characters.")
