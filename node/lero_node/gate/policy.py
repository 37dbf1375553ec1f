"""The node's policy, read strictly from TOML: an unknown, missing or misspelt key stops the start and says where."""

from __future__ import annotations

import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lero_contract.axes import AREA, REGION
from lero_contract.checking import LINE, is_line
from lero_contract.dictionary import load_dictionary
from lero_contract.errors import DataNotValid
from lero_contract.price import NANO
from lero_contract.toml_lines import line_of
from lero_node.privacy.ledger import Caps

Rho = Annotated[Decimal, Field(gt=0, le=10)]
Digits64 = Annotated[str, Field(strict=True, pattern="^[0-9a-f]{64}$")]
MOST_TIMES = 1_000


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Requests(_Section):
    """What may be asked, and by whom."""

    purposes: tuple[str, ...]
    analysts: Annotated[tuple[str, ...], Field(min_length=1)]
    modes: tuple[Literal["standalone"], ...]
    dimensions: tuple[str, ...]
    most_dimensions: Annotated[int, Field(strict=True, ge=0, le=4)]
    most_cells: Annotated[int, Field(strict=True, gt=0)]
    most_cells_per_member: Annotated[int, Field(strict=True, gt=0)]
    least_noise: Annotated[Decimal, Field(ge=1)]


class Prices(_Section):
    """Most that may be charged, in rho."""

    table: Rho
    request: Rho
    year: Rho
    lifetime: Annotated[Decimal, Field(gt=0, le=100)]


class Gates(_Section):
    """Where a person is asked: before the computation (run), before sending (release). slot_s: rhythm of sending."""

    run: Literal["ask", "automatic"]
    release: Literal["ask", "automatic"]
    slot_s: Annotated[int, Field(strict=True, ge=1, le=86_400)]


class Publication(_Section):
    """What the LERO agrees to have shown of itself."""

    publish_alone: Annotated[bool, Field(strict=True)]


class StandingApproval(_Section):
    """A yes given beforehand to one template of one signer. Every request charged since `from` is one of its times.

    words: what it is, for people. template: `admission.template_digest` in hex. analyst_key: the signer's key id.
    most_rho: ceiling of each price. from, until: days in UTC, both inside.
    """

    words: str
    template: Digits64
    analyst_key: Digits64
    most_rho: Rho
    times: Annotated[int, Field(strict=True, ge=1, le=MOST_TIMES)]
    first: Annotated[date, Field(strict=True, alias="from")]
    until: Annotated[date, Field(strict=True)]


class Policy(_Section):
    """All of it."""

    version: Literal[1]
    requests: Requests
    prices: Prices
    gates: Gates
    publication: Publication
    standing: tuple[StandingApproval, ...] = ()

    @property
    def caps(self) -> Caps:
        """The yearly allowance and the lifetime cap as the ledger counts them."""
        return Caps(nano(self.prices.year), nano(self.prices.lifetime))


def nano(rho: Decimal) -> int:
    """Whole units of 1e-9 rho; anything finer is cut off, never rounded up."""
    return int(rho * NANO)


def load_policy(path: Path) -> Policy:
    """Reads the file. Raises DataNotValid with the line and the fix where it is missing, unreadable or wrong."""
    return parse_policy(read_policy(path), path.name)


def read_policy(path: Path) -> str:
    """The text of the file. Raises DataNotValid where it is missing or unreadable."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise DataNotValid(f"There is no policy at {path.name}.", "Write one: lero-node policy example") from None
    except (OSError, UnicodeDecodeError) as reason:
        raise DataNotValid(
            f"{path.name} cannot be read: {type(reason).__name__}.",
            "Save it as plain text (UTF-8), or start again from: lero-node policy example",
        ) from reason


def parse_policy(text: str, name: str = "policy.toml") -> Policy:
    """A policy from its text. Raises DataNotValid with the line and the fix."""
    try:
        raw = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as reason:
        raise DataNotValid(f"{name} is not valid TOML: {reason}.", "Mend that line.") from reason
    try:
        policy = Policy.model_validate(raw)
    except ValidationError as reason:
        problems = "; ".join(_in_words(problem["loc"], problem["msg"], text) for problem in reason.errors())
        raise DataNotValid(f"{name}: {problems}.", "Compare it with: lero-node policy example") from reason
    if not policy.prices.table <= policy.prices.request <= policy.prices.year <= policy.prices.lifetime:
        raise DataNotValid(
            f"{name}: prices must rise from table to request to year to lifetime.", "Mend the section [prices]."
        )
    _check_names(policy.requests, name, text)
    _check_standing(policy, name, text)
    return policy


def _check_names(rules: Requests, name: str, text: str) -> None:
    """A purpose or dimension that nobody could ever ask for is a slip of the pen."""
    dictionary = load_dictionary()
    for key, named, known in (
        ("purposes", rules.purposes, set(dictionary.purposes)),
        ("dimensions", rules.dimensions, {AREA, REGION, *dictionary.dimensions}),
    ):
        unknown = [entry for entry in named if entry not in known]
        if unknown:
            problem = _in_words(("requests", key), f"there is no {', '.join(map(repr, unknown))}", text)
            raise DataNotValid(f"{name}: {problem}.", f"Choose from: {', '.join(sorted(known))}.")


def _check_standing(policy: Policy, name: str, text: str) -> None:
    """What could never say yes, or would not be shown as it is, is a slip of the pen too."""
    for position, approval in enumerate(policy.standing):
        for key, holds, otherwise in (
            ("words", is_line(approval.words), f"must be {LINE}"),
            ("until", approval.first <= approval.until, "must not be before 'from'"),
        ):
            if not holds:
                problem = _in_words(("standing", position, key), otherwise, text)
                raise DataNotValid(f"{name}: {problem}.".replace("..", "."), "Mend that line.")


def _in_words(place: tuple[int | str, ...], message: str, text: str) -> str:
    line = line_of(text, place)
    where = f"line {line}, " if line is not None else ""
    return f"{where}{'.'.join(str(part) for part in place)}: {message}"
