"""Instruments: ranges as published, subscales that add up, a SWEMWBS table that rises from 7 to 35."""

from __future__ import annotations

import itertools
import re

import pytest

from lero_contract.instruments import Measure, load_instruments

INSTRUMENTS = load_instruments()
MEASURES = {m.id: m for instrument in INSTRUMENTS.values() for m in instrument.measures}

# Lowest, highest, decimals and better end, from the publications that each file names.
PUBLISHED = {
    "sure.total": (21, 63, 0, "higher"),
    "sure.drug_use": (6, 18, 0, "higher"),
    "sure.self_care": (5, 15, 0, "higher"),
    "sure.relationships": (4, 12, 0, "higher"),
    "sure.material_resources": (3, 9, 0, "higher"),
    "sure.outlook": (3, 9, 0, "higher"),
    "barc10.total": (10, 60, 0, "higher"),
    "arc.total": (0, 50, 0, "higher"),
    "wemwbs.total": (14, 70, 0, "higher"),
    "swemwbs.metric": (7, 35, 2, "higher"),
    "reqol10.total": (0, 40, 0, "higher"),
    "ons4.satisfaction": (0, 10, 0, "higher"),
    "ons4.worthwhile": (0, 10, 0, "higher"),
    "ons4.happiness": (0, 10, 0, "higher"),
    "ons4.anxiety": (0, 10, 0, "lower"),
    "top.opiate_days": (0, 28, 0, "lower"),
    "top.alcohol_days": (0, 28, 0, "lower"),
    "top.crack_days": (0, 28, 0, "lower"),
    "top.cocaine_days": (0, 28, 0, "lower"),
    "top.cannabis_days": (0, 28, 0, "lower"),
    "top.psychological_health": (0, 20, 0, "higher"),
    "top.physical_health": (0, 20, 0, "higher"),
    "top.quality_of_life": (0, 20, 0, "higher"),
    "star.mean": (1, 10, 1, "higher"),
    "phq9.total": (0, 27, 0, "lower"),
    "gad7.total": (0, 21, 0, "lower"),
    "sf36.mcs": (0, 100, 2, "higher"),
    "sf36.pcs": (0, 100, 2, "higher"),
}
RELIABLE_CHANGE = {
    "wemwbs.total": 3.0,
    "swemwbs.metric": 2.87,
    "reqol10.total": 5.0,
    "phq9.total": 6.0,
    "gad7.total": 4.0,
}
SUMMED = ("sure", "barc10", "arc", "wemwbs", "reqol10", "phq9", "gad7")


@pytest.mark.parametrize(("measure", "expected"), PUBLISHED.items())
def test_a_measure_has_its_published_range_and_direction(measure: str, expected: tuple[int, int, int, str]) -> None:
    found = MEASURES[measure]
    assert (found.lower, found.upper, found.decimals, found.direction) == expected


def test_every_instrument_of_the_field_is_carried() -> None:
    outcome = {"sure", "barc10", "arc", "recap", "wemwbs", "swemwbs", "reqol10", "ons4", "top", "star"}
    assert set(INSTRUMENTS) == outcome | {"phq9", "gad7", "sf36"}


def test_reliable_change_stands_only_where_one_is_known() -> None:
    assert {m.id: m.reliable_change for m in MEASURES.values() if m.reliable_change is not None} == RELIABLE_CHANGE


@pytest.mark.parametrize("name", SUMMED)
def test_a_total_runs_from_items_times_lowest_to_items_times_highest(name: str) -> None:
    instrument = INSTRUMENTS[name]
    lowest, highest = (int(n) for n in re.findall(r"\d+", instrument.item_range)[:2])
    total = MEASURES[f"{name}.total"]
    assert (total.lower, total.upper) == (instrument.items * lowest, instrument.items * highest)


def test_the_subscales_of_sure_add_up_to_its_total() -> None:
    parts = [m for m in INSTRUMENTS["sure"].measures if m.id != "sure.total"]
    assert (sum(m.lower for m in parts), sum(m.upper for m in parts)) == (21, 63)


def test_the_swemwbs_table_rises_from_7_to_35_over_every_raw_score() -> None:
    metric = INSTRUMENTS["swemwbs"].metric
    assert list(metric) == list(range(7, 36))
    assert all(a < b for a, b in itertools.pairwise(metric.values()))
    assert (metric[7], metric[21], metric[35]) == (7.0, 19.25, 35.0)
    assert all(round(score * 100) == pytest.approx(score * 100) for score in metric.values())


@pytest.mark.parametrize("measure", MEASURES.values(), ids=lambda m: m.id)
def test_a_standard_deviation_is_wide_but_possible(measure: Measure) -> None:
    width = measure.upper - measure.lower
    # Nothing within a range can spread by more than half of it (Popoviciu).
    assert width / 10 < measure.standard_deviation <= width / 2
    assert 0 < measure.intraclass_correlation < 1


@pytest.mark.parametrize(
    ("measure", "seen"),
    [
        ("top.opiate_days", 6.4),  # CTN trials, the widest 28-day period
        ("top.alcohol_days", 12.01),  # HELP at intake, of 30 days
        ("sf36.mcs", 13.73),  # HELP at 24 months
        ("sf36.pcs", 11.16),  # HELP at 18 months
        ("swemwbs.metric", 4.87),  # a clinical group after four sessions
    ],
)
def test_a_standard_deviation_is_no_smaller_than_one_seen(measure: str, seen: float) -> None:
    assert MEASURES[measure].standard_deviation >= seen


def test_every_instrument_says_where_its_facts_come_from_and_carries_no_wording() -> None:
    for instrument in INSTRUMENTS.values():
        assert instrument.basis in ("seen", "memory")
        assert instrument.source
        assert "No item wording is carried here." in instrument.licence
