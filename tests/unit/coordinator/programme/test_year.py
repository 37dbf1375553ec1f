"""A year of requests: priced, refused with line and fix where it cannot be, and signed so that nodes know it again."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lero_contract.codec import decode_programme, decode_request, encode_programme, envelope_from_bytes
from lero_contract.days import to_day
from lero_contract.dictionary import load_dictionary
from lero_contract.envelope import PROGRAMME, REQUEST, open_one, sign
from lero_contract.errors import DataNotValid
from lero_contract.plan import compile_plan
from lero_contract.price import NANO
from lero_coordinator.cli import cli
from lero_coordinator.keys import write_key
from lero_coordinator.programme.text import as_dict, as_text
from lero_coordinator.programme.year import VALID_DAYS_AFTER, programme_from, year_from
from lero_node.gate.covering import offered
from lero_node.gate.policy import parse_policy
from lero_policies import ROOT
from support.offices import MadeOffice, make_node, make_office
from support.requests import ALL_COLLECTED

DICTIONARY = load_dictionary()
PHRASE = "a long enough one"
# reach costs 0.1 rho and new-members 0.07: 0.17 of 0.25, and 0.05 in reserve.
SMALL = """\
name = "small-year"
title = "A small year"
allowance_rho = 0.25
reserve_rho = 0.05

[[entries]]
id = "first"
request = "reach"
cut_date = "03-31"
opens_after_days = 14

