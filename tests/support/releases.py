"""Releases to publish in tests: a small one made by hand, and England as `combine` would make it from stated counts."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from lero_contract.codec import AnswerHeader, LedgerHead
from lero_contract.days import to_day
from lero_contract.dictionary import load_dictionary
from lero_contract.plan import Part, compile_plan
from lero_contract.request import Mode, Request
from lero_contract.roster import NodeEntry, Organisation, RootSet, Roster
from lero_coordinator.combine import Accepted, Release, combine
from support.bundles import BUNDLES

CUT_DATE = date(2026, 3, 31)
ISSUED_AT_S = 1_775_000_000
COLLECTS = (
    "activities",
    "area",
    "birth_year",
    "joined",
    "milestones",
    "recovery_now",
    "referred",
    "sex",
    "substance_group",
    "sure.total",
)


def entry(node_id: str, areas: Sequence[str], collects: Sequence[str] = COLLECTS) -> NodeEntry:
    key = node_id.encode().ljust(32, b".")[:32]
    return NodeEntry(node_id, f"{node_id}-org", key, tuple(sorted(areas)), tuple(sorted(collects)), 0, 300)


def roster_of(entries: Sequence[NodeEntry], names: Mapping[str, str]) -> Roster:
    organisations = [Organisation(e.organisation_id, names.get(e.node_id, f"LERO {e.node_id}"), 0) for e in entries]
    roots = RootSet(1, 1, (bytes(32),))
    return Roster(
        "lero-test", 1, ISSUED_AT_S, ISSUED_AT_S + 10**7, roots, tuple(organisations), tuple(entries), (), (), True
    )


def request_of(roster: Roster, bundle: str = "headline", *, synthetic: bool = True) -> Request:
    dictionary, tables = load_dictionary(), BUNDLES[bundle]
    return Request(
        request_id="0" * 31 + "1",
        federation_id=roster.federation_id,
        title=f"LERO landscape: {bundle}",
        question="How many members do LEROs have, who are they, how do they do, and how often are they seen?",
        purpose="commissioning",
        mode=Mode.STANDALONE,
        dictionary_id=dictionary.id,
        dictionary_digest=dictionary.digest,
        roster_version=roster.version,
        roster_digest=bytes(32),
        cohort=tuple(sorted(node.node_id for node in roster.nodes)),
        issued_at_s=ISSUED_AT_S,
        closes_at_s=ISSUED_AT_S + 28 * 86_400,
        cut_date_day=to_day(CUT_DATE),
        tables=tables,
        price_nano_rho=sum(table.price_nano_rho for table in tables),
        synthetic=synthetic,
    )


def answer_of(request: Request, node: NodeEntry, size: int, *, agrees: bool = True, stale: bool = False) -> Accepted:
    """An answer whose cells follow from `size` alone: most members in own areas and in the middle categories."""
    plan = compile_plan(request, load_dictionary(), node)
    cells = tuple(itertools.chain.from_iterable(_cells(table, size) for table in plan.parts))
    header = AnswerHeader(
        request_id=request.request_id,
        request_digest=bytes(32),
        plan_digest=plan.digest,
        dictionary_digest=request.dictionary_digest,
        roster_digest=request.roster_digest,
        node_id=node.node_id,
        mode=request.mode,
        cell_count=plan.cell_count,
        cut_date_day=request.cut_date_day - (40 if stale else 0),
        vector_digest=bytes(32),
        price_nano_rho=plan.price_nano_rho,
        not_collected=plan.not_collected,
        publish_alone=agrees,
        ledger_head=LedgerHead(1, bytes(32)),
    )
    digest = node.node_id.encode().ljust(32, b"#")[:32]
    return Accepted(node, header, digest, plan, cells, stale)


def _cells(planned: Part, size: int) -> list[int]:
    if planned.centring is not None:
        return _sums(planned, size)
    shape = [len(axis.codes) for axis in planned.axes]
    places = list(itertools.product(*(range(n) for n in shape)))
    # The last category, "not known", has few; so does the last point that somebody was followed to.
    weights = [1.0 / (1 + sum(index)) if not index or index[-1] < shape[-1] - 1 else 0.03 for index in places]
    per_member = 6 if planned.values == ("contacts",) else 1
    total = sum(weights)
    return [round(size * per_member * w / total) for w in weights]


def _sums(planned: Part, size: int) -> list[int]:
    """Of a mean: fewer reviews, and a higher mean, at each wave. Of a change: up. Of a cap: a tenth of members cut."""
    centring = planned.centring
    assert centring is not None
    if planned.name == "left_out":
        members, most = size // 10, 2 * centring.half_range // centring.factor
        return [members * centring.weight, members * (centring.factor * max(1, most // 10) - centring.middle)]
    if planned.name == "sum":
        return [3 * size // (2 * planned.groups)] * planned.groups
    done = [max(4, size // (2 + 2 * wave)) for wave in range(planned.groups)]
    weight = centring.weight
    return [v for wave, n in enumerate(done) for v in (n * weight, round(n * weight * (0.05 + 0.07 * wave)))]


def combined(
    request: Request, roster: Roster, answers: Sequence[Accepted], refusals: Mapping[str, str] | None = None
) -> Release:
    return combine(request, b"\x11" * 32, roster, load_dictionary(), answers, refusals or {})


def england(*, synthetic: bool = True, bundle: str = "headline") -> Release:
    """55 LEROs over 73 authorities: most agreed to stand alone, some have not answered, one is out of date."""
    areas = [code for code, area in sorted(load_dictionary().geography.areas.items()) if area.in_england]
    chosen = [code for i, code in enumerate(areas) if i % 19 not in (1, 3, 5, 7, 8, 10, 12, 14, 16, 18)][:73]
    served = [chosen[i : i + 2] if i < 18 else [chosen[i + 18]] for i in range(55)]
    served[:18] = [chosen[2 * i : 2 * i + 2] for i in range(18)]
    nodes = [entry(f"lero-{i:02d}", areas) for i, areas in enumerate(served)]
    roster = roster_of(
        nodes, {n.node_id: f"The {_NAMES[i % len(_NAMES)]} Fellowship {i + 1}" for i, n in enumerate(nodes)}
    )
    request = request_of(roster, bundle, synthetic=synthetic)
    answers = [
        answer_of(request, node, 60 + 37 * i % 900, agrees=i % 4 != 0, stale=i == 7)
        for i, node in enumerate(nodes)
        if i not in (11, 30, 41)
    ]
    return combined(request, roster, answers, {"lero-30": "declined"})


_NAMES = ("Lantern", "Harbour", "Bridgeway", "Orchard", "Compass", "Willow", "Keystone", "Riverside")


def renamed(release: Release, name: str) -> Release:
    """The release with its first LERO's name replaced."""
    first, *others = release.nodes
    return replace(release, nodes=(replace(first, organisation=name), *others))


def three_areas(*, synthetic: bool = True, bundle: str = "headline", agrees: bool = True) -> Release:
    """Three LEROs that agreed, in three authorities of the North East; a fourth that is silent, a fifth out of date."""
    nodes = [
        entry("alder", ["E06000001"]),
        entry("beech", ["E06000002"]),
        entry("cedar", ["E06000003"]),
        entry("damson", ["E06000004"]),
        entry("elder", ["E06000005"]),
    ]
    roster = roster_of(nodes, {"alder": "Alder Recovery", "beech": "Beech House"})
    request = request_of(roster, bundle, synthetic=synthetic)
    answers = [answer_of(request, node, 400, agrees=agrees, stale=node.node_id == "elder") for node in nodes]
    return combined(request, roster, [a for a in answers if a.node_id != "damson"])
