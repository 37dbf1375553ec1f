"""A complete draft becomes a request under a fresh id, pinned to the newest roster and this dictionary."""

from __future__ import annotations

import secrets
from pathlib import Path

from lero_contract.errors import DataNotValid
from lero_contract.request import Request
from lero_coordinator.draft import draft_request, read_draft
from lero_coordinator.keys import read_file
from lero_coordinator.office import Office


def request_from_file(office: Office, file: Path, now_s: int) -> Request:
    """What would be signed now. Raises DataNotValid for a draft that lacks its cut date or cohort.

    The id is drawn at random here, so that nobody can foresee or reuse one.
    """
    draft = read_draft(read_file(file).decode("utf-8", errors="replace"))
    if draft.cut_date is None or not draft.cohort:
        raise DataNotValid("The draft has no cut_date or no cohort.", "Complete it with `request draft`.")
    held = office.roster()
    return draft_request(
        draft,
        office.dictionary,
        held.roster,
        held.digest,
        draft.cohort,
        draft.cut_date,
        now_s,
        secrets.token_hex(16),
        office.config.synthetic,
    )