[[entries]]
id = "second"
request = "new-members"
cut_date = "06-30"
opens_after_days = 1
"""


@pytest.fixture
def made(tmp_path: Path) -> Iterator[MadeOffice]:
    (tmp_path / "phrase").write_text(PHRASE)
    nodes = [make_node(name, collects=ALL_COLLECTED) for name in ("east", "west")]
    office = make_office(tmp_path / "home", nodes, now_s=int(time.time()))
    write_key(office.analyst, tmp_path / "analyst", PHRASE.encode())
    yield office
    office.office.close()


def written(tmp_path: Path, text: str = SMALL) -> str:
    (tmp_path / "year.toml").write_text(text)
    return str(tmp_path / "year.toml")


def test_each_request_is_priced_and_dated_in_the_year(tmp_path: Path) -> None:
    found = year_from(written(tmp_path), 2026, DICTIONARY)
    assert [(e.cut_date, e.opens) for e in found.entries] == [
        (date(2026, 3, 31), date(2026, 4, 14)),
        (date(2026, 6, 30), date(2026, 7, 1)),
    ]
    assert [e.request.price_nano_rho for e in found.entries] == [100_000_000, 70_000_000]
    assert [e.request.cut_date_day for e in found.entries] == [to_day(date(2026, 3, 31)), to_day(date(2026, 6, 30))]
    assert (found.price_nano_rho, found.reserve_nano_rho, found.allowance_nano_rho) == (
        170_000_000,
        50_000_000,
        250_000_000,
    )


def test_the_year_is_shown_with_shares_a_running_total_bars_and_the_small_print(tmp_path: Path) -> None:
    lines = as_text(year_from(written(tmp_path), 2026, DICTIONARY)).splitlines()
    # Of 40 signs: 0.1 of 0.25 is 16, 0.07 more is 27.2, and 0.05 in reserve 35.2.
    first, second, reserve = lines[3:6]
    assert first.split()[:7] == ["first", "reach", "2026-03-31", "2026-04-14", "0.1", "40%", "40%"]
    assert first.endswith("[" + "#" * 16 + "." * 24 + "]")
    assert second.endswith("28%    68%     [" + "." * 16 + "#" * 11 + "." * 13 + "]")
    assert reserve.endswith("20%    88%     [" + "." * 27 + "=" * 8 + "." * 5 + "]")
    assert (
        "68% of a year's allowance of 0.25 rho is for these requests (#), 20% is kept for others (=), 12%" in lines[7]
    )
    # PRIVACY.md: rho 0.2 a year reads 3.13, and 1.0 and 2.0 over five and ten years 7.77 and 11.69.
    found = as_dict(year_from(written(tmp_path, SMALL.replace("0.05", "0.03")), 2026, DICTIONARY))
    epsilon = found["epsilon"]["with the reserve"]
    assert {years: round(value, 2) for years, value in epsilon.items()} == {"1": 3.13, "5": 7.77, "10": 11.69}
    two = found["epsilon"]["with the reserve, two memberships"]
    assert round(two["5"], 2) == 11.69  # two memberships for five years are one for ten


@pytest.mark.parametrize(
    ("changes", "said", "fix"),
    [
        (('"reach"', '"reech"'), 'line 8: the catalogue has no "reech"; "reach" was meant?.', "catalogue list"),
        (("06-30", "02-28"), "line 15: 02-28 comes before 03-31 of the entry above.", "order of their dates"),
        (
            ("allowance_rho = 0.25", "allowance_rho = 0.2"),
            "line 3: the entries cost 0.17 rho and the reserve is",
            "out",
        ),
        (('id = "second"', 'id = "first"'), 'line 13: there is an entry "first" above.', "its own id"),
        (("06-30", "06-31"), "line 15: cut_date: there is no day 06-31", "keys"),
        (("opens_after_days = 14", "opens_after = 14"), 'line 10: there is no key "opens_after"', "keys"),
        (("reserve_rho = 0.05", "reserve_rho = -1"), "line 4: reserve_rho: ", "keys"),
        (
            ("reserve_rho = 0.05", "reserve_rho = 0.00000000001"),
            "line 4: reserve_rho: a price has at most nine",
            "keys",
        ),
        (('name = "small-year"', 'name = "Small"'), "line 1: name: ", "keys"),
        (("[[entries]]", "[[entries]"), "is not TOML", "Mend that line"),
    ],
)
def test_what_cannot_be_is_refused_with_its_line_and_the_fix(
    tmp_path: Path, changes: tuple[str, str], said: str, fix: str
) -> None:
    file = written(tmp_path, SMALL.replace(*changes, 1))
    with pytest.raises(DataNotValid) as refused:
        year_from(file, 2026, DICTIONARY)
    assert said in refused.value.detail
    assert "year.toml" in refused.value.detail
    assert fix in refused.value.next_step


def test_a_day_that_only_some_years_have_is_refused_in_the_others(tmp_path: Path) -> None:
    leap = SMALL.replace("03-31", "02-29")
    assert year_from(written(tmp_path, leap), 2028, DICTIONARY).entries[0].cut_date == date(2028, 2, 29)
    with pytest.raises(DataNotValid, match="line 9: 2026 has no 29 February"):
        year_from(written(tmp_path, leap), 2026, DICTIONARY)


def test_a_name_that_is_neither_ready_nor_a_file_is_refused_with_the_ready_ones() -> None:
    with pytest.raises(DataNotValid) as refused:
        year_from("no-such-year", 2026, DICTIONARY)
    assert "standard-year" in refused.value.next_step


@pytest.mark.parametrize("year", [2026, 2027, 2028])
def test_the_standard_year_fits_a_usual_node_and_leaves_a_reserve(made: MadeOffice, year: int) -> None:
    held = made.office.roster()
    found = programme_from(year_from("standard-year", year, DICTIONARY, held), DICTIONARY, held, 0)
    assert found.allowance_nano_rho == NANO // 4
    assert found.reserve_nano_rho >= 50_000_000
    kinds = {type(table.kind).__name__ for entry in found.entries for table in entry.tables}
    assert {"Headcount", "Activity", "Change", "Retention", "Recovery"} <= kinds
    policy = parse_policy(ROOT.joinpath("node-policy.example.toml").read_text(encoding="utf-8"))
    own = held.roster.node("east")
    seen = offered(sign(PROGRAMME, encode_programme(found), made.analyst), held.roster, own, policy, DICTIONARY)
    assert seen.reasons == ()
    assert seen.price_nano_rho == found.price_nano_rho
    for entry in found.entries:
        assert compile_plan(found.request_of(entry, "east", 1, bytes(32)), DICTIONARY, own).not_collected == ()


def test_what_is_signed_is_valid_until_some_weeks_after_its_last_request_opens(
    made: MadeOffice, tmp_path: Path
) -> None:
    held = made.office.roster()
    found = programme_from(year_from(written(tmp_path), 2026, DICTIONARY, held), DICTIONARY, held, 1_700_000_000)
    assert found.valid_from_s == 1_700_000_000
    assert found.expires_at_s == (to_day(date(2026, 7, 1)) + VALID_DAYS_AFTER) * 86_400
    assert (found.key, found.federation_id, found.synthetic) == ("small-year-2026", "lero-test", True)


def test_a_year_that_is_over_is_not_signed(made: MadeOffice, tmp_path: Path) -> None:
    held = made.office.roster()
    with pytest.raises(DataNotValid, match="of 2020 would have expired"):
        programme_from(year_from(written(tmp_path), 2020, DICTIONARY, held), DICTIONARY, held, 1_700_000_000)


def types(made: MadeOffice, *words: str) -> Result:
    result = CliRunner().invoke(cli, ["--home", str(made.office.home.folder), *words])
    assert result.exit_code == 0, result.output
    return result


def test_a_request_drafted_from_the_programme_and_signed_is_the_one_that_was_approved(
    made: MadeOffice, tmp_path: Path
) -> None:
    key = ("--analyst-key", str(tmp_path / "analyst"), "--passphrase-file", str(tmp_path / "phrase"))
    signed, draft, request = (str(tmp_path / name) for name in ("year.programme", "first.toml", "first.request"))
    # A cut date that is over by this computer's clock, and not long ago.
    cut_date = datetime.now(UTC).date().replace(day=1) - timedelta(days=1)
    year, day = str(cut_date.year), f"{cut_date:%m-%d}"
    file = written(tmp_path, SMALL.replace("03-31", day).replace("06-30", day))
    said = types(made, "programme", "sign", file, "--year", year, *key, "--out", signed, "--json")
    assert json.loads(said.stdout)["programme"] == f"small-year-{year}"
    types(made, "programme", "draft", file, "first", "--year", year, "--out", draft)
    types(made, "request", "sign", draft, *key, "--out", request)
    keys = made.office.roster().roster.analyst_keys
    programme_payload, by = open_one(envelope_from_bytes(Path(signed).read_bytes()), PROGRAMME, keys)
    request_payload, also_by = open_one(envelope_from_bytes(Path(request).read_bytes()), REQUEST, keys)
    programme, asked = decode_programme(programme_payload), decode_request(request_payload)
    assert by == also_by
    assert programme.entry("first").is_asked_by(asked)
    assert not programme.entry("second").is_asked_by(asked)
    edited = Path(draft).read_text().replace("Reach by authority", "Reach by an authority", 1)
    (tmp_path / "edited.toml").write_text(edited)
    types(made, "request", "sign", str(tmp_path / "edited.toml"), *key, "--out", str(tmp_path / "edited.request"))
    other, _ = open_one(envelope_from_bytes((tmp_path / "edited.request").read_bytes()), REQUEST, keys)
    assert not programme.entry("first").is_asked_by(decode_request(other))


def test_a_programme_is_not_signed_with_a_key_that_no_node_would_believe(made: MadeOffice, tmp_path: Path) -> None:
    write_key(made.publisher, tmp_path / "press", PHRASE.encode())
    words = ["--analyst-key", str(tmp_path / "press"), "--passphrase-file", str(tmp_path / "phrase")]
    sign = ["programme", "sign", written(tmp_path), "--year", "2026", *words, "--out", str(tmp_path / "x")]
    result = CliRunner().invoke(cli, ["--home", str(made.office.home.folder), *sign])
    assert (result.exit_code, "not a listed analyst's" in result.stderr) == (3, True)


def test_an_entry_that_is_not_there_is_named_beside_those_there_are(made: MadeOffice, tmp_path: Path) -> None:
    draft = ["programme", "draft", written(tmp_path), "third", "--year", "2026", "--out", str(tmp_path / "x")]
    result = CliRunner().invoke(cli, ["--home", str(made.office.home.folder), *draft])
    assert (result.exit_code, "It has: first, second." in result.stderr) == (6, True)


def test_a_year_is_shown_without_a_coordinators_home(tmp_path: Path) -> None:
    words = ["--home", str(tmp_path / "nowhere"), "programme", "show", "standard-year", "--year", "2026", "--json"]
    shown = CliRunner().invoke(cli, words)
    assert shown.exit_code == 0
    assert json.loads(shown.stdout)["price_rho"] <= 0.2
