"""Do intervals hold what they say, and how wide are they? On made-up records of 55 LEROs, taken in as a node does.

    python bench/accuracy.py --rounds 25

Coverage: how often the 95% interval of the noise holds the exact figure of the recorded members. Sampling is set aside
(it speaks of members like these, who are not there to be looked up). Every figure counts, also those that a page would
hide: a ratio whose denominator is too small has its interval all the same, and where that is unbounded it holds
everything. Strata are by the exact number of people behind a figure. Then the half-widths of a standard year.
"""

from __future__ import annotations

import argparse
import secrets
import statistics
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import lero_coordinator.combine.estimates as estimates
from lero_contract.codec import AnswerHeader, LedgerHead
from lero_contract.days import to_day
from lero_contract.dictionary import load_dictionary
from lero_contract.kinds import (
    Activity,
    Basis,
    Change,
    Companion,
    Headcount,
    Kind,
    Mean,
    Period,
    Point,
    Retention,
    Slice,
    Unit,
    Window,
)
from lero_contract.plan import Plan, compile_plan
from lero_contract.request import Mode, Request, Table
from lero_contract.roster import NodeEntry
from lero_coordinator.combine import Accepted
from lero_coordinator.combine.families import family_of
from lero_coordinator.combine.family import Question, Reading
from lero_coordinator.combine.groups import dimension_groups, grouped
from lero_coordinator.combine.places import places
from lero_coordinator.combine.release import EVERY
from lero_coordinator.demo.population import CUT_DATE, make_population, write_exports
from lero_node.data.load import load_export
from lero_node.data.mapping import collects, parse_mapping
from lero_node.privacy.noise import add_noise, draw
from lero_node.query.engine import Engine
from lero_node.query.exact import exact_vectors
from lero_policies import ROOT
from yearly import half_widths

SEED = 2026
CUT_DAY = to_day(CUT_DATE)
START, SIX, YEAR = (
    Window("Start", 0, -30, 45),
    Window("6 months", 6, 136, 270),
    Window("12 months", 12, 271, 545),
)
QUARTERS = tuple(Slice(f"quarter {q + 1}", Period(CUT_DAY - 364 + 91 * q, CUT_DAY - 274 + 91 * q)) for q in range(4))
CONTACTS = tuple(c.code for c in load_dictionary().variable("activities", "kind").categories)
POINTS = tuple(Point(f"{m} months", round(m * 365.25 / 12)) for m in (3, 6, 12, 24, 36, 60))
# By family: the table, its price in 1e-9 rho (within the example policy), the statistics of it that are looked at.
FAMILIES: Mapping[str, tuple[Kind, int, tuple[str, ...]]] = {
    "counts": (Headcount(Basis.AT_CUT_DATE, None), 20_000_000, ("count",)),
    "means": (Mean("sure.total", (START, SIX, YEAR)), 50_000_000, ("mean",)),
    "change": (Change("sure.total", START, SIX, 4), 50_000_000, ("mean_change", "share")),
    "survival": (Retention(POINTS), 50_000_000, ("retained",)),
    "activity": (
        Activity(Unit.CONTACTS, QUARTERS, CONTACTS, False, 4, 30, Companion(400, 5_000_000)),
        50_000_000,
        ("count",),
    ),
}
# Asked for no noise: how many people are behind a figure of contacts, and what the bounds leave out.
BESIDE: Mapping[str, Kind] = {
    "active": Activity(Unit.ACTIVE_MEMBERS, QUARTERS, CONTACTS, False, 4, 1),
    "uncapped": Activity(Unit.CONTACTS, QUARTERS, CONTACTS, False, 4, 10_000, Companion(100_000, 5_000_000)),
}
STRATA = (("under_50", 0, 50), ("50_to_500", 50, 501), ("over_500", 501, 10**9))
Key = tuple[str, tuple[str, ...], str, tuple[str, ...]]


@dataclass(frozen=True)
class Site:
    """One LERO: its entry, and the exact cells of every part of its plan. Exact vectors stay in this process."""

    entry: NodeEntry
    plan: Plan
    exact: tuple[tuple[int, ...], ...]


