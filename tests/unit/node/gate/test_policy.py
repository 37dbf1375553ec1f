"""The policy file: read strictly, prices exact, and every slip of the pen named with its line and the fix."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from lero_contract.errors import DataNotValid
from lero_node.gate.policy import load_policy, nano, parse_policy
from lero_node.privacy.ledger import Caps
from lero_policies import ROOT

EXAMPLE = ROOT.joinpath("node-policy.example.toml").read_text(encoding="utf-8")
DEMO = ROOT.joinpath("node-policy.demo.toml").read_text(encoding="utf-8")
KEYS = (
    "version",
    "purposes",
    "analysts",
    "modes",
    "dimensions",
    "most_dimensions",
    "most_cells",
    "most_cells_per_member",
    "least_noise",
    "table",
    "request",
    "year",
    "lifetime",
    "run",
    "release",
    "slot_s",
    "publish_alone",
)


def line_of(key: str, text: str = EXAMPLE) -> int:
    [found] = [n for n, line in enumerate(text.splitlines(), 1) if line.startswith(f"{key} = ")]
    return found


def changed(key: str, value: str) -> str:
    """The example policy with another value on one line."""
    return re.sub(rf"(?m)^{key} = .*$", f"{key} = {value}", EXAMPLE)


def complaint(text: str) -> str:
    with pytest.raises(DataNotValid) as refused:
        parse_policy(text)
    assert refused.value.next_step
    return refused.value.detail


def test_the_example_policy_asks_a_person_and_allows_a_quarter_of_rho_a_year() -> None:
    policy = parse_policy(EXAMPLE)
    assert policy.gates.run == "ask"
    assert policy.caps == Caps(year_nano_rho=250_000_000, lifetime_nano_rho=2_000_000_000)
    assert (nano(policy.prices.table), nano(policy.prices.request)) == (50_000_000, 120_000_000)
    assert policy.requests.least_noise == 2
    assert not policy.publication.publish_alone


def test_the_demo_policy_loads_and_asks_nobody() -> None:
    assert parse_policy(DEMO).gates.run == "automatic"


def test_prices_are_exact_to_the_billionth_and_never_rounded_up() -> None:
    assert nano(Decimal("0.1")) == 100_000_000
    assert nano(Decimal("0.3")) == 300_000_000
    assert nano(Decimal("0.0000000019")) == 1
    assert nano(Decimal("2.0")) == 2_000_000_000
    assert parse_policy(changed("year", "0.123456789")).caps.year_nano_rho == 123_456_789


@pytest.mark.parametrize("key", KEYS)
def test_a_missing_key_is_named(key: str) -> None:
    lines = EXAMPLE.splitlines()
    start = line_of(key) - 1
    end = start + 1
    while lines[start].count("[") and "]" not in "".join(lines[start:end]):
        end += 1
    text = "\n".join(lines[:start] + lines[end:])
    assert re.search(rf"\b{key}: Field required", complaint(text))


@pytest.mark.parametrize("key", KEYS)
def test_a_misspelt_key_is_named_with_its_line_and_so_is_the_one_that_was_meant(key: str) -> None:
    said = complaint(EXAMPLE.replace(f"\n{key} = ", f"\n{key}x = "))
    assert re.search(rf"line {line_of(key)}, \S*\b{key}x: Extra inputs", said)
    assert re.search(rf"\b{key}: Field required", said)


@pytest.mark.parametrize("section", ["requests", "prices", "gates", "publication"])
def test_a_misspelt_section_is_named_with_its_line(section: str) -> None:
    line = EXAMPLE.splitlines().index(f"[{section}]") + 1
    assert f"line {line}, {section}s: Extra" in complaint(EXAMPLE.replace(f"[{section}]", f"[{section}s]"))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("version", "2"),
        ("analysts", "[]"),
        ("modes", '["pooled"]'),
        ("modes", '["exact"]'),
        ("most_dimensions", "5"),
        ("most_dimensions", "-1"),
        ("most_cells", "0"),
        ("most_cells", "true"),
        ("most_cells_per_member", "1.5"),
        ("least_noise", "0"),
        ("least_noise", "0.99"),
        ("least_noise", "nan"),
        ("table", "0"),
        ("table", "-0.05"),
        ("table", "nan"),
        ("year", "inf"),
        ("year", "11"),
        ("lifetime", "101"),
        ("run", '"never"'),
        ("release", '"never"'),
        ("slot_s", "0"),
        ("slot_s", "86401"),
        ("publish_alone", '"no"'),
        ("publish_alone", "0"),
    ],
)
def test_a_value_out_of_range_is_named_with_its_line(key: str, value: str) -> None:
    assert f"line {line_of(key)}, " in complaint(changed(key, value))


@pytest.mark.parametrize(
    ("key", "value"), [("table", "0.13"), ("request", "0.26"), ("year", "2.1"), ("lifetime", "0.2")]
)
def test_prices_must_rise_from_table_to_request_to_year_to_lifetime(key: str, value: str) -> None:
    assert "rise" in complaint(changed(key, value))


def test_equal_prices_are_fine() -> None:
    assert parse_policy(changed("table", "0.12")).prices.table == Decimal("0.12")


def test_a_file_that_is_no_toml_says_where() -> None:
    assert "line 1" in complaint("version 1\n")


def test_a_key_given_twice_is_refused() -> None:
    assert complaint(EXAMPLE.replace("year = 0.25", "year = 0.25\nyear = 2.5"))


def test_a_missing_empty_or_unreadable_file_stops_the_start_in_words(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    with pytest.raises(DataNotValid, match="There is no policy"):
        load_policy(path)
    path.write_bytes(b"")
    with pytest.raises(DataNotValid, match="Field required"):
        load_policy(path)
    path.write_bytes(EXAMPLE.encode("utf-16"))
    with pytest.raises(DataNotValid, match="cannot be read"):
        load_policy(path)
    path.write_text(EXAMPLE)
    assert load_policy(path) == parse_policy(EXAMPLE)


STANDING = f"""
[[standing]]
words = "The quarter"
template = "{"a" * 64}"
analyst_key = "{"b" * 64}"
most_rho = 0.02
times = 4
from = 2026-04-01
until = 2027-03-31
"""


def test_a_standing_approval_is_read_with_exact_price_and_days() -> None:
    [found] = parse_policy(EXAMPLE + STANDING).standing
    assert (found.words, found.times, nano(found.most_rho)) == ("The quarter", 4, 20_000_000)
    assert (found.first, found.until) == (date(2026, 4, 1), date(2027, 3, 31))
    assert parse_policy(EXAMPLE).standing == ()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("words", '""'),
        ("words", '"two\\nlines"'),
        ("template", '"abc"'),
        ("template", f'"{"A" * 64}"'),
        ("analyst_key", '"*"'),
        ("most_rho", "0"),
        ("most_rho", "nan"),
        ("times", "0"),
        ("times", "1001"),
        ("times", "true"),
        ("from", '"2026-04-01"'),
        ("until", "2026-03-31"),  # the day before it begins
        ("until", "2027-03-31T00:00:00"),
    ],
)
def test_a_wrong_value_in_the_second_standing_approval_is_named_with_its_own_line(key: str, value: str) -> None:
    wrong = re.sub(rf"(?m)^{key} = .*$", lambda _: f"{key} = {value}", STANDING)
    text = EXAMPLE + STANDING + wrong
    line = max(n for n, written in enumerate(text.splitlines(), 1) if written.startswith(f"{key} = "))
    assert f"line {line}, standing.1.{key}" in complaint(text)


@pytest.mark.parametrize("key", ["purposes", "dimensions"])
def test_a_name_that_nobody_could_ask_for_is_told_with_its_line(key: str) -> None:
    said = complaint(EXAMPLE.replace(f"{key} = [", f'{key} = ["comissioning", '))
    assert "there is no 'comissioning'" in said
    assert f"line {line_of(key)}, " in said
