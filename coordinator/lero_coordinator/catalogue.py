"""The ready requests that come with this installation, each by its name; a file of one's own works the same way."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lero_contract.errors import DataNotValid
from lero_coordinator.draft.request import read_draft
from lero_coordinator.keys import read_file
from lero_policies import ROOT


@dataclass(frozen=True)
class Ready:
    """One entry, as listed. rho: the price of the whole bundle, as written."""

    name: str
    title: str
    question: str
    tables: int
    rho: float


def catalogue() -> tuple[Ready, ...]:
    """Every ready request, by name. Raises DataNotValid where an entry is not a draft."""
    return tuple(_ready(name) for name in names())


def names() -> tuple[str, ...]:
    """The names `request draft` takes."""
    files = ROOT.joinpath("catalogue").iterdir()
    return tuple(sorted(file.name.removesuffix(".toml") for file in files if file.name.endswith(".toml")))


def draft_text(name_or_file: str) -> str:
    """The TOML of a catalogue entry, or of a file. Raises DataNotValid for neither."""
    if name_or_file in names():
        return ROOT.joinpath("catalogue", f"{name_or_file}.toml").read_text(encoding="utf-8")
    file = Path(name_or_file)
    if not file.exists():
        words = f'The catalogue has no "{name_or_file}", and there is no such file.'
        raise DataNotValid(words, "See `lero-coordinator catalogue list`.")
    try:
        return read_file(file).decode("utf-8")
    except UnicodeDecodeError as reason:
        raise DataNotValid(f"{file.name} is not text in UTF-8.") from reason


def _ready(name: str) -> Ready:
    draft = read_draft(draft_text(name))
    return Ready(name, draft.title, draft.question, len(draft.tables), float(sum(t.rho or 0 for t in draft.tables)))