def tables() -> list[Table]:
    """By authority, so that figures of every size occur."""
    asked = {name: (kind, rho) for name, (kind, rho, _) in FAMILIES.items()}
    asked |= {name: (kind, 50_000_000) for name, kind in BESIDE.items()}
    return [Table(name, name, ("area",), (), rho, 10**9 * kind.has_counts, kind) for name, (kind, rho) in asked.items()]


def request_of(cohort: Iterable[str], asked: Sequence[Table]) -> Request:
    """One request of all of them."""
    dictionary, issued_at_s = load_dictionary(), (CUT_DAY + 1) * 86_400
    return Request(
        request_id="a" * 32,
        federation_id="bench",
        title="Bench",
        question="How exact?",
        purpose="research",
        mode=Mode.STANDALONE,
        dictionary_id=dictionary.id,
        dictionary_digest=dictionary.digest,
        roster_version=1,
        roster_digest=bytes(32),
        cohort=tuple(sorted(cohort)),
        issued_at_s=issued_at_s,
        closes_at_s=issued_at_s + 86_400,
        cut_date_day=CUT_DAY,
        tables=tuple(asked),
        price_nano_rho=sum(t.price_nano_rho for t in asked),
        synthetic=True,
    )


def sites_of(leros: int, asked: Sequence[Table]) -> tuple[Request, list[Site]]:
    """Made-up LEROs, each with its export written and taken in, and its exact cells."""
    population, dictionary = make_population(leros, SEED), load_dictionary()
    request = request_of((lero.node_id for lero in population.leros), asked)
    found = []
    for lero in population.leros:
        mapping = parse_mapping(
            ROOT.joinpath("mappings", f"{lero.template}.toml").read_text(encoding="utf-8"), dictionary
        )
        with tempfile.TemporaryDirectory() as folder:
            write_exports(lero, Path(folder))
            key = secrets.token_bytes(32)
            loaded = load_export(
                mapping, Path(folder), dictionary, hash_key=key, today_day=CUT_DAY + 1, cut_date_day=CUT_DAY
            )
        entry = NodeEntry(
            lero.node_id, lero.organisation_id, secrets.token_bytes(32), lero.areas, collects(mapping), 0, 0
        )
        plan, engine = compile_plan(request, dictionary, entry), Engine(loaded.tables)
        exact = tuple(vector.cells for vector in exact_vectors(plan, request, dictionary, engine))
        engine.close()
        found.append(Site(entry, plan, exact))
    return request, found


def answers_of(request: Request, sites: Sequence[Site], *, noise: bool) -> list[Accepted]:
    """As the coordinator takes them in; with the node's own noise or none."""
    found = []
    for site in sites:
        cells: list[int] = []
        for part, exact in zip(site.plan.parts, site.exact, strict=True):
            cells.extend(add_noise(part.part_id, exact, part.noise_scale).cells if noise else exact)
        header = AnswerHeader(
            request_id=request.request_id,
            request_digest=bytes(32),
            plan_digest=site.plan.digest,
            dictionary_digest=request.dictionary_digest,
            roster_digest=request.roster_digest,
            node_id=site.entry.node_id,
            mode=request.mode,
            cell_count=site.plan.cell_count,
            cut_date_day=CUT_DAY,
            vector_digest=bytes(32),
            price_nano_rho=site.plan.price_nano_rho,
            not_collected=site.plan.not_collected,
            publish_alone=True,
            ledger_head=LedgerHead(1, bytes(32)),
        )
        found.append(Accepted(site.entry, header, bytes(32), site.plan, tuple(cells), False))
    return found


