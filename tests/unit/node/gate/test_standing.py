"""A yes given beforehand: bound to template, signer, price, days and a count, each of which alone stops it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lero_contract.codec import encode_request
from lero_contract.envelope import REQUEST, key_id, public_bytes, sign
from lero_contract.errors import DataNotValid
from lero_contract.plan import compile_plan
from lero_contract.price import NANO
from lero_contract.request import Request
from lero_contract.roster import Party
from lero_node.answer import answer, receive
from lero_node.compute import parent
from lero_node.deciding import approve_if_covered, standing_used, take_back_standing
from lero_node.gate.admission import Asked, template_digest
from lero_node.gate.in_force import confirm
from lero_node.gate.inbox import Decision
from lero_node.gate.policy import StandingApproval, parse_policy
from lero_node.gate.standing_text import with_approval, without_approval
from lero_policies import ROOT
from support.nodes import POLICY, MadeNode, make_node
from support.requests import DAY_S, ISSUED_S, table

EXAMPLE = ROOT.joinpath("node-policy.example.toml").read_text(encoding="utf-8")
ASKS = POLICY.replace('run = "automatic"', 'run = "ask"')
BY_AREA = table(dimensions=["area"])


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MadeNode]:
    """Asks a person, and computes twelve zeros."""
    found = make_node(tmp_path, ASKS)
    found.import_rows()
    monkeypatch.setattr(parent, "run", lambda job: (0,) * 12)
    yield found
    found.node.close()


def approval_of(made: MadeNode, asked: Request, **changes: object) -> StandingApproval:
    plain = {
        "words": "Members by area",
        "template": template_digest(asked).hex(),
        "analyst_key": key_id(public_bytes(made.analyst)),
        "most_rho": "0.02",
        "times": 2,
        "from": date(2026, 3, 31),
        "until": date(2026, 4, 30),
    }
    return StandingApproval.model_validate(plain | changes)


def in_force(made: MadeNode, *approvals: StandingApproval) -> None:
    text = ASKS
    for approval in approvals:
        text = with_approval(text, approval)
    confirm(made.home, text)


def decided(made: MadeNode, number: int, **changes: object) -> Decision:
    return made.heard(made.asked(BY_AREA, number=number, **changes)).decision


def test_requests_of_the_template_are_approved_until_the_count_and_a_flood_stops_there(made: MadeNode) -> None:
    in_force(made, approval_of(made, made.asked(BY_AREA)))
    found = [decided(made, number) for number in range(1, 41)]
    assert found == [Decision.APPROVED] * 2 + [Decision.WAITING] * 38
    assert made.item(made.asked(BY_AREA)).reason == "by the standing approval “Members by area”"


def test_the_count_is_the_ledgers_also_when_the_inbox_was_lost(made: MadeNode) -> None:
    approval = approval_of(made, made.asked(BY_AREA))
    in_force(made, approval)
    for number in (1, 2):
        answer(made.node, made.heard(made.asked(BY_AREA, number=number)))
    made.node.close()
    made.home.inbox.unlink()
    made.reopen()
    assert standing_used(made.node, approval) == 2
    assert decided(made, 3) is Decision.WAITING


def test_one_approved_by_hand_counts_and_one_before_the_first_day_does_not(made: MadeNode) -> None:
    early = made.heard(made.asked(BY_AREA))
    made.node.inbox.decide(early.request_id, Decision.APPROVED, "", "", ISSUED_S)
    answer(made.node, made.item(made.asked(BY_AREA)))
    same_day = approval_of(made, made.asked(BY_AREA))
    day_after = approval_of(made, made.asked(BY_AREA), **{"from": date(2026, 4, 1)})
    assert (standing_used(made.node, same_day), standing_used(made.node, day_after)) == (1, 0)


def test_another_day_price_or_template_asks_a_person(made: MadeNode) -> None:
    asked = made.asked(BY_AREA)
    for changes in (
        {"most_rho": "0.019999999"},
        {"template": "0" * 64},
        {"analyst_key": "0" * 64},
        {"from": date(2026, 3, 30), "until": date(2026, 3, 30)},
        {"from": date(2026, 4, 1)},
    ):
        in_force(made, approval_of(made, asked, **changes))
        assert decided(made, 1) is Decision.WAITING, changes
    in_force(made, approval_of(made, asked))
    assert decided(made, 2) is Decision.APPROVED


def test_a_table_dearer_than_before_or_split_otherwise_is_another_template(made: MadeNode) -> None:
    in_force(made, approval_of(made, made.asked(BY_AREA), most_rho="0.5", times=9))
    dearer = table(dimensions=["area"], nano_rho=NANO // 10)
    assert made.heard(made.asked(dearer, number=1)).decision is Decision.WAITING
    assert made.heard(made.asked(table(dimensions=["sex"]), number=2)).decision is Decision.WAITING
    assert decided(made, 3, title="Another title", closes_at_s=ISSUED_S + DAY_S) is Decision.APPROVED


def test_the_same_template_by_another_listed_analyst_asks_a_person(made: MadeNode) -> None:
    other = Ed25519PrivateKey.generate()
    newest = made.node.rosters.newest
    made.accept(analysts=(*newest.analysts, Party("other", "body", public_bytes(other))))
    in_force(made, approval_of(made, made.asked(BY_AREA)))
    asked = made.asked(BY_AREA)
    assert receive(made.node, sign(REQUEST, encode_request(asked), other))
    assert made.item(asked).decision is Decision.WAITING


def test_it_ends_with_its_last_day(made: MadeNode) -> None:
    in_force(made, approval_of(made, made.asked(BY_AREA), until=date(2026, 4, 1)))
    made.clock.at_s = 1_775_087_999  # 2026-04-01 23:59:59 UTC
    assert decided(made, 1) is Decision.APPROVED
    made.clock.at_s += 1
    assert decided(made, 2) is Decision.WAITING


def test_the_policy_comes_first(made: MadeNode) -> None:
    forbidden = made.asked(BY_AREA, purpose="holidays")
    in_force(made, approval_of(made, forbidden))
    assert made.heard(forbidden).decision is Decision.REFUSED


def test_a_removed_one_puts_what_is_not_computed_back_before_the_operator(made: MadeNode) -> None:
    in_force(made, approval_of(made, made.asked(BY_AREA)))
    assert [decided(made, number) for number in (1, 2)] == [Decision.APPROVED] * 2
    answer(made.node, made.item(made.asked(BY_AREA, number=1)))
    assert take_back_standing(made.node) == [], "it stands: nothing is taken back"
    in_force(made)
    assert [item.request_id[-1] for item in take_back_standing(made.node)] == ["2"]
    assert made.item(made.asked(BY_AREA, number=2)).decision is Decision.WAITING
    assert made.item(made.asked(BY_AREA, number=1)).decision is Decision.APPROVED


def test_adding_and_removing_leave_every_other_letter_of_the_policy_as_it_was(made: MadeNode) -> None:
    one, two = (approval_of(made, made.asked(BY_AREA), words=words) for words in ("One", 'T"wo\\'))
    both = with_approval(with_approval(EXAMPLE, one), two)
    assert both.startswith(EXAMPLE.rstrip("\n"))
    assert parse_policy(both).standing == (one, two)
    assert without_approval(both, 0) == with_approval(EXAMPLE, two)
    assert without_approval(without_approval(both, 0), 0) == EXAMPLE.rstrip("\n") + "\n"


def test_remarks_of_the_next_section_stay(made: MadeNode) -> None:
    approval = approval_of(made, made.asked(BY_AREA))
    text = with_approval(EXAMPLE, approval)
    head, _, rest = text.partition("\n[publication]")
    publication, _, standing = rest.partition("\n[[standing]]")
    moved = f"{head}\n[[standing]]{standing}\n# About being shown.\n[publication]{publication}"
    assert parse_policy(moved).standing == (approval,)
    assert "# About being shown.\n[publication]" in without_approval(moved, 0)


def test_a_text_that_spells_it_another_way_is_left_to_the_person(made: MadeNode) -> None:
    block = with_approval(EXAMPLE, approval_of(made, made.asked(BY_AREA)))[len(EXAMPLE) :]
    pairs = ", ".join(line for line in block.splitlines() if " = " in line)
    inline = EXAMPLE.replace("version = 1\n", f"version = 1\nstanding = [{{ {pairs} }}]\n")
    assert len(parse_policy(inline).standing) == 1
    with pytest.raises(DataNotValid, match="cannot be found in the text") as refused:
        without_approval(inline, 0)
    assert "by hand" in refused.value.next_step
    with pytest.raises(DataNotValid):
        with_approval(inline, approval_of(made, made.asked(BY_AREA)))


def test_a_no_that_a_person_said_meanwhile_is_not_undone_by_a_yes_given_beforehand(made: MadeNode) -> None:
    request = made.asked(BY_AREA)
    item = made.heard(request)
    in_force(made, approval_of(made, request))
    plan = compile_plan(request, made.node.dictionary, made.node.entry_in(made.node.rosters.newest))
    seen = Asked(request, item.envelope.payload, item.envelope.digest, plan, item.analyst_id, item.signer_key_id)
    made.node.inbox.decide_waiting(request.request_id, Decision.DECLINED, "declined", made.node.now_s)
    assert not approve_if_covered(made.node, seen)
    assert made.item(request).decision is Decision.DECLINED
    assert "request approved" not in made.log()
