"""An answer that differs in anything from what the request and the roster imply is not combined."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lero_contract.codec import Answer, encode_header, encode_request, encode_vector
from lero_contract.codec.answer import vector_digest
from lero_contract.dictionary import load_dictionary
from lero_contract.envelope import ANSWER_HEADER, REFUSAL, public_bytes, sign
from lero_contract.errors import Malformed, Unauthorised
from lero_contract.kinds import Change, Mean
from lero_contract.request import Request
from lero_contract.roster import NodeEntry
from lero_coordinator.combine import Accepted, check_answer
from lero_coordinator.combine.accept import MOST_MEMBERS
from support.requests import START, THREE_MONTHS, table
from support.rounds import DARLINGTON, HARTLEPOOL, Cells, answer, asked, lero, roster_of

ROSTER_DIGEST = b"\x22" * 32


@dataclass(frozen=True)
class Known:
    """Two listed nodes with real keys, and a request to both."""

    keys: tuple[Ed25519PrivateKey, Ed25519PrivateKey]
    nodes: tuple[NodeEntry, NodeEntry]
    request: Request
    digest: bytes

    def answer(self, cells: Cells | None = None, signer: int = 0, **changes: Any) -> Answer:
        """The first node's honest answer, with fields of its header replaced before it is signed."""
        made = answer(self.request, self.nodes[0], {"members": cells or {(HARTLEPOOL,): 40}})
        vector = encode_vector(made.cells)
        honest = {"request_digest": self.digest, "vector_digest": vector_digest(vector)}
        header = replace(made.header, **{**honest, **changes})
        return Answer(sign(ANSWER_HEADER, encode_header(header), self.keys[signer]), vector)

    def check(self, given: Answer, *nodes: NodeEntry) -> Accepted:
        roster = roster_of(nodes or self.nodes)
        return check_answer(given, self.request, self.digest, roster, ROSTER_DIGEST, load_dictionary())


@pytest.fixture(scope="module")
def known() -> Known:
    keys = (Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate())
    nodes = (
        lero("hart", HARTLEPOOL, key=public_bytes(keys[0])),
        lero("tees", DARLINGTON, key=public_bytes(keys[1])),
    )
    tables = (table(dimensions=["area"]), table(dimensions=["sex"], table_id="by_sex"))
    asked_for = replace(asked(nodes, *tables), roster_digest=ROSTER_DIGEST)
    return Known(keys, nodes, asked_for, hashlib.sha256(encode_request(asked_for)).digest())


def test_an_honest_answer_is_accepted_with_its_plan_and_its_lero(known: Known) -> None:
    accepted = known.check(known.answer())
    assert (accepted.node_id, accepted.organisation_id, accepted.is_stale) == ("hart", "hart-org", False)
    held = accepted.cells_of("members")
    assert held is not None
    assert held[1][0] == 40
    assert accepted.header_digest == known.answer().header.digest


def test_records_that_end_before_the_cut_date_make_an_answer_stale(known: Known) -> None:
    assert known.check(known.answer(cut_date_day=known.request.cut_date_day - 1)).is_stale
    assert not known.check(known.answer(cut_date_day=known.request.cut_date_day + 9)).is_stale


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"request_id": "f" * 32}, "request"),
        ({"request_digest": bytes(32)}, "request's bytes"),
        ({"roster_digest": bytes(32)}, "roster"),
        ({"dictionary_digest": bytes(32)}, "dictionary"),
        ({"plan_digest": bytes(32)}, "plan"),
        ({"cell_count": 3}, "number of cells"),
        ({"price_nano_rho": 1}, "price"),
        ({"not_collected": ("by_sex",)}, "list of tables not collected"),
    ],
)
def test_every_field_the_header_pins_must_be_the_one_asked_for(
    known: Known, changes: dict[str, Any], named: str
) -> None:
    with pytest.raises(Malformed) as refusal:
        known.check(known.answer(**changes))
    assert refusal.value.detail == f"The answer's {named} is not the one that was asked for."


def test_a_vector_changed_on_the_way_is_refused(known: Known) -> None:
    honest = known.answer()
    changed = Answer(honest.header, known.answer({(HARTLEPOOL,): 41}).vector)
    with pytest.raises(Malformed, match="not the one that the header was signed over"):
        known.check(changed)


