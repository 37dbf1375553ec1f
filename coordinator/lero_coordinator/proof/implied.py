"""What a release must say whatever the figures are: it follows from request, roster and who answered. Pure.

The same code that combines is run on answers of zeros. Which rows there are, how many noisy cells are behind a count,
which counts are too wide to show and what the statement says of price, tables and coverage depend on no figure.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from lero_contract.codec import AnswerHeader, LedgerHead
from lero_contract.csv_text import rows_of
from lero_contract.dictionary import Dictionary
from lero_contract.errors import Declined, Malformed, Stale
from lero_contract.plan import compile_plan
from lero_contract.request import Request
from lero_contract.roster import Roster
from lero_coordinator.combine import Accepted, combine
from lero_coordinator.combine.bounds import lower_bound_words
from lero_coordinator.combine.estimates import Estimate
from lero_coordinator.combine.release import LeftOut, Participation, Release
from lero_coordinator.landscape.data import leros_csv
from lero_coordinator.landscape.statement import statement
from lero_coordinator.proof.checks import few
from lero_coordinator.proof.statement import Stated, Value

LEROS_FILE = "data/leros.csv"
_KINDS = {kind.name.lower(): kind for kind in Participation}
# Of the whole, and of each table: what depends on a figure, or is checked on its own.
_APART = frozenset({"files", "tables"})
_OF_FIGURES = frozenset({"figures_by_status", "left_out", "lower_bound"})


@dataclass(frozen=True)
class Asked:
    """The request as the analyst signed it, and the roster that it pins."""

    request: Request
    digest: bytes
    roster: Roster


def participation_of(leros: bytes, request: Request) -> dict[str, Participation]:
    """What the published list says of each node. Raises Malformed where it is not of exactly the cohort."""
    found: dict[str, Participation] = {}
    for row in rows_of(leros):
        kind = _KINDS.get(row.get("participation", ""))
        node = row.get("node_id", "")
        if kind is None or found.setdefault(node, kind) is not kind:
            raise Malformed(f"{LEROS_FILE} says nothing, or two things, of {node or 'a LERO'}.")
    if set(found) != set(request.cohort):
        raise Malformed(f"{LEROS_FILE} is not of the LEROs that the request asks.")
    return found


def implied_release(asked: Asked, said: Mapping[str, Participation], stated: Stated, dictionary: Dictionary) -> Release:
    """The release with zeros for figures and every LERO agreeing to stand alone, so that nothing is withheld.

    Raises Malformed where nobody answered, or a digest stands for a node that did not.
    """
    answered = {node for node, kind in said.items() if kind is Participation.ANSWERED}
    if answered != set(stated.answers):
        odd = sorted(answered ^ set(stated.answers))
        raise Malformed(f"The answers listed are not of the LEROs that answered: {few(odd)}.")
    if not answered:
        raise Malformed("No LERO answered, so that there is nothing to publish.")
    refusals = {n: Declined.code for n, kind in said.items() if kind is Participation.REFUSED}
    refusals |= {n: Stale.code for n, kind in said.items() if kind is Participation.STALE}
    release = combine(
        asked.request,
        asked.digest,
        asked.roster,
        dictionary,
        [_zeros(asked, node, stated.answers[node], dictionary) for node in sorted(answered)],
        refusals,
        [node for node, kind in said.items() if kind is Participation.REJECTED],
    )
    return replace(
        release,
        year_allowance_rho=stated.allowance,
        revision=stated.revision,
        added=stated.added,
        unrevised=stated.unrevised,
    )


def check_leros(leros: bytes, implied: Release, dictionary: Dictionary) -> None:
    """Raises Malformed where the list of LEROs is not, byte for byte, what roster and participation make it."""
    if leros != leros_csv(implied, dictionary.geography):
        raise Malformed(f"{LEROS_FILE} has another name or area for a LERO than the signed roster.")


def check_statement(stated: Stated, implied: Release, withheld: frozenset[str]) -> None:
    """Raises Malformed naming what `release.json` says otherwise. withheld: authorities that have no figure."""
    try:
        made_on = date.fromisoformat(stated.made_on)
    except ValueError as reason:
        raise Malformed("release.json does not say on which day it was made.") from reason
    if not withheld <= set(stated.withheld):
        raise Malformed("release.json does not list every authority that is withheld.")
    expected = statement(replace(implied, withheld_authorities=frozenset(stated.withheld)), {}, stated.notice, made_on)
    problems = differences(stated.values, expected, _APART, "")
    tables = {str(table["id"]): table for table in expected["tables"]}
    if list(tables) != list(stated.tables):
        problems.append("tables")
    for name, values in stated.tables.items():
        apart = _OF_FIGURES | ({"answered"} if name in stated.unrevised else frozenset())
        problems += differences(values, tables.get(name, {}), apart, f"{name}: ")
    for table in implied.tables:
        said = stated.tables.get(table.table.table_id, {})
        if said.get("lower_bound") != lower_bound_words(table.table, _left_out(said.get("left_out"))):
            problems.append(f"{table.table.table_id}: lower_bound")
    if problems:
        raise Malformed(f"release.json says otherwise than request and roster: {few(problems)}.")


def _zeros(asked: Asked, node_id: str, digest: str, dictionary: Dictionary) -> Accepted:
    request = asked.request
    entry = asked.roster.node(node_id)
    plan = compile_plan(request, dictionary, entry)
    header = AnswerHeader(
        request_id=request.request_id,
        request_digest=asked.digest,
        plan_digest=plan.digest,
        dictionary_digest=request.dictionary_digest,
        roster_digest=request.roster_digest,
        node_id=node_id,
        mode=request.mode,
        cell_count=plan.cell_count,
        cut_date_day=request.cut_date_day,
        vector_digest=bytes(32),
        price_nano_rho=plan.price_nano_rho,
        not_collected=plan.not_collected,
        publish_alone=True,
        ledger_head=LedgerHead(1, bytes(32)),
    )
    try:
        header_digest = bytes.fromhex(digest)
    except ValueError as reason:
        raise Malformed(f"The digest of {node_id}'s answer is no digest.") from reason
    if len(header_digest) != 32:
        raise Malformed(f"The digest of {node_id}'s answer is no digest.")
    return Accepted(entry, header, header_digest, plan, (0,) * plan.cell_count, False)


def _left_out(said: Value) -> LeftOut | None:
    """As stated; the words are made of the share alone."""
    share = said.get("share") if isinstance(said, Mapping) else None
    if not isinstance(said, Mapping):
        return None
    ends = [share.get(name) for name in ("value", "lower", "upper")] if isinstance(share, Mapping) else []
    value, lower, upper = (float(end) if isinstance(end, int | float) else 0.0 for end in (*ends, 0, 0, 0)[:3])
    shown = Estimate(value, 0.0, value, lower, upper) if ends else None
    return LeftOut(None, None, shown, said.get("is_added_back") is True)


def differences(
    said: Mapping[str, Value], expected: Mapping[str, Value], apart: frozenset[str], where: str
) -> list[str]:
    """The names under which two statements differ, but for those `apart`; `where` stands before each."""
    names = (set(said) | set(expected)) - apart
    return [where + name for name in sorted(names) if not _is_same(said.get(name), expected.get(name))]


def _is_same(one: Value, other: Value) -> bool:
    """Numbers to twelve digits: another computer's arithmetic may differ in the last."""
    if isinstance(one, str) or isinstance(other, str) or one is None or other is None:
        return one == other
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return set(one) == set(other) and all(_is_same(one[name], other[name]) for name in one)
    if isinstance(one, Sequence) and isinstance(other, Sequence):
        return len(one) == len(other) and all(map(_is_same, one, other))
    if isinstance(one, bool | int | float) and isinstance(other, bool | int | float):
        return isinstance(one, bool) is isinstance(other, bool) and math.isclose(one, other, rel_tol=1e-12)
    return False
