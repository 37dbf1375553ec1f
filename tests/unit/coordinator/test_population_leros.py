"""The made-up LEROs have the sizes and places that were stated for them, and names that nobody bears."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from lero_contract.dictionary import load_dictionary
from lero_contract.request import is_node_id
from lero_coordinator.demo.population import make_population
from support.populations import national, small

GEOGRAPHY = load_dictionary().geography

# Organisations named in the project's page on the sector.
REAL_NAMES = ("bridge", "red rose", "recovery cymru", "recovery connections", "clero", "links", "recovery", "college")


def test_sizes_follow_the_stated_quantiles_and_sum() -> None:
    sizes = np.array([lero.current_members for lero in national().leros])
    stated = {5: 53, 25: 132, 50: 250, 75: 470, 95: 1190}
    for percentile, size in stated.items():
        assert np.percentile(sizes, percentile) == pytest.approx(size, rel=0.15)
    assert sizes.sum() == pytest.approx(21_400, rel=0.05)
    assert sizes.min() >= 20
    assert sizes.max() == 4500


def test_the_fixed_leros_are_there() -> None:
    by_areas = {lero.areas: lero.current_members for lero in national().leros}
    assert by_areas["E06000061", "E06000062"] == 1000
    assert by_areas["E06000008", "E06000009", "E08000001", "E10000017"] == 4500
    assert sum(20 <= lero.current_members <= 40 for lero in national().leros) == 3


def test_about_eighty_pairs_of_lero_and_authority_on_about_seventy_authorities() -> None:
    pairs = [area for lero in national().leros for area in lero.areas]
    assert 75 <= len(pairs) <= 90
    assert 65 <= len(set(pairs)) <= 80
    assert sum(number == 1 for number in Counter(pairs).values()) >= 50
    assert all(list(lero.areas) == sorted(set(lero.areas)) for lero in national().leros)
    assert all(GEOGRAPHY.areas[area].in_england for area in pairs)


def test_every_region_has_three_leros_and_the_north_a_third() -> None:
    regions = Counter(lero.region for lero in national().leros)
    assert len(regions) == 9
    assert min(regions.values()) >= 3
    assert (regions["E12000002"] + regions["E12000003"]) / 55 == pytest.approx(1 / 3, abs=0.05)
    assert all(GEOGRAPHY.region_of(area) == lero.region for lero in national().leros for area in lero.areas)


@pytest.mark.parametrize("leros", [40, 47, 60])
def test_every_size_of_federation_from_forty_keeps_three_in_each_region(leros: int) -> None:
    population = make_population(leros, seed=1)
    assert len(population.leros) == leros
    assert min(Counter(lero.region for lero in population.leros).values()) >= 3


def test_four_in_five_agree_to_stand_alone() -> None:
    assert sum(lero.publish_alone for lero in national().leros) == 44


def test_names_and_ids_are_different_valid_and_invented() -> None:
    names = [lero.name for lero in national().leros]
    assert len(set(names)) == 55
    assert all(is_node_id(lero.node_id) and is_node_id(lero.organisation_id) for lero in national().leros)
    assert not [name for name in names for real in REAL_NAMES if real in name.lower()]


def test_public_size_is_rounded_to_fifty() -> None:
    assert all(lero.public_members % 50 == 0 and lero.public_members >= 50 for lero in national().leros)
    assert all(
        abs(lero.public_members - lero.current_members) <= 25 or lero.public_members == 50 for lero in national().leros
    )


def test_each_case_system_is_used_and_the_smallest_keep_spreadsheets() -> None:
    assert Counter(lero.template for lero in small().leros) == {"demo-a": 1, "demo-b": 1, "demo-c": 1}
    counts = Counter(lero.template for lero in national().leros)
    assert min(counts.values()) >= 55 // 4
    largest_sheet = max(lero.current_members for lero in national().leros if lero.template == "demo-c")
    smallest_system = min(lero.current_members for lero in national().leros if lero.template != "demo-c")
    assert largest_sheet <= smallest_system


@pytest.mark.parametrize("leros", [0, 2, 61])
def test_other_numbers_of_leros_are_refused(leros: int) -> None:
    with pytest.raises(ValueError, match="between 3 and 60"):
        make_population(leros, seed=1)
