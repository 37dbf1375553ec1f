"""Setting up once, importing only what was promised: each wrong turn ends in words."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lero_contract.days import to_day
from lero_contract.errors import DataNotValid, NotReady
from lero_node.home import Home, Settings, exclusively, load_settings, save_settings
from lero_node.importing import use_mapping
from lero_node.node import open_node, roster_day
from lero_node.setup import initialise
from support.nodes import KEY, MAPPING, POLICY, MadeNode, make_node, marks_beside
from support.requests import ISSUED_S

SETTINGS = Settings(
    areas=["E06000062", "E06000001", "E06000062"],
    public_members=90,
    storage_key="credential:test",
)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "quayside")
    made.make()
    return made


@pytest.fixture
def made(tmp_path: Path) -> MadeNode:
    return make_node(tmp_path)


def set_up(home: Home, policy: str = POLICY, mapping: str = MAPPING, about: Settings = SETTINGS) -> None:
    initialise(home, about, policy, mapping, lambda: KEY)


def test_a_folder_is_set_up_once(home: Home) -> None:
    set_up(home)
    before = home.identity.read_bytes()
    with pytest.raises(DataNotValid, match="belongs to a node already"):
        set_up(home)
    assert home.identity.read_bytes() == before


@pytest.mark.parametrize(
    "wrong",
    [
        {"policy": POLICY.replace("slot_s", "slots")},
        {"mapping": MAPPING.replace("member_id", "membr_id")},
        {"about": SETTINGS.model_copy(update={"areas": ["E12000004"]})},
        {"about": SETTINGS.model_copy(update={"areas": []})},
    ],
)
def test_a_fault_in_what_was_given_leaves_no_identity_behind(home: Home, wrong: dict[str, str]) -> None:
    with pytest.raises(DataNotValid):
        set_up(home, **wrong)  # type: ignore[arg-type]
    assert not home.identity.exists()


def test_before_set_up_and_before_joining_the_next_step_is_named(home: Home) -> None:
    with pytest.raises(NotReady, match="not been set up"):
        open_node(home, KEY, lambda: ISSUED_S, marks_beside(home))
    set_up(home)
    with pytest.raises(NotReady, match="has not joined"):
        open_node(home, KEY, lambda: ISSUED_S, marks_beside(home))


def test_the_day_of_a_roster_does_not_depend_on_where_the_computer_stands(
    made: MadeNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    roster = replace(made.node.rosters.newest, issued_at_s=ISSUED_S)  # 23:33 UTC on 31 March: 1 April further east
    for zone in ("UTC", "Pacific/Auckland", "America/Los_Angeles"):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        assert roster_day(roster) == to_day(date(2026, 3, 31))
    monkeypatch.undo()
    time.tzset()


@settings(max_examples=40)
@given(place=st.text(), areas=st.lists(st.text(max_size=9), max_size=3))
def test_settings_come_back_whatever_letters_are_in_them(
    tmp_path_factory: pytest.TempPathFactory, place: str, areas: list[str]
) -> None:
    home = Home(tmp_path_factory.mktemp("home"))
    written = SETTINGS.model_copy(update={"storage_key": place, "areas": areas})
    save_settings(home, written)
    assert load_settings(home) == written


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("public_members = true", "public_members"),
        ("version = ", "not valid TOML"),
        ('aeras = ["x"]', "aeras"),
    ],
)
def test_damaged_settings_are_told_by_key(home: Home, text: str, words: str) -> None:
    home.settings.write_text(text)
    with pytest.raises(DataNotValid, match=words):
        load_settings(home)


def test_two_imports_at_once_are_one_too_many(made: MadeNode) -> None:
    with exclusively(made.home.import_lock, "Another import."), pytest.raises(NotReady, match="Another import"):
        made.import_rows()
    assert made.import_rows()


def test_an_export_cannot_be_complete_to_a_day_that_has_not_come(made: MadeNode) -> None:
    with pytest.raises(DataNotValid, match="has not come"):
        made.import_rows(complete_to=date(2026, 4, 1))
    assert made.node.snapshot is None


def test_an_import_that_accepts_nothing_leaves_the_last_one_standing(made: MadeNode) -> None:
    first = made.import_rows()
    with pytest.raises(DataNotValid):
        made.import_rows(members="Ref,Born,Gender,Authority,Start,End\n,,,,,\n")
    assert made.node.snapshot is not None and made.node.snapshot.snapshot_id == first


def test_a_mapping_that_reads_less_than_was_promised_is_not_taken_into_use(made: MadeNode) -> None:
    less = MAPPING.replace('sex = { column = "Gender", values = { "M" = "male", "F" = "female" } }\n', "")
    with pytest.raises(DataNotValid, match="sex"):
        use_mapping(made.home, less)
    assert made.home.mapping.read_text() == MAPPING
    use_mapping(made.home, MAPPING.replace("Gender", "Sex"))
    assert "Sex" in made.home.mapping.read_text()
