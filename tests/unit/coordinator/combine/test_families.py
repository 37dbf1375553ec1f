"""What a release says of each kind of table: its statistics, their groups, and that they come from the same cells."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from lero_contract.dictionary import NOT_KNOWN, load_dictionary
from lero_contract.kinds import (
    Bin,
    Change,
    Completeness,
    Distribution,
    Kind,
    Milestones,
    Point,
    Recovery,
    Retention,
    Window,
)
from lero_contract.request import Table
from lero_coordinator.combine import Release, combine
from lero_coordinator.combine.marks import Status
from lero_coordinator.combine.release import EVERY, CombinedTable, Figure
from lero_coordinator.combine.withholding import ALL, ENGLAND
from support.releases import england
from support.requests import START, SURE_TWICE, THREE_MONTHS, table
from support.rounds import (
    GATESHEAD,
    HARTLEPOOL,
    OLDHAM,
    Cells,
    answer,
    asked,
    lero,
    released,
    roster_of,
)

DEAR = 10**9  # one rho: the noise of a single count has standard deviation 0.7
BINS = (Bin(21, 30), Bin(31, 40), Bin(41, 63))
YEARS = (Window("1 year", 12, 320, 410), Window("3 years", 36, 1050, 1140))
POINTS = (Point("3 months", 91), Point("12 months", 365))
TRIO = [lero(f"n{number}", HARTLEPOOL) for number in (1, 2, 3)]


def dear(kind: Kind, *dimensions: str) -> Table:
    return table(kind, dimensions, nano_rho=DEAR)


def thrice(asked_for: Table, cells: Cells, **parts: Cells) -> CombinedTable:
    """Three LEROs that each send these cells. parts: by the name of the part."""
    request = asked(TRIO, asked_for)
    found: dict[str, Cells] = {"members": cells, **{f"members.{name}": own for name, own in parts.items()}}
    return released(request, TRIO, [answer(request, n, found) for n in TRIO]).table("members")


def value(figure: Figure) -> float:
    assert figure.estimate is not None, figure
    return figure.estimate.value


def people(figure: Figure) -> float:
    assert figure.people is not None
    return figure.people.value


BANDS = {("Start", "21_to_30"): 100, ("Start", "31_to_40"): 200, ("Start", "41_to_63"): 100, ("Start", NOT_KNOWN): 50}


def test_shares_of_bands_are_of_those_with_a_score() -> None:
    seen = thrice(dear(Distribution("sure.total", (START,), BINS, 41)), BANDS)
    assert seen.main.code == "share"
    shares = [value(seen.figure(ALL, "Start", one.code)) for one in BINS]
    assert shares == pytest.approx([25, 50, 25])
    assert people(seen.figure(ALL, "Start", "31_to_40")) == 1200
    with pytest.raises(KeyError):
        seen.figure(ALL, "Start", NOT_KNOWN)


def test_a_distribution_says_threshold_median_quartiles_due_and_done() -> None:
    seen = thrice(dear(Distribution("sure.total", (START,), BINS, 41)), BANDS)
    found = {
        code: seen.figure(ALL, "Start", EVERY, statistic=code) for code in ("share_above", "median", "due", "done")
    }
    assert value(found["share_above"]) == pytest.approx(25)
    assert found["share_above"].statistic.label == "Share at 41 or above"
    assert value(found["median"]) == pytest.approx(35.5)  # the middle of 30.5 to 40.5
    assert value(seen.figure(ALL, "Start", EVERY, statistic="lower_quartile")) == pytest.approx(30.5)
    assert value(seen.figure(ALL, "Start", EVERY, statistic="upper_quartile")) == pytest.approx(40.5)
    assert (value(found["due"]), value(found["done"])) == (1350, 1200)
    assert value(seen.figure(ALL, "Start", NOT_KNOWN, statistic="count")) == 150


def test_without_a_threshold_there_is_no_share_above_one() -> None:
    seen = thrice(dear(Distribution("sure.total", (START,), BINS)), BANDS)
    assert "share_above" not in {s.code for s in seen.statistics}


def test_quantiles_of_scores_with_decimals_are_in_points() -> None:
    bins = (Bin(700, 1399), Bin(1400, 2099), Bin(2100, 3500))
    cells = {("Start", "700_to_1399"): 100, ("Start", "1400_to_2099"): 200, ("Start", "2100_to_3500"): 100}
    seen = thrice(dear(Distribution("swemwbs.metric", (START,), bins, 1400)), cells)
    assert value(seen.figure(ALL, "Start", EVERY, statistic="median")) == pytest.approx(17.495)
    assert seen.figure(ALL, "Start", EVERY, statistic="share_above").statistic.label == "Share at 14.00 or above"


def test_change_says_shares_of_those_who_did_both_and_the_mean_beside_due_and_done() -> None:
    cells = {("improved",): 60, ("no_reliable_change",): 25, ("worsened",): 15, ("not_done",): 40}
    seen = thrice(dear(Change("sure.total", START, THREE_MONTHS, 6)), cells, sum=[450])
    assert [value(seen.figure(ALL, o)) for o in ("improved", "no_reliable_change", "worsened")] == pytest.approx(
        [60, 25, 15]
    )
    assert value(seen.figure(ALL, EVERY, statistic="mean_change")) == pytest.approx(4.5)
    assert value(seen.figure(ALL, EVERY, statistic="done")) == 300
    assert value(seen.figure(ALL, EVERY, statistic="due")) == 420
    assert value(seen.figure(ALL, "not_done", statistic="count")) == 120
    assert people(seen.figure(ALL, EVERY, statistic="mean_change")) == 300


def test_retention_is_at_the_points_with_the_number_followed() -> None:
    cells = {("event_by_91",): 20, ("event_by_365",): 12, ("followed_to_0",): 5, ("followed_to_91",): 15}
    seen = thrice(dear(Retention(POINTS)), {**cells, ("followed_to_365",): 48})
    assert seen.main.code == "retained"
    assert value(seen.figure(ALL, "3 months")) == pytest.approx(100 * 75 / 95)
    assert value(seen.figure(ALL, "12 months")) == pytest.approx(100 * 75 / 95 * 48 / 60)
    assert value(seen.figure(ALL, EVERY, statistic="followed")) == 300
    assert [people(seen.figure(ALL, p.label)) for p in POINTS] == [285, 180]
    assert [c.axis for c in seen.figures[0].group] == ["point"]


def test_milestones_are_reached_by_each_point() -> None:
    cells = {
        ("paid_work", "event_by_91"): 10,
        ("paid_work", "event_by_365"): 18,
        ("paid_work", "followed_to_365"): 72,
        ("own_home", "followed_to_365"): 100,
    }
    seen = thrice(dear(Milestones(("paid_work", "own_home"), POINTS)), cells)
    assert value(seen.figure(ALL, "paid_work", "3 months")) == pytest.approx(10)
    assert value(seen.figure(ALL, "paid_work", "12 months")) == pytest.approx(28)
    assert value(seen.figure(ALL, "own_home", "12 months")) == pytest.approx(0)
    assert seen.figure(ALL, "paid_work", "3 months").group[0].label == "Paid work"


RECOVERY = {("1 year", "in_recovery"): 60, ("1 year", "not_in_recovery"): 20, ("1 year", NOT_KNOWN): 40}


def test_the_three_answers_on_recovery_stand_together_and_add_up() -> None:
    seen = thrice(dear(Recovery(YEARS)), RECOVERY)
    shares = [value(seen.figure(ALL, "1 year", code)) for code in ("in_recovery", "not_in_recovery", NOT_KNOWN)]
    assert shares == pytest.approx([50, 100 / 6, 100 / 3])
    assert value(seen.figure(ALL, "1 year", EVERY, statistic="due")) == 360
    later = [seen.figure(ALL, "3 years", code).status for code in ("in_recovery", "not_in_recovery", NOT_KNOWN)]
    assert later == [Status.TOO_FEW] * 3


def test_completeness_is_the_share_known_of_each_variable() -> None:
    cells = {("sex", "known"): 90, ("sex", NOT_KNOWN): 10, ("area", "known"): 25, ("area", NOT_KNOWN): 75}
    seen = thrice(dear(Completeness(("sex", "area"))), cells)
    assert value(seen.figure(ALL, "sex", "known")) == pytest.approx(90)
    assert value(seen.figure(ALL, "area", "known")) == pytest.approx(25)
    assert value(seen.figure(ALL, "area", NOT_KNOWN, statistic="count")) == 225
    assert value(seen.figure(ALL, "area", EVERY, statistic="count")) == 300


def test_a_shares_count_is_hidden_by_the_plan_and_the_share_by_its_denominator() -> None:
    # One cell of three LEROs: 1.96 * 0.707 * sqrt(3) is 2.4, so 3 people; those of two categories may be wider.
    cells = {("sex", "known"): 90, ("sex", NOT_KNOWN): 10}
    seen = thrice(replace(dear(Completeness(("sex",))), hide_wider_than=2), cells)
    assert {f.status for f in seen.figures if f.statistic.is_count} == {Status.TOO_FEW}
    assert value(seen.figure(ALL, "sex", "known")) == pytest.approx(90)
    assert seen.figure(ALL, "sex", "known").people is None


def test_a_mean_takes_its_spread_from_the_bands_of_the_same_scores() -> None:
    mean = replace(dear(replace(SURE_TWICE, windows=(START,))), table_id="mean")
    bands = replace(dear(Distribution("sure.total", (START,), BINS)), table_id="bands")
    other = replace(bands, kind=Distribution("sure.total", (THREE_MONTHS,), BINS))
    cells: dict[str, Cells] = {"mean": {("Start",): (400 * 21, 0)}, "bands": {("Start", "31_to_40"): 400}}
    widths = []
    for beside in (bands, other):
        request = asked(TRIO, mean, beside)
        own = cells if beside is bands else {"mean": cells["mean"]}
        estimate = released(request, TRIO, [answer(request, n, own) for n in TRIO]).table("mean").figure(ALL, "Start")
        assert estimate.estimate is not None
        widths.append(estimate.estimate.upper - estimate.estimate.lower)
    assert widths[0] < widths[1] / 5  # all in one band: no spread, so that noise alone is left


def test_the_noise_alone_is_narrower_than_what_is_published() -> None:
    request = asked(TRIO, dear(Recovery(YEARS[:1])))
    answers = [answer(request, n, {"members": RECOVERY}) for n in TRIO]
    both = [
        combine(request, bytes(32), roster_of(TRIO), load_dictionary(), answers, {}, sampling=on)
        for on in (True, False)
    ]
    published, noise = (r.table("members").figure(ALL, "1 year", "in_recovery").estimate for r in both)
    assert published is not None
    assert noise is not None
    assert noise.upper - noise.lower < (published.upper - published.lower) / 3
    assert noise.value == published.value


def test_a_withheld_place_is_withheld_for_every_statistic() -> None:
    alone, west = lero("alone", GATESHEAD), [lero(f"w{number}", "E08000002") for number in (1, 2, 3)]
    leros = [*TRIO, alone, *west]
    request = asked(leros, dear(Recovery(YEARS), "area"))
    release = released(request, leros, [answer(request, n, {}) for n in leros])
    own = [f for f in release.table("members").figures if f.place.code == GATESHEAD]
    assert {f.status for f in own} == {Status.WITHHELD}
    assert {f.statistic.code for f in own} == {"share", "count", "due"}
    assert all((f.estimate, f.people, f.leros) == (None, None, 0) for f in own)


def test_a_place_that_nobody_was_asked_of_has_the_lines_of_the_main_statistic_alone() -> None:
    request = asked(TRIO, dear(Retention(POINTS), "area", "sex"))
    seen = released(request, TRIO, [answer(request, n, {}) for n in TRIO]).table("members")
    rows = [(f.statistic.code, *(c.code for c in f.group)) for f in seen.figures if f.place.code == OLDHAM]
    assert rows == [("retained", EVERY, "3 months"), ("retained", EVERY, "12 months")]


def test_tables_of_everyone_who_joined_hide_each_others_differences() -> None:
    # All but one record activities: the number followed and the number whose records are complete differ by that one.
    leros = [*TRIO, lero("other", HARTLEPOOL, collects=["area"]), *(lero(f"d{i}", "E06000005") for i in (1, 2, 3))]
    stay, recorded = (
        replace(dear(kind, "area"), table_id=name)
        for kind, name in ((Retention(POINTS), "stay"), (Completeness(("sex",)), "recorded"))
    )
    for tables, hidden in (((stay,), False), ((recorded,), False), ((stay, recorded), True)):
        request = asked(leros, *tables)
        release = released(request, leros, [answer(request, n, {}) for n in leros])
        assert (HARTLEPOOL in release.withheld_authorities) == hidden


@pytest.fixture(scope="module")
def every_kind() -> Release:
    return england(bundle="every kind")


def test_every_place_and_group_lists_each_statistic_once(every_kind: Release) -> None:
    for table_ in every_kind.tables:
        keys = [(f.place.code, f.statistic.code, tuple(c.code for c in f.group)) for f in table_.figures]
        assert len(keys) == len(set(keys))
        assert table_.main in table_.statistics


def test_every_kind_has_figures_in_every_statistic(every_kind: Release) -> None:
    for table_ in every_kind.tables:
        shown = {f.statistic for f in table_.figures if f.status.has_figure}
        assert shown == set(table_.statistics), table_.table.table_id


def test_england_is_the_sum_of_its_regions_in_every_count(every_kind: Release) -> None:
    recovery = every_kind.table("long_term")
    for point, status in itertools.product(("1 year", "3 years"), ("in_recovery", NOT_KNOWN)):
        places = {f.place.code for f in recovery.figures if f.place.code.startswith("E12")}
        parts = [value(recovery.figure(p, point, status, statistic="count")) for p in places]
        assert value(recovery.figure(ENGLAND, point, status, statistic="count")) == sum(parts)