def test_a_vector_of_another_length_is_refused_though_its_digest_holds(known: Known) -> None:
    short = encode_vector([1, 2, 3])
    signed = known.answer(vector_digest=vector_digest(short))
    with pytest.raises(Malformed, match="another number of cells"):
        known.check(Answer(signed.header, short))


def test_a_node_cannot_answer_for_another(known: Known) -> None:
    with pytest.raises(Unauthorised):
        known.check(known.answer(signer=1))


def test_a_stranger_is_not_heard(known: Known) -> None:
    with pytest.raises(Unauthorised):
        known.check(known.answer(), known.nodes[1])


def test_a_listed_node_outside_the_cohort_is_not_combined(known: Known) -> None:
    outside = replace(known, request=replace(known.request, cohort=("tees",)))
    with pytest.raises(Malformed, match="not in the request's cohort"):
        outside.check(outside.answer())


def test_a_refusal_does_not_pass_for_an_answer(known: Known) -> None:
    honest = known.answer()
    other = Answer(sign(REFUSAL, honest.header.payload, known.keys[0]), honest.vector)
    with pytest.raises(Malformed):
        known.check(other)


def test_a_figure_no_lero_can_have_is_refused_by_a_public_rule(known: Known) -> None:
    scale = 5.0  # one count at rho 0.02: sqrt(1 / 0.04)
    limit = MOST_MEMBERS + 40 * int(scale)
    assert known.check(known.answer({(HARTLEPOOL,): limit})).cells[0] == limit
    least = -40 * int(scale)  # a count is under nothing by its noise alone
    assert known.check(known.answer({(HARTLEPOOL,): least})).cells[0] == least
    for beyond in (limit + 1, least - 1):
        with pytest.raises(Malformed, match="larger or smaller than any LERO's can be"):
            known.check(known.answer({(HARTLEPOOL,): beyond}))


def test_an_answer_to_a_request_in_another_dictionary_is_refused(known: Known) -> None:
    elsewhere = replace(known.request, dictionary_digest=bytes(32))
    with pytest.raises(Malformed, match="another dictionary"):
        check_answer(known.answer(), elsewhere, known.digest, roster_of(known.nodes), ROSTER_DIGEST, load_dictionary())


def test_a_centred_sum_may_be_as_far_below_nothing_as_above(known: Known) -> None:
    # SURE runs from 21 to 63: one member adds at most 21 either way. One mean of one review at rho 0.02 has noise of
    # standard deviation 21 sqrt(2) / 0.2 = 148.5.
    mean = table(Mean("sure.total", (START,)))
    asked_for = replace(asked(known.nodes, mean), roster_digest=ROSTER_DIGEST)
    means = replace(known, request=asked_for, digest=hashlib.sha256(encode_request(asked_for)).digest())
    limit = MOST_MEMBERS * 21 + int(40 * 148.49)
    for total in (limit, -limit):
        assert means.check(means.answer({("Start",): (0, total)})).cells == (0, total)
    for count, total in ((0, limit + 10), (0, -limit - 10), (-limit, 0)):
        with pytest.raises(Malformed):
            means.check(means.answer({("Start",): (count, total)}))


def test_a_sum_of_changes_may_be_below_nothing(known: Known) -> None:
    # SURE changes by at most 42 either way. Half of rho 0.02 buys the sum: 42 / sqrt(0.02) = 297.0.
    change = table(Change("sure.total", START, THREE_MONTHS, 6))
    asked_for = replace(asked(known.nodes, change), roster_digest=ROSTER_DIGEST)
    changes = replace(known, request=asked_for, digest=hashlib.sha256(encode_request(asked_for)).digest())

    def answered(total: int) -> Answer:
        made = answer(asked_for, changes.nodes[0], {"members.sum": [total]})
        vector = encode_vector(made.cells)
        header = replace(made.header, request_digest=changes.digest, vector_digest=vector_digest(vector))
        return Answer(sign(ANSWER_HEADER, encode_header(header), changes.keys[0]), vector)

    limit = MOST_MEMBERS * 42 + int(40 * 296.98)
    for total in (limit, -limit):
        assert changes.check(answered(total)).cells[-1] == total
    for total in (limit + 10, -limit - 10):
        with pytest.raises(Malformed):
            changes.check(answered(total))
