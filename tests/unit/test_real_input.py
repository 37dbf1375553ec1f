"""Real, public data through the node's own import and query, against the public file and its description.

Expected figures: ../shared/data/SOURCE.md, "Figures to test against".
"""

from __future__ import annotations

from pathlib import Path

import pytest

from lero_contract.plan import Part
from lero_coordinator.demo.real import CTN_CUT_DATE, exact_ctn
from lero_coordinator.demo.research import exact_figures, period_label, questions
from support.research import (
    CTN,
    HELP_CUT_DATE,
    Site,
    ctn_sites,
    help_questions,
    help_sites,
    needs_shared_data,
    request_of,
)
from support.research_courses import summed

PEOPLE = dict(zip(range(-1, 8), (3560, 3314, 2039, 1766, 1583, 1414, 1325, 1275, 809), strict=True))
MEAN_DAYS = dict(zip(range(-1, 8), (24.32, 4.95, 3.29, 2.65, 1.97, 1.82, 2.38, 2.79, 2.61), strict=True))
# Of the 470, 254, 217, 254 and 277 people interviewed, those who have a score: the file leaves nine blank.
HELP_PEOPLE = {0: 468, 6: 254, 12: 216, 18: 253, 24: 272}
HELP_MEAN_MCS = {0: 31.55, 6: 40.95, 12: 40.20, 18: 41.86, 24: 43.20}


@pytest.fixture(scope="module")
def ctn(tmp_path_factory: pytest.TempPathFactory) -> list[Site]:
    if not CTN.exists():
        pytest.skip("../shared/data is not beside the repo")
    return ctn_sites(tmp_path_factory.mktemp("ctn"))


def mean_in_points(planned: Part, count: int, total: int) -> float:
    """The mean of a (count, centred sum) pair, as PRIVACY.md section 1 has it."""
    centring = planned.centring
    assert centring is not None
    people = count / centring.weight
    return (total / people + centring.middle) / centring.factor / planned_scale(planned)


def planned_scale(planned: Part) -> int:
    return 100 if "sf36" in getattr(planned.table.kind, "measure", "") else 1


@needs_shared_data
def test_query_over_32_sites_gives_the_published_mean_days_of_opioid_use(ctn: list[Site]) -> None:
    planned, cells = summed(ctn, request_of(questions(4.0), ctn, CTN_CUT_DATE), "days_by_period")
    for index, period in enumerate(range(-1, 8)):
        count, total = cells[2 * index : 2 * index + 2]
        assert mean_in_points(planned, count, total) == pytest.approx(MEAN_DAYS[period], abs=0.005)


@needs_shared_data
def test_exact_figures_beside_the_answers_equal_the_querys_vector(ctn: list[Site]) -> None:
    exact = exact_figures(exact_ctn(CTN))
    request = request_of(questions(4.0), ctn, CTN_CUT_DATE)
    planned, cells = summed(ctn, request, "days_by_sex")
    sexes = planned.axes[0].codes
    for s, sex in enumerate(sexes):
        for p, period in enumerate(range(-1, 8)):
            count, total = cells[2 * (9 * s + p) : 2 * (9 * s + p) + 2]
            key = ("days_by_sex", (sex, period_label(period)))
            if count:
                assert mean_in_points(planned, count, total) == pytest.approx(exact[key])
            else:
                assert key not in exact
    _, bands = summed(ctn, request, "people_by_age")
    [by_age] = ctn[0].cells(request)[0].parts_of("people_by_age")
    codes = by_age.axes[0].codes
    assert dict(zip(codes, bands, strict=True)) == exact_ctn(CTN).by_age_band
    assert sum(bands) == PEOPLE[-1]


@needs_shared_data
def test_exact_figures_agree_with_the_files_own_description() -> None:
    exact = exact_ctn(CTN)
    for period, mean in MEAN_DAYS.items():
        assert exact.by_period[period].mean == pytest.approx(mean, abs=0.005)


def test_help_study_split_into_eight_nodes_gives_its_published_mean_mcs(tmp_path: Path) -> None:
    sites = help_sites(tmp_path)
    spec = help_questions(HELP_PEOPLE)
    planned, cells = summed(sites, request_of(spec, sites, HELP_CUT_DATE), "mcs")
    assert planned.centring is not None
    for index, month in enumerate(HELP_PEOPLE):
        count, total = cells[2 * index : 2 * index + 2]
        assert count == HELP_PEOPLE[month] * planned.centring.weight
        assert mean_in_points(planned, count, total) == pytest.approx(HELP_MEAN_MCS[month], abs=0.005)
