"""A year approved once: each of its requests is answered without asking, once, and nothing else is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lero_contract.envelope import public_bytes
from lero_contract.errors import Malformed, Refused, Unauthorised
from lero_contract.kinds import (
    Bin,
    Change,
    Completeness,
    Distribution,
    Kind,
    Milestones,
    Origin,
    Period,
    Point,
    Recovery,
    Retention,
    Window,
)
from lero_contract.programme import Programme
from lero_contract.roster import Party
from lero_node.answer import answer
from lero_node.compute import parent
from lero_node.gate.admission import template_digest
from lero_node.gate.covering import Offered, offered
from lero_node.gate.in_force import confirm
from lero_node.gate.inbox import Decision
from lero_node.gate.programme_words import programme_in_words
from lero_node.privacy.ledger import Charge
from support.nodes import POLICY, MadeNode, make_node
from support.programmes import BY_AREA, TODAY, entry, programme, request_for, signed
from support.requests import (
    AT_CUT_DATE,
    EVER,
    ISSUED_S,
    RHO_02,
    START,
    SURE_TWICE,
    THREE_MONTHS,
    contacts,
    request,
    table,
)

ASKS = POLICY.replace('run = "automatic"', 'run = "ask"')
SURE = table(SURE_TWICE, table_id="sure")
YEAR = programme(entry(), entry("reviews", [SURE]))
BY_PROGRAMME = "by the programme standard-year-2025 approved on 31 March 2026"


@pytest.fixture
def made(tmp_path: Path) -> Iterator[MadeNode]:
    """A node that asks a person, and has approved YEAR."""
    found = make_node(tmp_path, ASKS)
    approve(found)
    yield found
    found.node.close()


def offer(made: MadeNode, found: Programme = YEAR) -> Offered:
    node = made.node
    newest = node.rosters.newest
    return offered(signed(made, found), newest, node.entry_in(newest), node.policy, node.dictionary)


def approve(made: MadeNode, found: Programme = YEAR) -> Offered:
    seen = offer(made, found)
    assert not seen.reasons
    made.node.programmes.approve(
        found, seen.envelope, seen.analyst_id, seen.signer_key_id, seen.prices, made.node.now_s
    )
    return seen


def spend(made: MadeNode, nano_rho: int) -> None:
    """As if other requests had cost this much."""
    other = Charge("e" * 32, b"r" * 32, b"t" * 32, b"p" * 32, "k" * 64, nano_rho, 0, 2026)
    made.node.ledger.reserve(other, made.node.policy.caps, ISSUED_S)


def test_a_request_of_the_programme_is_approved_without_asking_and_says_by_what(made: MadeNode) -> None:
    item = made.heard(request_for(made, YEAR))
    assert (item.decision, item.reason) == (Decision.APPROVED, BY_PROGRAMME)
    assert made.log().count("request approved") == 1
    assert made.heard(request_for(made, YEAR, "reviews", number=2)).decision is Decision.APPROVED


def test_it_is_charged_and_answered_like_any_other(made: MadeNode, monkeypatch: pytest.MonkeyPatch) -> None:
    made.import_rows()
    monkeypatch.setattr(parent, "run", lambda job: (0,) * 12)
    answer(made.node, made.heard(request_for(made, YEAR)))
    assert made.spent() == RHO_02


def test_a_second_request_with_the_same_content_asks(made: MadeNode) -> None:
    made.heard(request_for(made, YEAR, number=1))
    assert made.heard(request_for(made, YEAR, number=2)).decision is Decision.WAITING


@pytest.mark.parametrize(
    "changes",
    [
        {"tables": (replace(BY_AREA, hide_wider_than=BY_AREA.hide_wider_than + 1),)},
        {"tables": (replace(BY_AREA, price_nano_rho=RHO_02 - 1),), "price_nano_rho": RHO_02 - 1},
        {"tables": (replace(BY_AREA, kind=EVER),)},
        {"title": "A Request"},
        {"question": "How many members are there now?"},
        {"cut_date_day": YEAR.entries[0].cut_date_day + 1},
        {"synthetic": False},
    ],
)
def test_a_request_that_differs_by_one_figure_or_word_asks(made: MadeNode, changes: dict[str, object]) -> None:
    other = replace(request_for(made, YEAR), **changes)  # type: ignore[arg-type]
    assert made.heard(other).decision is Decision.WAITING


def test_the_same_request_by_another_listed_analyst_asks(made: MadeNode) -> None:
    other = Ed25519PrivateKey.generate()
    known = made.node.rosters.newest.analysts
    made.accept(analysts=(*known, Party("another", "body", public_bytes(other))))
    by_other = replace(made, analyst=other)
    assert by_other.heard(request_for(made, YEAR)).decision is Decision.WAITING
    # It used nothing up: the analyst of the programme is still heard without asking.
    assert made.heard(request_for(made, YEAR, number=2)).decision is Decision.APPROVED


def test_what_no_longer_fits_the_year_is_refused_by_the_account_and_uses_nothing_up(made: MadeNode) -> None:
    cap = made.node.policy.caps.year_nano_rho
    spend(made, cap - RHO_02 + 1)
    item = made.heard(request_for(made, YEAR))
    assert (item.decision, item.notice) == (Decision.REFUSED, "budget_spent")
    assert made.node.programmes.approvals()[0].used == {}


def test_a_policy_made_stricter_since_refuses_it(tmp_path: Path) -> None:
    made = make_node(tmp_path, ASKS)
    approve(made)
    confirm(made.home, ASKS.replace('"area", ', "", 1))
    made.reopen()
    item = made.heard(request_for(made, YEAR))
    assert (item.decision, item.notice) == (Decision.REFUSED, "not_allowed")
    made.node.close()


def test_an_approval_and_what_was_used_of_it_outlive_a_restart(made: MadeNode) -> None:
    made.heard(request_for(made, YEAR, number=1))
    made.reopen()
    assert made.heard(request_for(made, YEAR, number=2)).decision is Decision.WAITING
    assert made.heard(request_for(made, YEAR, "reviews", number=3)).decision is Decision.APPROVED


def test_after_a_crash_between_the_two_writes_the_request_is_approved_when_it_is_offered_again(
    made: MadeNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = type(made.node.inbox)

    def power_went(*_: object) -> None:
        raise RuntimeError("the power went")

    asked = request_for(made, YEAR)
    with monkeypatch.context() as broken, pytest.raises(RuntimeError):
        broken.setattr(inbox, "decide_if_waiting", power_went)
        made.heard(asked)
    made.reopen()
    assert made.item(asked).decision is Decision.WAITING
    assert made.heard(asked).decision is Decision.APPROVED
    assert made.heard(request_for(made, YEAR, number=2)).decision is Decision.WAITING


def test_a_withdrawn_programme_asks_again_and_its_used_entries_stay_used(made: MadeNode) -> None:
    made.heard(request_for(made, YEAR, number=1))
    made.node.programmes.withdraw("standard-year-2025", made.node.now_s)
    assert made.heard(request_for(made, YEAR, "reviews", number=2)).decision is Decision.WAITING
    approve(made)
    assert made.heard(request_for(made, YEAR, number=3)).decision is Decision.WAITING
    assert made.heard(request_for(made, YEAR, "reviews", number=4)).decision is Decision.APPROVED
    with pytest.raises(Refused, match="No programme named other"):
        made.node.programmes.withdraw("other", made.node.now_s)


def test_an_expired_programme_asks_again(tmp_path: Path) -> None:
    made = make_node(tmp_path, ASKS)
    short = programme(entry(opens_on_day=TODAY - 1), expires_at_s=ISSUED_S + 3600)
    approve(made, short)
    made.clock.at_s += 3601
    assert made.heard(request_for(made, short)).decision is Decision.WAITING
    made.node.close()


def test_a_node_that_records_more_since_and_would_pay_more_asks(tmp_path: Path) -> None:
    # PHQ-9 is not recorded when the programme is approved; later the roster says that it is.
    made = make_node(tmp_path, ASKS)
    phq = table(replace(SURE_TWICE, measure="phq9.total"), table_id="phq")
    both = programme(entry(tables=[BY_AREA, phq]))
    assert approve(made, both).prices == {"members": RHO_02}
    own = made.node.entry_in(made.node.rosters.newest)
    collects = tuple(sorted({*own.collects, "phq9.total"}))
    roster = made.accept(nodes=(replace(own, collects=collects),))
    asked = replace(
        request_for(made, both), roster_version=roster.version, roster_digest=made.node.rosters._held[-1].digest
    )
    assert made.heard(asked).decision is Decision.WAITING
    made.node.close()


def test_where_the_policy_answers_by_itself_an_entry_is_used_all_the_same(tmp_path: Path) -> None:
    made = make_node(tmp_path)
    approve(made)
    assert made.heard(request_for(made, YEAR, number=1)).reason == BY_PROGRAMME
    assert made.heard(request_for(made, YEAR, number=2)).reason == "by the policy"
    made.node.close()


def test_one_programme_of_a_name_and_year_stands_at_a_time(made: MadeNode) -> None:
    cheaper = programme(entry("reviews", [SURE]))
    with pytest.raises(Refused, match="Another programme named standard-year-2025"):
        approve(made, cheaper)
    made.node.programmes.withdraw("standard-year-2025", made.node.now_s)
    approve(made, cheaper)
    assert made.heard(request_for(made, YEAR)).decision is Decision.WAITING


def test_every_reason_the_policy_has_is_given_with_its_entry(made: MadeNode) -> None:
    dear = table(dimensions=["area"], nano_rho=500_000_001)
    strange = replace(entry("strange"), purpose="holidays")
    found = offer(made, programme(entry("dear", [dear]), strange, allowance_nano_rho=2 * 10**9))
    assert [reason for reason in found.reasons if reason.startswith("dear: It costs")]
    assert [reason for reason in found.reasons if reason.startswith("dear: Table members: it costs")]
    assert "strange: The purpose 'holidays' is not allowed here." in found.reasons


def test_entries_that_each_fit_and_together_pass_the_nodes_own_year_are_a_reason(made: MadeNode) -> None:
    # Three times 0.4 rho: each under the policy's 0.5 for a request, together over its 1.0 for a year.
    tables = [[table(dimensions=["area"], nano_rho=400_000_000, table_id=name)] for name in ("one", "two", "three")]
    entries = [entry(f"entry-{number}", own) for number, own in enumerate(tables)]
    found = offer(made, programme(*entries, allowance_nano_rho=2 * 10**9))
    assert found.reasons == ("The whole year costs 1.2 rho; a year's allowance here is 1 rho.",)


def test_a_programme_by_nobody_listed_or_of_another_federation_is_not_looked_into(made: MadeNode) -> None:
    by_other = replace(made, analyst=Ed25519PrivateKey.generate())
    with pytest.raises(Unauthorised, match="not by anyone"):
        offer(by_other)
    for changes in ({"federation_id": "lero-other"}, {"synthetic": False}):
        with pytest.raises(Unauthorised, match="another federation"):
            offer(made, replace(YEAR, **changes))
    with pytest.raises(Malformed, match="another dictionary"):
        offer(made, replace(YEAR, dictionary_digest=b"d" * 32))


def test_it_is_shown_with_what_leaves_what_it_costs_and_what_is_not_answered(made: MadeNode) -> None:
    phq = table(replace(SURE_TWICE, measure="phq9.total"), table_id="phq")
    found = offer(made, programme(entry(), entry("reviews", [SURE, phq])))
    node = made.node
    words = programme_in_words(found, node.rosters.newest, node.policy, node.ledger.standing(), node.dictionary)
    text = "\n".join(words)
    assert "1. members: “A request”" in text
    assert "It counts records up to 31 December 2025 and is asked from 31 March 2026 on." in text
    assert "Not answered, because this LERO does not record it: phq." in text
    # 0.02 of this policy's 1.0 rho a year is 2%, twice: 0.04, of 40 signs 1.6; the reserve of 0.05 is 2.
    assert text.count("2% of a year's allowance (price 0.02 rho, epsilon 0.90)") == 2
    assert "The whole year: [##==....................................]" in text
    assert "4% of a year's allowance for these requests (#), 5% set aside" in text
    # PRIVACY.md's table: 0.02 rho reads 0.90; 0.04 over five years is 0.2.
    assert "Small print: rho 0.04 a year" in text


DAYS = Window("A year", 12, 271, 545)
EVERY_KIND: list[Kind] = [
    AT_CUT_DATE,
    SURE_TWICE,
    contacts(split=True),
    Distribution("sure.total", (START, THREE_MONTHS), (Bin(21, 40), Bin(41, 63)), 41),
    Change("sure.total", START, DAYS, 5),
    Retention((Point("3 months", 91), Point("a year", 365))),
    Recovery((START, DAYS)),
    Milestones(("housing",), (Point("3 months", 91),)),
    Completeness(("sex", "area")),
]


@pytest.mark.parametrize("kind", EVERY_KIND, ids=lambda kind: type(kind).__name__)
def test_the_template_of_a_request_changes_with_every_field_of_every_kind(kind: Kind) -> None:
    def digest(of: Kind) -> bytes:
        return template_digest(request(replace(table(), kind=of, hide_wider_than=40 if of.has_counts else 0)))

    assert digest(kind) == digest(replace(kind))
    seen = {digest(kind)}
    for number, field in enumerate(fields(kind), start=1):
        changed = replace(kind)
        object.__setattr__(changed, field.name, _other(getattr(kind, field.name)))
        seen.add(digest(changed))
        assert len(seen) == number + 1, field.name


def _other(value: object) -> object:
    """Another value that can be written down; nested ones differ in their last field alone."""
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case str():
            return value + "x"
        case tuple():
            return (*value[:-1], _other(value[-1]))
        case None:
            return Period(1, 2)
        case Origin():
            return Origin.CALENDAR if value is Origin.JOINING else Origin.JOINING
        case _ if hasattr(value, "__dataclass_fields__"):
            changed = replace(value)  # type: ignore[type-var]
            last = fields(value)[-1].name  # type: ignore[arg-type]
            object.__setattr__(changed, last, _other(getattr(value, last)))
            return changed
        case _:
            return next(other for other in type(value) if other is not value)  # type: ignore[attr-defined]
