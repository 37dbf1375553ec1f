"""A programme checks itself, is read strictly, and covers a request only word for word, figure for figure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from lero_contract.codec import decode_programme, encode_programme
from lero_contract.errors import LeroError, Malformed
from lero_contract.programme import Programme
from lero_contract.request import Mode, Request
from support.programmes import BY_AREA, TODAY, entry, programme
from support.requests import CUT_DAY, DAY_S, ISSUED_S, SURE_TWICE, contacts, table

WHOLE = programme(
    entry(),
    entry("second", [table(SURE_TWICE, table_id="sure"), table(contacts(split=True), ["region"], table_id="seen")]),
)
DATA = encode_programme(WHOLE)


def asked(changed: Callable[[Request], Request] = lambda same: same) -> Request:
    return changed(WHOLE.request_of(WHOLE.entries[0], "harbour", 3, b"r" * 32))


def test_what_is_written_is_what_is_read() -> None:
    assert decode_programme(DATA) == WHOLE


def test_a_changed_byte_is_malformed_or_says_something_else() -> None:
    for place in range(len(DATA)):
        changed = bytearray(DATA)
        changed[place] ^= 0x01
        try:
            assert decode_programme(bytes(changed)) != WHOLE
        except LeroError:
            continue


@pytest.mark.parametrize("unknown", [b"\xa0\x38\x01", b"\xa2\x38\x01x", DATA[: 2 + DATA[1]]])
def test_unknown_and_repeated_fields_are_malformed(unknown: bytes) -> None:
    with pytest.raises(Malformed):
        decode_programme(DATA + unknown)


def test_a_pooled_entry_is_not_read_by_this_version() -> None:
    pooled = programme(replace(entry(), mode=Mode.POOLED))
    with pytest.raises(Malformed, match="standalone"):
        decode_programme(encode_programme(pooled))


def test_entries_and_reserve_together_must_fit_in_the_allowance() -> None:
    # Two entries of 0.02 and 0.04 rho: 0.06, and 0.19 of reserve is the whole 0.25.
    assert programme(*WHOLE.entries, reserve_nano_rho=190_000_000).price_nano_rho == 60_000_000
    with pytest.raises(Malformed, match="more than the year's allowance"):
        programme(*WHOLE.entries, reserve_nano_rho=190_000_001)


@pytest.mark.parametrize(
    ("build", "said"),
    [
        (lambda: programme(entry(), entry()), "same id"),
        (lambda: programme(entry(), entry("later", cut_day=CUT_DAY - 91)), "later: its cut date is before"),
        (lambda: programme(entry(cut_day=CUT_DAY - 1)), "members: its cut date is not in 2025"),
        (lambda: programme(entry(opens_on_day=TODAY + 366)), "members: it opens after the programme has expired"),
        (lambda: entry(opens_on_day=CUT_DAY - 90), "opens before its cut date is over"),
        (lambda: programme(replace(entry(), price_nano_rho=1)), "members: The price of the request is not the sum"),
        (lambda: programme(replace(entry(), title="two\nlines")), "members: A request needs words"),
        (lambda: programme(entry(tables=())), "members: A request has between 1 and"),
        (lambda: programme(name="Standard"), "name is lower-case"),
        (lambda: programme(expires_at_s=ISSUED_S - 3600), "must expire after"),
        (lambda: programme(dictionary_digest=b"short"), "32 bytes"),
    ],
)
def test_a_programme_that_contradicts_itself_is_malformed(build: Callable[[], object], said: str) -> None:
    with pytest.raises(Malformed, match=said):
        build()


def test_an_entry_covers_the_request_made_from_it_whatever_its_id_roster_cohort_and_times() -> None:
    issued = asked(
        lambda plain: replace(
            plain,
            request_id="7" * 32,
            cohort=("a", "harbour"),
            roster_version=9,
            issued_at_s=ISSUED_S,
            closes_at_s=ISSUED_S + 1,
        )
    )
    assert WHOLE.covers(WHOLE.entries[0], issued, ISSUED_S)
    assert not WHOLE.covers(WHOLE.entries[1], issued, ISSUED_S)


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "Another request"},
        {"question": "How many members were there?"},
        {"purpose": "research"},
        {"cut_date_day": CUT_DAY - 91},
        {"federation_id": "lero-other"},
        {"dictionary_digest": b"d" * 32},
        {"synthetic": False},
        {"tables": (replace(BY_AREA, hide_wider_than=41),)},
        {"tables": (replace(BY_AREA, dimensions=("region",)),)},
        {"tables": (replace(BY_AREA, price_nano_rho=20_000_001),), "price_nano_rho": 20_000_001},
    ],
)
def test_whatever_else_differs_is_not_covered(changes: dict[str, object]) -> None:
    other = asked(lambda plain: replace(plain, **changes))  # type: ignore[arg-type]
    assert not WHOLE.covers(WHOLE.entries[0], other, ISSUED_S)


@pytest.mark.parametrize(
    ("at_s", "covered"),
    [
        (ISSUED_S - 3601, False),
        (ISSUED_S - 3600, True),
        (ISSUED_S + 365 * DAY_S, True),
        (ISSUED_S + 365 * DAY_S + 1, False),
    ],
)
def test_an_entry_covers_nothing_before_and_after_the_programme_is_valid(at_s: int, covered: bool) -> None:
    assert WHOLE.covers(WHOLE.entries[0], asked(), at_s) is covered


def test_an_entry_covers_nothing_before_it_opens() -> None:
    tomorrow = programme(entry(opens_on_day=TODAY + 1))
    request = tomorrow.request_of(tomorrow.entries[0], "harbour", 1, bytes(32))
    assert not tomorrow.covers(tomorrow.entries[0], request, (TODAY + 1) * DAY_S - 1)
    assert tomorrow.covers(tomorrow.entries[0], request, (TODAY + 1) * DAY_S)


def test_an_unknown_entry_is_named_beside_those_there_are() -> None:
    with pytest.raises(Malformed, match="no entry 'third'"):
        WHOLE.entry("third")
    found: Programme = WHOLE
    assert found.key == "standard-year-2025"
