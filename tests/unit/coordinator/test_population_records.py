"""Records have the shares, courses and faults that were stated for them. Seeds are fixed: nothing here is by chance."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from lero_contract.days import to_day
from lero_contract.dictionary import load_dictionary
from lero_coordinator.demo.population import CUT_DATE, make_population
from support.populations import national, small

CUT_DAY = to_day(CUT_DATE)
MONTH = 365.25 / 12


def _all(table: str) -> pd.DataFrame:
    """One table of every LERO, under ids that are different between LEROs."""
    parts: list[tuple[str, pd.DataFrame]] = [(lero.node_id, getattr(lero, table)) for lero in national().leros]
    named = [part.assign(member_id=f"{node}/" + part["member_id"].astype(str)) for node, part in parts]
    return pd.concat(named)


@pytest.fixture(scope="module")
def members() -> pd.DataFrame:
    return _all("members").drop_duplicates("member_id")


def test_the_same_seed_gives_the_same_population() -> None:
    again = make_population(3, seed=7)
    for one, other in zip(small().leros, again.leros, strict=True):
        assert (one.node_id, one.areas, one.publish_alone) == (other.node_id, other.areas, other.publish_alone)
        for table in ("members", "reviews", "activities", "milestones"):
            pd.testing.assert_frame_equal(getattr(one, table), getattr(other, table))


def test_another_seed_gives_another_population() -> None:
    other = make_population(3, seed=8)
    assert [lero.node_id for lero in other.leros] != [lero.node_id for lero in small().leros]


def test_each_lero_has_as_many_current_members_as_it_should() -> None:
    for lero in national().leros:
        rows = lero.members.drop_duplicates("member_id")
        assert int((rows["joined"].notna() & rows["left"].isna()).sum()) == lero.current_members


def test_days_come_in_the_order_of_life(members: pd.DataFrame) -> None:
    joined = members[members["joined"].notna()]
    assert (joined["birth_day"] < joined["referred"]).all()
    assert (joined["referred"] <= joined["joined"]).all()
    assert joined["joined"].between(to_day(date(2018, 4, 1)), CUT_DAY).all()
    left = joined[joined["left"].notna()]
    assert (left["joined"] <= left["left"]).all()
    assert (left["left"] <= CUT_DAY).all()


def test_seven_in_ten_referrals_join(members: pd.DataFrame) -> None:
    assert members["joined"].notna().mean() == pytest.approx(0.70, abs=0.01)


def test_members_stay_as_long_as_stated(members: pd.DataFrame) -> None:
    joined = members[members["joined"].notna()]
    stated = {3: 0.65, 6: 0.48, 12: 0.32, 24: 0.20, 36: 0.13, 60: 0.07}
    for months, share in stated.items():
        old = joined[joined["joined"] <= CUT_DAY - months * MONTH]
        stay = (old["left"].fillna(CUT_DAY + 1) - old["joined"]) / MONTH
        assert (stay > months).mean() == pytest.approx(share, abs=0.03)


def test_shares_are_as_stated(members: pd.DataFrame) -> None:
    def share(column: str, code: str) -> float:
        return float((members[column] == code).mean())

    assert share("sex", "male") == pytest.approx(0.66, abs=0.04)
    assert share("ethnicity_group", "white") == pytest.approx(0.88, abs=0.03)
    assert share("primary_substance", "alcohol") == pytest.approx(0.42, abs=0.01)
    assert share("primary_substance", "opiates") == pytest.approx(0.25, abs=0.01)
    assert share("referral_source", "self_family_friends") == pytest.approx(0.45, abs=0.01)
    assert share("accommodation", "settled") == pytest.approx(0.68, abs=0.01)
    assert members["objects"].mean() == pytest.approx(0.01, abs=0.003)


def test_one_lero_is_for_women_only() -> None:
    shares = [float((lero.members["sex"] == "male").mean()) for lero in national().leros]
    assert sum(share == 0 for share in shares) == 1
    assert all(share == 0 or 0.4 < share < 0.9 for share in shares)


def test_the_stated_faults_are_planted(members: pd.DataFrame) -> None:
    rows = _all("members")
    assert members["area"].isna().mean() == pytest.approx(0.06, abs=0.005)
    assert (rows["birth_day"] == to_day(date(1900, 1, 1))).mean() == pytest.approx(0.003, abs=0.001)
    assert rows["member_id"].duplicated().mean() == pytest.approx(0.015, abs=0.003)
    retired = list(load_dictionary().geography.old_codes)
    assert members["area"].isin(retired).mean() == pytest.approx(0.02, abs=0.01)
    alike = rows.duplicated().sum()
    assert 0 < alike < rows["member_id"].duplicated().sum()


def test_some_people_are_at_two_leros(members: pd.DataFrame) -> None:
    person = members[["birth_day", "sex", "ethnicity_group", "primary_substance"]]
    lero = members["member_id"].str.split("/").str[0].astype("category").cat.codes
    per_person = person.assign(lero=lero).groupby(list(person.columns), observed=True)["lero"].nunique()
    assert (per_person > 1).sum() > 0.01 * len(members)


def test_half_a_percent_of_scores_are_impossible() -> None:
    scores = _all("reviews")["sure_total"].dropna()
    assert (~scores.between(21, 63)).mean() == pytest.approx(0.005, abs=0.001)


def test_scores_begin_and_rise_as_stated() -> None:
    reviews = _all("reviews")
    sure = reviews[reviews["sure_total"].between(21, 63)].set_index("member_id")
    first = sure[sure["wave"] == 0]["sure_total"]
    assert first.mean() == pytest.approx(44, abs=0.5)
    assert first.std() == pytest.approx(8, abs=0.5)
    for wave, gain in {3: 3.5, 6: 5.5, 12: 7.0, 24: 8.0}.items():
        change = (sure[sure["wave"] == wave]["sure_total"] - first).dropna()
        assert change.mean() == pytest.approx(gain, abs=1)
        assert change.std() == pytest.approx(7, abs=0.7)


def test_who_is_seen_again_had_the_better_score_before() -> None:
    """Missing not at random: completers must look better than they are."""
    reviews = _all("reviews")
    at_three = reviews[(reviews["wave"] == 3) & reviews["sure_total"].between(21, 63)]
    seen_at_six = at_three["member_id"].isin(reviews.loc[reviews["wave"] == 6, "member_id"])
    assert at_three[seen_at_six]["sure_total"].mean() > at_three[~seen_at_six]["sure_total"].mean() + 0.5


def test_reviews_lie_in_their_membership_and_near_their_month(members: pd.DataFrame) -> None:
    reviews = _all("reviews").merge(members[["member_id", "joined", "left"]], on="member_id", validate="many_to_one")
    assert (reviews["day"] >= reviews["joined"]).all()
    assert (reviews["day"] <= reviews["left"].fillna(CUT_DAY)).all()
    assert ((reviews["day"] - reviews["joined"] - reviews["wave"] * MONTH).abs() <= 21).all()
    assert not reviews.duplicated(["member_id", "wave"]).any()


def test_contacts_fill_fifteen_months_and_no_more_than_imports_can_bear(members: pd.DataFrame) -> None:
    contacts = _all("activities").merge(members[["member_id", "joined", "left"]], on="member_id")
    assert contacts["day"].between(to_day(date(2025, 1, 1)), CUT_DAY).all()
    assert ((contacts["day"] >= contacts["joined"]) & (contacts["day"] <= contacts["left"].fillna(CUT_DAY))).all()
    assert 500_000 < len(contacts) < 1_200_000


def test_milestones_are_of_the_closed_list() -> None:
    codes = {category.code for category in load_dictionary().variable("milestones", "kind").categories}
    milestones = _all("milestones")
    assert set(milestones["kind"].astype(str)) == codes - {"not_known"}
    assert np.all(milestones["day"] <= CUT_DAY)
