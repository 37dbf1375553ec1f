"""What the usual node would refuse, said at drafting with the line and the fix: the example policy, read as data.

The node decides by its own policy, and by its own code; this is foresight, and changes nothing there. A draft may go
beyond it on purpose, for LEROs that have agreed to more.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from lero_contract.dictionary import Dictionary
from lero_contract.errors import DataNotValid
from lero_contract.plan import Part, compile_plan
from lero_contract.price import NANO, noise_scale
from lero_contract.request import Request, Table
from lero_contract.roster import NodeEntry
from lero_coordinator.draft.format import Draft
from lero_policies import ROOT

At = Callable[..., str]


@dataclass(frozen=True)
class UsualPolicy:
    """The rules of the example policy that a draft can meet or not. Prices in rho; least_noise in people."""

    purposes: tuple[str, ...]
    dimensions: tuple[str, ...]
    most_dimensions: int
    most_cells: int
    most_cells_per_member: int
    least_noise: Decimal
    table: Decimal
    request: Decimal


@cache
def usual_policy() -> UsualPolicy:
    """The example that every new node starts from."""
    text = ROOT.joinpath("node-policy.example.toml").read_text(encoding="utf-8")
    raw = tomllib.loads(text, parse_float=Decimal)
    rules, prices = raw["requests"], raw["prices"]
    return UsualPolicy(
        purposes=tuple(rules["purposes"]),
        dimensions=tuple(rules["dimensions"]),
        most_dimensions=rules["most_dimensions"],
        most_cells=rules["most_cells"],
        most_cells_per_member=rules["most_cells_per_member"],
        least_noise=rules["least_noise"],
        table=prices["table"],
        request=prices["request"],
    )


def check_usual(draft: Draft, request: Request, dictionary: Dictionary, entries: Sequence[NodeEntry]) -> None:
    """Raises DataNotValid with every reason the usual node would have against a request. entries: of its cohort."""
    if faults := list(beyond(draft, request, dictionary, entries)):
        words = "\n".join(["The usual policy of a node would refuse this:", *faults])
        raise DataNotValid(words, "Mend the draft; or, where these LEROs allow more, add --beyond-usual-policy.")


def beyond(draft: Draft, request: Request, dictionary: Dictionary, entries: Sequence[NodeEntry]) -> Iterator[str]:
    """One line of words for each reason, with its line in the draft and the fix."""
    policy = usual_policy()
    if request.purpose not in policy.purposes:
        yield f"{draft.at('purpose')}purpose: '{request.purpose}'; usual are {', '.join(policy.purposes)}."
    plans = [compile_plan(request, dictionary, entry) for entry in entries]
    cells = max(plan.cell_count for plan in plans)
    if cells > policy.most_cells:
        yield f"draft: it has {cells:,} cells at one LERO, usual are at most {policy.most_cells:,}; split by less."
    if request.price_nano_rho > policy.request * NANO:
        yield (
            f"draft: it costs {request.price_nano_rho / NANO:g} rho, usual are at most {policy.request} for one "
            f"request; scale it with `request draft --rho {policy.request}`, or ask in two requests."
        )
    for i, table in enumerate(request.tables):
        parts = next((found for plan in plans if (found := plan.parts_of(table.table_id))), ())
        yield from _against_table(i, table, parts, policy, draft)


def _against_table(i: int, table: Table, parts: Sequence[Part], policy: UsualPolicy, draft: Draft) -> Iterator[str]:
    def at(*keys: str | int) -> str:
        return f'{draft.at("tables", i, *keys)}table "{table.table_id}": '

    used = [*table.dimensions, *(f.variable for f in table.filters)]
    for name in used:
        if name not in policy.dimensions:
            yield f"{at('dimensions')}splitting or filtering by '{name}' is not usual; take it out."
    if len(used) > policy.most_dimensions:
        yield (
            f"{at('dimensions')}it uses {len(used)} dimensions and filters, usual are at most "
            f"{policy.most_dimensions}; take {len(used) - policy.most_dimensions} out."
        )
    if table.price_nano_rho > policy.table * NANO:
        price = table.price_nano_rho / NANO
        yield f"{at('rho')}it costs {price:g} rho, usual are at most {policy.table} for one table; lower rho."
    touched = sum(part.sensitivity.cells for part in parts)
    if touched > policy.most_cells_per_member:
        over = touched - policy.most_cells_per_member
        yield (
            f"{at(_bound_key(draft, i))}one member may touch {touched} cells, usual are at most "
            f"{policy.most_cells_per_member}; {_fewer(draft, i, over)}."
        )
    for part in parts:
        least = policy.least_noise * _one_person(part)
        if Decimal(part.noise_scale) < least:
            most = _dearest(part, least) * table.price_nano_rho / part.price_nano_rho
            yield (
                f"{at('rho')}its noise is under {policy.least_noise} {'people' if not part.name else 'members'}; lower "
                f"rho to at most {int(most) / NANO:g}."
            )
            return


def _bound_key(draft: Draft, i: int) -> str:
    fields = type(draft.tables[i]).model_fields
    return next((key for key in ("max_cells", "windows", "kinds", "variables") if key in fields), "")


def _fewer(draft: Draft, i: int, over: int) -> str:
    if _bound_key(draft, i) == "max_cells":
        written = getattr(draft.tables[i], "max_cells", over)
        return f"lower max_cells to {max(1, written - over)}"
    return f"take {over} of them out"


def _one_person(part: Part) -> int:
    """What one person, or one contact, weighs in a cell of the part; in a sum, the most that a person can add."""
    return part.greatest_cell if part.centring is not None else 1


def _dearest(part: Part, scale: Decimal) -> int:
    """The largest price, in 1e-9 rho, at which the part's noise is at least `scale`."""
    low, high = 1, part.price_nano_rho
    while high - low > 1:
        middle = (low + high) // 2
        enough = Decimal(noise_scale(part.sensitivity.l2_squared, middle)) >= scale
        low, high = (middle, high) if enough else (low, middle)
    return low
