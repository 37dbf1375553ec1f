"""The exact figures add up, and agree with a population small enough to count by hand."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pandas as pd

from lero_contract.days import to_day
from lero_contract.dictionary import load_dictionary
from lero_coordinator.demo.population import CUT_DATE, Lero, Population, Truth, WaveMean, truth
from support.populations import national, small

GEOGRAPHY = load_dictionary().geography
JOINED, EARLIER = to_day(date(2025, 1, 10)), to_day(date(2026, 1, 1))


def _by_hand() -> Population:
    """A LERO serving Leeds (E08000035) with nine records of eight members."""
    members = pd.DataFrame(
        [
            ("home", "E08000035", JOINED, None, False),
            ("home", "E12000001", JOINED, EARLIER, False),  # a second row for the same member: does not count
            ("neighbour", "E08000032", JOINED, None, False),  # Bradford: elsewhere in the region
            ("split", "E10000006", JOINED, None, False),  # the old Cumbria: only the region can be told
            ("abroad", "W92000004", JOINED, None, False),
            ("somewhere", None, JOINED, None, False),
            ("gone", "E08000035", JOINED, EARLIER, False),
            ("objects", "E08000035", JOINED, None, True),
            ("waiting", "E08000035", None, None, False),
        ],
        columns=["member_id", "area", "joined", "left", "objects"],
    ).astype({"joined": "Int32", "left": "Int32"})
    last_quarter, quarter_before = to_day(date(2026, 1, 1)), to_day(date(2025, 12, 31))
    activities = pd.DataFrame(
        [
            ("home", last_quarter, "group_meeting"),
            ("home", quarter_before, "one_to_one"),
            ("gone", quarter_before, "group_meeting"),
            ("home", last_quarter, "not_known"),
            ("objects", last_quarter, "group_meeting"),
            ("home", to_day(date(2025, 3, 31)), "group_meeting"),  # the day before the four quarters
        ],
        columns=["member_id", "day", "kind"],
    )
    reviews = pd.DataFrame(
        [
            ("home", JOINED, 0, 40.0, 20.0),
            ("gone", JOINED, 0, 47.0, float("nan")),
            ("neighbour", JOINED, 0, 210.0, 49.0),
            ("objects", JOINED, 0, 63.0, 35.0),
            ("home", EARLIER, 12, 50.0, 21.0),
        ],
        columns=["member_id", "day", "wave", "sure_total", "swemwbs_raw"],
    )
    lero = Lero(
        node_id="lanternhithe-kin",
        organisation_id="lanternhithe-kin",
        name="Lanternhithe Kin",
        region="E12000003",
        areas=("E08000035",),
        area_shares=(1.0,),
        publish_alone=True,
        current_members=5,
        referrals_per_member=1.0,
        male_share=0.5,
        template="demo-a",
        members=members,
        reviews=reviews,
        activities=activities,
        milestones=pd.DataFrame(),
    )
    return Population(seed=0, cut_date=CUT_DATE, leros=(lero,))


def test_memberships_are_counted_where_a_landscape_counts_them() -> None:
    found = truth(_by_hand(), CUT_DATE)
    assert (found.memberships, found.england, found.outside_england, found.area_not_known) == (5, 3, 1, 1)
    assert found.by_region["E12000003"] == 2
    assert found.by_region["E12000002"] == 1
    assert found.by_area == {
        "E08000035": 1,
        "elsewhere:E12000003": 1,
        "elsewhere:E12000002": 1,
        "outside_england": 1,
        "not_known": 1,
    }


def test_contacts_fall_into_quarters_that_end_with_the_cut_date() -> None:
    assert truth(_by_hand(), CUT_DATE).contacts == {
        date(2025, 6, 30): 0,
        date(2025, 9, 30): 0,
        date(2025, 12, 31): 2,
        date(2026, 3, 31): 1,
    }


def test_means_leave_out_impossible_scores_and_members_who_object() -> None:
    found = truth(_by_hand(), CUT_DATE)
    assert found.sure == {0: WaveMean(2, 43.5), 12: WaveMean(1, 50.0)}
    # SWEMWBS: raw 20 is 18.59 and raw 21 is 19.25 in the published table.
    assert found.swemwbs == {0: WaveMean(1, 18.59), 12: WaveMean(1, 19.25)}


def test_an_earlier_cut_date_counts_those_who_were_there_then() -> None:
    found = truth(_by_hand(), date(2025, 12, 31))
    assert found.by_area["E08000035"] == 2


def _sums(found: Truth) -> Counter[str]:
    """Authorities and elsewhere, by region."""
    sums: Counter[str] = Counter(dict.fromkeys(found.by_region, 0))
    for code, number in found.by_area.items():
        region = code.removeprefix("elsewhere:") if code.startswith("elsewhere:") else GEOGRAPHY.region_of(code)
        if region is not None:
            sums[region] += number
    return sums


def test_authorities_and_elsewhere_add_up_to_regions_and_regions_to_england() -> None:
    for population in (national(), small()):
        found = truth(population, CUT_DATE)
        assert dict(_sums(found)) == dict(found.by_region)
        assert sum(found.by_region.values()) == found.england
        assert found.england + found.outside_england + found.area_not_known == found.memberships
        assert sum(found.by_area.values()) == found.memberships


def test_memberships_are_the_current_members_without_those_who_object() -> None:
    found = truth(national(), CUT_DATE)
    current = sum(lero.current_members for lero in national().leros)
    assert 0.98 * current < found.memberships < current


def test_swemwbs_is_of_fewer_members_because_spreadsheets_do_not_record_it() -> None:
    found = truth(national(), CUT_DATE)
    assert 0 < found.swemwbs[0].members < found.sure[0].members
