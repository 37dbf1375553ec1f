"""What a new policy would change, said key by key, and which way it leans."""

from __future__ import annotations

import re

import pytest

from lero_contract.dictionary import load_dictionary
from lero_node.gate.policy import Policy, parse_policy
from lero_node.gate.policy_change import EITHER, LOOSER, STRICTER, changes, in_words
from lero_node.gate.policy_words import sentences
from lero_policies import ROOT

EXAMPLE = ROOT.joinpath("node-policy.example.toml").read_text(encoding="utf-8")
DICTIONARY = load_dictionary()
OLD = parse_policy(EXAMPLE)
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


def changed(key: str, value: str) -> Policy:
    text, count = re.subn(rf"(?ms)^{key} = (\[.*?\]|[^\n]*)$", f"{key} = {value}", EXAMPLE, count=1)
    assert count == 1
    return parse_policy(text)


def test_the_same_policy_changes_nothing_whatever_its_remarks_and_the_order_of_its_lists() -> None:
    assert changes(OLD, parse_policy("# A remark.\n" + EXAMPLE), DICTIONARY) == []
    turned = changed("purposes", '["national_statistics", "service_improvement", "commissioning"]')
    assert changes(OLD, turned, DICTIONARY) == []


@pytest.mark.parametrize(
    ("key", "value", "leaning"),
    [
        ("purposes", '["commissioning"]', STRICTER),
        ("purposes", '["commissioning", "service_improvement", "national_statistics", "research"]', LOOSER),
        ("purposes", '["research"]', EITHER),
        ("analysts", '["asker"]', STRICTER),
        ("modes", "[]", STRICTER),
        ("dimensions", '["area"]', STRICTER),
        ("most_dimensions", "1", STRICTER),
        ("most_dimensions", "3", LOOSER),
        ("most_cells", "5001", LOOSER),
        ("most_cells_per_member", "41", LOOSER),
        ("least_noise", "1.5", LOOSER),
        ("least_noise", "2.5", STRICTER),
        ("table", "0.04", STRICTER),
        ("request", "0.13", LOOSER),
        ("year", "0.26", LOOSER),
        ("lifetime", "1.9", STRICTER),
        ("run", '"automatic"', LOOSER),
        ("release", '"ask"', STRICTER),
        ("slot_s", "300", EITHER),
        ("publish_alone", "true", LOOSER),
    ],
)
def test_every_key_that_changes_is_said_with_what_holds_what_would_hold_and_which_way(
    key: str, value: str, leaning: str
) -> None:
    new = changed(key, value)
    [found] = [change for change in changes(OLD, new, DICTIONARY) if change.key.endswith(f".{key}")]
    assert found.leaning == leaning
    assert found.before == sentences(OLD, DICTIONARY)[found.key]
    assert found.after == sentences(new, DICTIONARY)[found.key]
    assert found.before != found.after
    [back] = [change for change in changes(new, OLD, DICTIONARY) if change.key == found.key]
    assert back.leaning == {LOOSER: STRICTER, STRICTER: LOOSER, EITHER: EITHER}[leaning]


def test_a_larger_year_is_one_change_though_shares_of_it_are_said_in_other_sentences() -> None:
    assert [change.key for change in changes(OLD, changed("year", "0.5"), DICTIONARY)] == ["prices.year"]


def test_every_key_of_a_policy_has_its_sentence() -> None:
    sections = {"requests": OLD.requests, "prices": OLD.prices, "gates": OLD.gates, "publication": OLD.publication}
    keys = {f"{name}.{key}" for name, section in sections.items() for key in type(section).model_fields}
    assert set(sentences(OLD, DICTIONARY)) == keys


def test_from_everyone_to_one_analyst_is_stricter_and_to_another_is_neither() -> None:
    one, other = changed("analysts", '["asker"]'), changed("analysts", '["other"]')
    assert [c.leaning for c in changes(one, OLD, DICTIONARY)] == [LOOSER]
    assert [c.leaning for c in changes(one, other, DICTIONARY)] == [EITHER]


def test_each_standing_approval_is_said_by_itself_and_one_that_goes_says_what_follows() -> None:
    new = parse_policy(EXAMPLE + STANDING)
    [come], [gone] = changes(OLD, new, DICTIONARY), changes(new, OLD, DICTIONARY)
    assert (come.leaning, come.before) == (LOOSER, "")
    assert come.after == (
        "“The quarter” is answered without asking: at most 4 requests from 1 April 2026 to 31 March 2027, each at most "
        "0.02 rho, signed by the key bbbbbbbb, of the template aaaaaaaa."
    )
    assert (gone.leaning, gone.after) == (STRICTER, "")
    assert in_words([gone])[-1] == "  - then: it no longer holds, and such requests ask a person."
    longer = parse_policy(EXAMPLE + STANDING.replace("times = 4", "times = 5"))
    assert [c.leaning for c in changes(new, longer, DICTIONARY)] == [STRICTER, LOOSER]


def test_the_first_policy_is_said_whole() -> None:
    found = changes(None, parse_policy(EXAMPLE + STANDING), DICTIONARY)
    assert [change.key for change in found] == [*sentences(OLD, DICTIONARY), "standing"]