def read(asked: Iterable[Table], answers: Sequence[Accepted]) -> dict[Key, Reading]:
    """Every reading of every table, place and group, with the interval of the noise alone."""
    dictionary, found = load_dictionary(), {}
    everything = next(a.plan for a in answers if not a.plan.not_collected)
    for table in asked:
        parts = {part.name: part for part in everything.parts_of(table.table_id)}
        question = Question(table, parts, dictionary, sampling=False)
        family, layout = family_of(question), grouped(question, answers)
        behind = layout.layouts[""]
        for place in places(table, dictionary.geography):
            for codes in dimension_groups(question):
                if (place.code, codes) in behind:
                    for slot, reading in family.readings(layout.of(place.code, codes, len(answers))).items():
                        found[table.table_id, (place.code, *codes), slot.statistic.code, slot.codes] = reading
    return found


def people_of(key: Key, exact: Mapping[Key, Reading]) -> float:
    """How many people are behind a figure: its denominator, or itself; for contacts, those active in the period."""
    table, place, statistic, codes = key
    if table == "activity":
        own = [codes] if codes != (EVERY,) else [(quarter.label,) for quarter in QUARTERS]
        return max(_noisy(exact["active", place, statistic, quarter].estimate) for quarter in own)
    return _noisy(exact[key].people or exact[key].estimate)


def _noisy(estimate: estimates.Estimate | None) -> float:
    return estimate.noisy if estimate is not None else 0.0


def coverage(rounds: int, request: Request, sites: Sequence[Site]) -> Iterator[tuple[str, str, bool]]:
    """(family, stratum, whether the interval held the exact figure), for every figure of every round."""
    exact = read(request.tables, answers_of(request, sites, noise=False))
    wanted = [
        key
        for key, reading in exact.items()
        if key[0] in FAMILIES and key[2] in FAMILIES[key[0]][2] and reading.estimate is not None
    ]
    size = {key: people_of(key, exact) for key in wanted}
    looked_at = [table for table in request.tables if table.table_id in FAMILIES]
    for _ in range(rounds):
        noisy = read(looked_at, answers_of(request, sites, noise=True))
        for key in wanted:
            truth, seen = exact[key].estimate, noisy[key].estimate
            assert truth is not None
            stratum = next(name for name, low, high in STRATA if low <= max(0.0, size[key]) < high)
            holds = seen is None or seen.lower - 1e-9 <= truth.noisy <= seen.upper + 1e-9
            yield key[0], stratum, holds


def standalone_over_curator(nodes: int) -> float:
    """Standard deviation of a total of n answers, each with its own noise, over that of one trusted curator."""
    scale = 5.0
    sums = [sum(draw(scale, nodes)) for _ in range(4000)]
    return statistics.stdev(sums) / statistics.stdev(draw(scale, 4000))


def main() -> None:
    """Measures and prints."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--leros", type=int, default=55)
    options.add_argument("--rounds", type=int, default=25)
    given = options.parse_args()
    # Figures that a page would hide are to be counted too: their intervals are worked out like all others.
    estimates.LEAST_DENOMINATOR_SDS = 0
    request, sites = sites_of(given.leros, tables())
    hits: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for family, stratum, holds in coverage(given.rounds, request, sites):
        hits[family, "all"].append(holds)
        hits[family, stratum].append(holds)
    exact = read(request.tables, answers_of(request, sites, noise=False))
    corrected, wanted = (_noisy(exact[name, ("all",), "count", ("all",)].estimate) for name in ("activity", "uncapped"))
    print(f"RESULT corrected_total_over_true {corrected / wanted:.4f} ratio")
    print(f"RESULT standalone_over_curator {standalone_over_curator(given.leros):.2f} ratio")
    for family in FAMILIES:
        whole = hits[family, "all"]
        print(f"RESULT coverage_95_{family} {statistics.mean(whole):.4f} share_of_{len(whole)}")
        by_size = {name: hits[family, name] for name, _, _ in STRATA if hits[family, name]}
        worst = min(by_size, key=lambda name: statistics.mean(by_size[name]))
        share, size = statistics.mean(by_size[worst]), len(by_size[worst])
        print(f"RESULT coverage_worst_{family} {share:.4f} share_of_{size}_{worst}")
    for line in half_widths(given.leros, SEED):
        print(line)


if __name__ == "__main__":
    main()
