"""The arithmetic between published figures: whichever tied figure is off by one is found, alone or made consistent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from lero_contract.dictionary import load_dictionary
from lero_contract.errors import LeroError
from lero_coordinator.combine.figures import question_of
from lero_coordinator.combine.release import Release
from lero_coordinator.proof.implied import Asked, implied_release, participation_of
from lero_coordinator.proof.rows import check_counts, check_implied, read_tables
from lero_coordinator.proof.statement import read_statement
from lero_coordinator.proof.ties import Ties, check_ties
from support.proofs import Round, contents, make_round, read_rows, write_rows

Row = dict[str, str]
Checked = Callable[[str, Callable[[list[Row]], None]], Ties]
COUNTED = ("people", "contacts", "active members")
# As on the page: what each of these figures must agree with.
TIED = {
    "members_by_area": {"all", "england", "region", "outside_england", "not_known"},
    "who_age_sex": {"all"},
    "referred_by_region": {"all", "england", "region", "outside_england", "not_known"},
    "recorded": {"all"},
    "active_by_sex": {"all"},
}


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Round:
    made = make_round(tmp_path_factory.mktemp("round"))
    made.answers(*made.made.nodes)
    made.close()
    made.publish()
    return made


@pytest.fixture(scope="module")
def files(published: Round) -> dict[str, bytes]:
    return contents(published.landscape)


@pytest.fixture(scope="module")
def implied(published: Round, files: dict[str, bytes]) -> Release:
    request = published.request
    asked = Asked(request, published.made.signed(request).digest, published.made.office.roster().roster)
    said = participation_of(files["data/leros.csv"], request)
    return implied_release(asked, said, read_statement(files["release.json"]), load_dictionary())


@pytest.fixture
def checked(implied: Release, files: dict[str, bytes], tmp_path: Path) -> Checked:
    """The checks of one table's figures after a change of its rows. Raises where anything does not agree."""

    def check(table: str, change: Callable[[list[Row]], None]) -> Ties:
        dictionary, name = load_dictionary(), f"data/{table}.csv"
        rows = read_rows(files[name])
        change(rows)
        write_rows(tmp_path / "changed.csv", rows)
        alone = replace(implied, tables=(implied.table(table),))
        stated = read_statement(files["release.json"])
        [one] = read_tables({name: (tmp_path / "changed.csv").read_bytes()}, alone, stated, dictionary.geography)
        check_implied(one)
        check_counts(one)
        return check_ties([one], {table: question_of(implied.request, one.table.table, dictionary)}, stated)

    return check


def shifted(row: Row) -> None:
    """One more, with the interval moved too: by itself such a row is as good as any."""
    columns = ("noisy_value", "value", "lower", "upper") if int(row["lower"]) > 0 else ("noisy_value",)
    for column in columns:
        row[column] = str(int(row[column]) + 1)


def figures(files: dict[str, bytes], table: str) -> Iterator[tuple[int, Row]]:
    for position, row in enumerate(read_rows(files[f"data/{table}.csv"])):
        if row["value"]:
            yield position, row


def test_published_figures_agree(checked: Checked, files: dict[str, bytes]) -> None:
    ties = checked("members_by_area", lambda rows: None)
    assert (ties.sums, ties.followed) == (2, 0)  # all memberships, and England
    ties = checked("recorded", lambda rows: None)
    assert (ties.sums, ties.followed) == (0, 6)  # of three variables: the share known, and the whole
    assert len(ties.tied) == ties.figures == 12


@pytest.mark.parametrize("table", sorted(TIED))
def test_every_tied_count_that_is_one_too_many_is_found(checked: Checked, files: dict[str, bytes], table: str) -> None:
    looked = 0
    for position, row in figures(files, table):
        # The total of contacts with what was left out is tied to within one, for that is rounded.
        if row["level"] not in TIED[table] or row["unit"] not in COUNTED or int(row["lower"]) <= 0:
            continue
        with pytest.raises(LeroError):
            checked(table, lambda rows, at=position: shifted(rows[at]))  # type: ignore[misc]
        looked += 1
    assert looked > 2


@pytest.mark.parametrize("column", ["value", "lower", "upper", "noisy_value"])
@pytest.mark.parametrize("table", ["members_by_area", "contacts_by_region", "long_term", "stay"])
def test_any_one_number_of_a_count_that_is_off_by_one_is_found(
    checked: Checked, files: dict[str, bytes], table: str, column: str
) -> None:
    looked = 0
    for position, row in figures(files, table):
        if row["unit"] not in COUNTED or int(row["lower"]) <= 0 or looked > 12:
            continue

        def change(rows: list[Row], at: int = position) -> None:
            rows[at][column] = str(int(rows[at][column]) + 1)

        with pytest.raises(LeroError):
            checked(table, change)
        looked += 1
    assert looked > 2


@pytest.mark.parametrize("table", ["sure_bands", "sure_change", "long_term", "recorded"])
@pytest.mark.parametrize("column", ["value", "lower", "upper", "noisy_value", "noise_variance"])
def test_a_share_or_quantile_that_does_not_follow_from_its_counts_is_found(
    checked: Checked, files: dict[str, bytes], table: str, column: str
) -> None:
    looked = 0
    for position, row in figures(files, table):
        if row["unit"] in COUNTED or row["statistic"] == "mean_change" or row["level"] != "all":
            continue

        def change(rows: list[Row], at: int = position) -> None:
            rows[at][column] = str(float(rows[at][column]) + 0.01)

        with pytest.raises(LeroError):
            checked(table, change)
        looked += 1
    assert looked >= 3


def test_the_people_beside_a_share_are_checked_too(checked: Checked, files: dict[str, bytes]) -> None:
    [position, *_] = [at for at, row in figures(files, "long_term") if row["people"] and row["statistic"] == "share"]

    def change(rows: list[Row]) -> None:
        rows[position]["people"] = str(int(rows[position]["people"]) + 1)

    with pytest.raises(LeroError, match="does not follow"):
        checked("long_term", change)


def test_a_number_due_that_is_not_the_sum_of_its_parts_is_found(checked: Checked, files: dict[str, bytes]) -> None:
    [position, *_] = [at for at, row in figures(files, "sure_change") if row["statistic"] == "due"]
    with pytest.raises(LeroError, match="sure_change"):
        checked("sure_change", lambda rows: shifted(rows[position]))


def test_a_total_of_contacts_that_forgets_what_was_left_out_is_found(checked: Checked, files: dict[str, bytes]) -> None:
    rows = read_rows(files["data/contacts_by_region.csv"])
    [whole] = [at for at, r in enumerate(rows) if (r["level"], r["period"]) == ("all", "all")]
    assert rows[whole]["mark"] == "", "the total has what was left out added back"

    def change(rows: list[Row]) -> None:
        for column in ("noisy_value", "value", "lower", "upper"):
            rows[whole][column] = str(int(rows[whole][column]) - 2)

    with pytest.raises(LeroError, match="what was kept and what was left out"):
        checked("contacts_by_region", change)


def test_an_authority_of_a_table_by_area_alone_stands_in_no_sum(checked: Checked, files: dict[str, bytes]) -> None:
    """A limit that is stated: the region also holds residents who are members of LEROs elsewhere, who are not shown."""
    [position, *_] = [
        at for at, row in figures(files, "members_by_area") if row["level"] == "authority" and int(row["lower"]) > 0
    ]
    checked("members_by_area", lambda rows: shifted(rows[position]))
