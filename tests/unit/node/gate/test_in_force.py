"""The policy in force is the confirmed one: an edited, missing or misspelt file stops the start and says what to do."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from lero_contract.errors import DataNotValid, LeroError, NotReady
from lero_node.gate.in_force import check_confirmed, confirm
from support.nodes import POLICY, MadeNode, make_node

STRICTER = POLICY.replace("year = 1.0", "year = 0.5")


@pytest.fixture
def made(tmp_path: Path) -> Iterator[MadeNode]:
    found = make_node(tmp_path)
    yield found
    found.node.close()


def complaint(made: MadeNode) -> LeroError:
    with pytest.raises(LeroError) as refused:
        made.reopen()
    return refused.value


def test_set_up_confirms_the_policy_it_was_given(made: MadeNode) -> None:
    assert made.home.confirmed_policy.read_bytes() == made.home.policy.read_bytes() == POLICY.encode()
    made.reopen()


def test_an_edited_file_stops_the_start_and_says_how_to_confirm_it(made: MadeNode) -> None:
    made.home.policy.write_text(STRICTER)
    error = complaint(made)
    assert isinstance(error, DataNotValid)
    assert "not confirmed" in error.detail
    assert "lero-node policy diff" in error.next_step and "lero-node policy confirm" in error.next_step
    confirm(made.home, STRICTER)
    made.reopen()
    assert made.node.policy.caps.year_nano_rho == 500_000_000


def test_a_remark_more_is_no_other_policy(made: MadeNode) -> None:
    made.home.policy.write_text("# For the trustees.\n" + POLICY)
    made.reopen()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "There is no policy at policy.toml"),
        (b"", "Field required"),
        (POLICY.encode("utf-16"), "cannot be read"),
        (POLICY.replace("slot_s =", "slots =").encode(), "line 26, gates.slots: Extra inputs"),
        (POLICY.replace('run = "automatic"', 'run = "automatik"').encode(), "line 24, gates.run"),
    ],
)
def test_a_missing_empty_unreadable_or_misspelt_file_stops_the_start_with_the_line(
    made: MadeNode, content: bytes | None, said: str
) -> None:
    if content is None:
        made.home.policy.unlink()
    else:
        made.home.policy.write_bytes(content)
    error = complaint(made)
    assert said in error.detail
    assert made.home.confirmed_policy.read_bytes() == POLICY.encode()


def test_a_home_whose_policy_was_never_confirmed_does_not_start(made: MadeNode) -> None:
    made.home.confirmed_policy.unlink()
    error = complaint(made)
    assert isinstance(error, NotReady)
    assert error.next_step == "Run: lero-node policy confirm"


def test_a_text_with_faults_is_never_confirmed(made: MadeNode) -> None:
    with pytest.raises(DataNotValid):
        confirm(made.home, POLICY.replace("version = 1", "version = 2"))
    assert made.home.policy.read_bytes() == made.home.confirmed_policy.read_bytes() == POLICY.encode()


def test_confirming_returns_the_digest_of_the_very_bytes_in_force(made: MadeNode) -> None:
    digest = confirm(made.home, STRICTER)
    assert digest == hashlib.sha256(made.home.confirmed_policy.read_bytes()).hexdigest()
    check_confirmed(made.home)


def test_a_running_node_follows_a_newly_confirmed_policy_at_once_and_an_edited_file_not_at_all(made: MadeNode) -> None:
    made.home.policy.write_text(STRICTER)
    assert made.node.policy.caps.year_nano_rho == 10**9
    confirm(made.home, STRICTER)
    assert made.node.policy.caps.year_nano_rho == 500_000_000


def test_a_file_saved_with_a_byte_order_mark_is_read(made: MadeNode) -> None:
    made.home.policy.write_bytes(b"\xef\xbb\xbf" + POLICY.replace("\n", "\r\n").encode())
    made.reopen()
