"""A draft mapping from headings: useful as it stands, valid once a person has stated what headings cannot say."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from lero_contract.days import to_day
from lero_contract.dictionary import load_dictionary
from lero_contract.errors import DataNotValid
from lero_node.data.columns import check_mapping
from lero_node.data.load import load_export
from lero_node.data.mapping import collects, parse_mapping
from lero_node.data.suggest import suggest_mapping
from support import messy

TODAY = date(2026, 4, 3)


def write_plain_export(folder: Path) -> Path:
    """An export with usual headings, one score a column, and words the dictionary has not."""
    members = ["Client Ref,Date of Birth,Gender,Local Authority,Referral Date,Start Date,End Date,Full Name"]
    members += [
        f"{n:03d},{n + 1:02d}/05/1980,Sparkly,Leeds,01/02/2024,{n + 1:02d}/02/2024,,Canary {n}" for n in range(20)
    ]
    (folder / "clients.csv").write_text("\n".join(members))
    (folder / "reviews.csv").write_text(
        "Client Ref,Review Date,SURE,SWEMWBS\n001,13/05/2024,44,21\n002,14/05/2024,,22\n"
    )
    (folder / "sessions.csv").write_text("Client Ref,Session Date,Session Type\n001,13/05/2024,Group\n")
    (folder / "steps.csv").write_text("Client Ref,Date Achieved,Milestone\n001,13/05/2024,Own home\n")
    return folder


def suggested(folder: Path) -> str:
    return suggest_mapping([folder], load_dictionary(), "Our case system", TODAY)


def test_the_draft_waits_for_the_day_that_a_person_must_state(tmp_path: Path) -> None:
    with pytest.raises(DataNotValid, match="'complete_from' is missing"):
        parse_mapping(suggested(write_plain_export(tmp_path)), load_dictionary())


def test_the_finished_draft_reads_the_export(tmp_path: Path) -> None:
    text = suggested(write_plain_export(tmp_path)).replace("# complete_from", "complete_from")
    mapping = parse_mapping(text, load_dictionary())
    assert collects(mapping) == (
        "activities",
        "area",
        "birth_year",
        "joined",
        "left",
        "milestones",
        "referred",
        "reviews",
        "sex",
        "sure.total",
        "swemwbs.metric",
    )
    assert check_mapping(mapping, tmp_path, load_dictionary()).is_sound
    day = to_day(TODAY)
    loaded = load_export(mapping, tmp_path, load_dictionary(), hash_key=b"h" * 32, today_day=day, cut_date_day=day)
    assert {name: table.num_rows for name, table in loaded.tables.items()} == {
        "members": 20,
        "reviews": 3,
        "activities": 1,
        "milestones": 1,
    }
    swemwbs = [r["score"] for r in loaded.tables["reviews"].to_pylist() if r["measure"] == "swemwbs.metric"]
    assert swemwbs == [1925, 1998]


def test_frequent_words_without_a_code_are_shown_and_names_are_not(tmp_path: Path) -> None:
    text = suggested(write_plain_export(tmp_path))
    assert '# Words to give a code in `values`: "Sparkly"' in text
    assert '# Not used: "Full Name"' in text
    assert "Canary" not in text


def test_a_messy_export_yields_a_draft_too(tmp_path: Path) -> None:
    text = suggested(messy.write_messy_export(tmp_path))
    assert 'member_id = { column = "Client Ref" }' in text
    assert 'birth_year = { column = "DOB", as = "date" }' in text
    assert 'measures = ["ons4.satisfaction", "sure.total"]' in text
    assert "Canary" not in text


def test_an_export_without_members_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "sessions.csv").write_text("Client Ref,Session Date,Session Type\n001,13/05/2024,Group\n")
    with pytest.raises(DataNotValid, match="list of members"):
        suggested(tmp_path)


def test_the_check_shows_what_was_found_missed_and_not_read(tmp_path: Path) -> None:
    mapping = parse_mapping(messy.MAPPING, load_dictionary())
    sound = check_mapping(mapping, messy.write_messy_export(tmp_path), load_dictionary())
    assert sound.is_sound
    assert ("members", "members march.csv", "DOB") in sound.found
    assert sound.unused == (("members march.csv", "Name"),)
    renamed = check_mapping(mapping, messy.write_renamed_export(tmp_path), load_dictionary())
    assert not renamed.is_sound
    assert "'Date of birth' looks like it" in renamed.to_text()
    assert len(renamed.to_dict()["faults"]) == 2
