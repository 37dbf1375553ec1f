"""The run of the whole on real, public research data: 32 sites as 32 nodes, the same questions at two prices.

What is exact is worked out from the public file with pandas and set beside; no node is ever asked for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from lero_contract.price import NANO, rho_for
from lero_coordinator.combine import Release
from lero_coordinator.combine.release import EVERY
from lero_coordinator.demo.federation import Federation, Progress, Site, federation
from lero_coordinator.demo.made_up import make_empty, make_export_folder
from lero_coordinator.demo.real import CTN_CUT_DATE, ExactCtn, RealSite, exact_ctn, split_ctn, write_site_export
from lero_coordinator.landscape import publish_comparison
from lero_coordinator.release import release_of
from lero_policies import ROOT

EPSILONS = (1.0, 4.0)
PERIODS = range(-1, 8)
DAYS_EACH = 28
MEASURE = "top.opiate_days"
NOTICE = (
    "Real, public, de-identified data of a treatment study in the United States. It holds nobody from the UK; its "
    "sites are put on English authorities for illustration only."
)
# How a request's price is shared out: means over nine periods need most of it.
_SHARES = {"days_by_period": 5, "days_by_sex": 3, "people_by_age": 2}

Exact = Mapping[tuple[str, tuple[str, ...]], float]


def run_research(csv: Path, out: Path, made_on: date, tell: Progress) -> tuple[tuple[str, Release], ...]:
    """Writes everything under `out`. Returns a release for each epsilon. Raises DataNotValid for another file."""
    sites, exact = split_ctn(csv), exact_ctn(csv)
    make_empty(out)
    listed = [_site(site, out) for site in sites]
    with federation(out, listed, synthetic=False, tell=tell) as running:
        releases = tuple((f"epsilon {epsilon:g}", _ask(running, epsilon)) for epsilon in EPSILONS)
    publish_comparison(releases, exact_figures(exact), out / "landscape", notice=NOTICE, made_on=made_on)
    return releases


def questions(epsilon: float) -> dict[str, Any]:
    """The draft of three tables that together cost `epsilon` at delta 1e-6, to the unit of 1e-9 rho below."""
    total = int(rho_for(epsilon) * NANO)
    rho = {name: Decimal(total * share // sum(_SHARES.values())) / NANO for name, share in _SHARES.items()}
    windows = [
        {
            "label": period_label(period),
            "wave": period,
            "from_day": DAYS_EACH * period,
            "to_day": DAYS_EACH * (period + 1) - 1,
        }
        for period in PERIODS
    ]
    mean = {"kind": "mean", "measure": MEASURE, "windows": windows}
    return {
        "title": f"Days of opioid use at 32 research sites, epsilon {epsilon:g}",
        "question": "On how many days of 28 did people use opioids, before and after treatment began?",
        "purpose": "research",
        "closes_in_days": 1,
        "tables": [
            mean
            | {"id": "days_by_period", "title": "Mean days of opioid use, by period", "dimensions": []}
            | {"rho": rho["days_by_period"]},
            mean
            | {"id": "days_by_sex", "title": "Mean days of opioid use, by sex and period", "dimensions": ["sex"]}
            | {"rho": rho["days_by_sex"]},
            {
                "id": "people_by_age",
                "title": "People, by age band",
                "kind": "headcount",
                "basis": "ever",
                "dimensions": ["age_band_ten"],
                "rho": rho["people_by_age"],
                "hide_wider_than": 100,
            },
        ],
    }


def exact_figures(exact: ExactCtn) -> Exact:
    """By table and group codes, as the comparison wants them."""
    found: dict[tuple[str, tuple[str, ...]], float] = {}
    for period, mean in exact.by_period.items():
        found["days_by_period", (period_label(period),)] = mean.mean
        found["days_by_sex", (EVERY, period_label(period))] = mean.mean
    for sex, means in exact.by_sex.items():
        for period, mean in means.items():
            found["days_by_sex", (sex, period_label(period))] = mean.mean
    for band, people in exact.by_age_band.items():
        found["people_by_age", (band,)] = people
    found["people_by_age", (EVERY,)] = sum(exact.by_age_band.values())
    return found


def period_label(period: int) -> str:
    """In words: the four weeks before treatment, then the periods after it began."""
    return "4 weeks before" if period < 0 else f"weeks {4 * period + 1} to {4 * period + 4}"


def _ask(running: Federation, epsilon: float) -> Release:
    return release_of(running.office, running.wait(running.ask(questions(epsilon), CTN_CUT_DATE)))


def _site(site: RealSite, out: Path) -> Site:
    export = make_export_folder(out, site.node_id)
    write_site_export(site, export)
    return Site(
        node_id=site.node_id,
        organisation_id=site.node_id,
        name=site.name,
        areas=(site.area,),
        public_members=0,
        publish_alone=False,
        mapping=ROOT.joinpath("mappings", "ctn.toml").read_text(encoding="utf-8"),
        export=export,
        complete_to=CTN_CUT_DATE,
    )
