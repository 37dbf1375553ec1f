"""Setting up once, joining once, importing only what was promised: each wrong turn ends in words."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lero_contract.codec import decode_enrolment, decode_welcome, encode_welcome, envelope_from_bytes
from lero_contract.days import to_day
from lero_contract.envelope import ENROLMENT, key_id, open_one
from lero_contract.errors import DataNotValid, NotReady, OutOfTime, Unauthorised
from lero_node.home import Home, Settings, exclusively, load_settings, save_settings
from lero_node.importing import use_mapping
from lero_node.node import open_node, roster_day
from lero_node.setup import initialise, join, root_names, roots_named
from support.nodes import KEY, MAPPING, POLICY, MadeNode, make_node, marks_beside
from support.requests import DAY_S, ISSUED_S

SETTINGS = Settings(
    node_id="quayside",
    organisation_id="quayside-org",
    organisation_name="Quayside",
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


def set_up(home: Home, policy: str = POLICY, mapping: str = MAPPING, about: Settings = SETTINGS) -> bytes:
    return initialise(home, about, policy, mapping, lambda: KEY)


def test_the_wish_to_join_is_signed_and_says_what_the_mapping_collects(home: Home) -> None:
    envelope = envelope_from_bytes(set_up(home))
    wish = decode_enrolment(envelope.payload)
    open_one(envelope, ENROLMENT, {key_id(wish.entry.identity_key): wish.entry.identity_key})
    assert wish.organisation_name == "Quayside"
    assert wish.entry.areas == ("E06000001", "E06000062")
    assert wish.entry.collects == ("area", "birth_year", "joined", "left", "reviews", "sex", "sure.total")
    assert wish.entry.complete_from_day == to_day(date(2018, 4, 1))


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
        {"about": SETTINGS.model_copy(update={"node_id": "../quayside"})},
        {"about": SETTINGS.model_copy(update={"organisation_name": " "})},
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


def test_joining_opens_the_first_year_on_the_day_of_the_roster(made: MadeNode) -> None:
    standing = made.node.ledger.standing()
    assert (standing.year, standing.year_opened_roster_day) == (1, roster_day(made.node.rosters.newest))
    assert made.log() == ["joined"]


def test_a_node_joins_once(made: MadeNode) -> None:
    with pytest.raises(DataNotValid, match="joined a federation already"):
        join(made.home, made.home.welcome.read_bytes(), KEY, ISSUED_S, marks_beside(made.home))
    assert made.node.ledger.standing().year == 1


def test_a_welcome_for_another_node_or_another_key_is_refused(made: MadeNode, home: Home) -> None:
    welcome = decode_welcome(made.home.welcome.read_bytes())
    set_up(home)
    with pytest.raises(Unauthorised):
        join(home, encode_welcome(welcome), KEY, ISSUED_S, marks_beside(home))
    same_name = Home(home.folder.parent / "same")
    same_name.make()
    set_up(same_name, about=SETTINGS.model_copy(update={"node_id": "harbour"}))
    with pytest.raises(Unauthorised, match="another node"):
        join(same_name, encode_welcome(welcome), KEY, ISSUED_S, marks_beside(home))
    assert not same_name.welcome.exists()


def test_a_welcome_with_an_expired_or_damaged_roster_is_refused(made: MadeNode) -> None:
    welcome = decode_welcome(made.home.welcome.read_bytes())
    made.home.welcome.unlink()
    with pytest.raises(OutOfTime):
        join(made.home, encode_welcome(welcome), KEY, ISSUED_S + 91 * DAY_S, marks_beside(made.home))
    roster = bytearray(welcome.roster)
    roster[-1] ^= 1
    with pytest.raises(Unauthorised):
        join(made.home, encode_welcome(replace(welcome, roster=bytes(roster))), KEY, ISSUED_S, marks_beside(made.home))


def test_root_keys_are_named_by_sixteen_digits_to_be_compared_by_phone(made: MadeNode) -> None:
    roots = roots_named(made.home.welcome.read_bytes())
    [name] = root_names(roots)
    assert name.replace(" ", "") == key_id(roots.public_keys[0])[:16]
    assert [len(part) for part in name.split()] == [4, 4, 4, 4]


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
@given(name=st.text(), areas=st.lists(st.text(max_size=9), max_size=3))
def test_settings_come_back_whatever_the_organisation_is_called(
    tmp_path_factory: pytest.TempPathFactory, name: str, areas: list[str]
) -> None:
    home = Home(tmp_path_factory.mktemp("home"))
    written = SETTINGS.model_copy(update={"organisation_name": name, "areas": areas})
    save_settings(home, written)
    assert load_settings(home) == written


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("node_id = 7", "organisation_id"),
        ("version = ", "not valid TOML"),
        ('node_ID = "x"', "node_ID"),
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
