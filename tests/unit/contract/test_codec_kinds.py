"""Every kind of table there and back, and no field of it that could be lost, emptied or unsaid without a refusal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from google.protobuf.message import Message
from hypothesis import given, settings

from lero_contract.codec import decode_request, encode_request
from lero_contract.errors import Malformed
from lero_contract.kinds import (
    Activity,
    Basis,
    Bin,
    Change,
    Companion,
    Completeness,
    Distribution,
    Headcount,
    Kind,
    Mean,
    Milestones,
    Origin,
    Period,
    Point,
    Recovery,
    Retention,
    Slice,
    Unit,
    Window,
)
from lero_contract.request import Request
from lero_contract.v1 import request_pb2 as pb
from support.drawn_tables import requests
from support.requests import EVER, SURE_TWICE, contacts, request, table

FIRST, THEN = Window("First month", 1, -30, 30), Window("A year", 12, 300, 430)
WINTER, SPRING = Window("Winter", 0, 20_000, 20_089), Window("Spring", 0, 20_090, 20_179)
BINS = (Bin(21, 40), Bin(41, 63))
POINTS = (Point("6 months", 182), Point("a year", 365))
KINDS: dict[str, Kind] = {
    "headcount": Headcount(Basis.JOINED, Period(20_000, 20_364)),
    "headcount_ever": EVER,
    "mean": Mean("sure.total", (FIRST, THEN)),
    "mean_by_calendar": Mean("sure.total", (WINTER, SPRING), Origin.CALENDAR),
    "activity": contacts(split=True),
    "active_members": replace(contacts(max_per_cell=1), unit=Unit.ACTIVE_MEMBERS, companion=None),
    "activity_from_joining": Activity(
        Unit.CONTACTS, (Slice("Week 1", Period(1, 7)),), ("outreach",), False, 1, 5, Companion(9, 7), Origin.JOINING
    ),
    "distribution": Distribution("sure.total", (FIRST,), BINS, 41),
    "distribution_by_calendar": Distribution("sure.total", (WINTER,), BINS, None, Origin.CALENDAR),
    "change": Change("sure.total", FIRST, THEN, 5),
    "change_by_calendar": Change("sure.total", WINTER, SPRING, 5, Origin.CALENDAR),
    "retention": Retention(POINTS, 60, ("reviews", "milestones")),
    "recovery": Recovery((FIRST, THEN)),
    "milestones": Milestones(("paid_work", "own_home"), POINTS, 60, ("activities",)),
    "completeness": Completeness(("sex", "area")),
}
FROM_AN_ORIGIN = ("mean", "activity", "distribution", "change")
every_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


def asked_of(kind: Kind) -> Request:
    return request(table(kind, ["region"]))


def message_of(kind: Kind) -> pb.Request:
    return pb.Request.FromString(encode_request(asked_of(kind)))


def read(message: pb.Request) -> Request:
    return decode_request(message.SerializeToString(deterministic=True))


def own_message(message: pb.Request) -> Message:
    """The message of the kind."""
    [one] = message.tables
    name = one.WhichOneof("kind")
    assert name is not None
    found: Message = getattr(one, name)
    return found


def inside(message: Message) -> Iterator[Message]:
    """The message and every message in it."""
    yield message
    for field, value in message.ListFields():
        if field.message_type is not None:
            for one in value if field.is_repeated else [value]:
                yield from inside(one)


@every_kind
def test_what_is_written_is_what_is_read(kind: Kind) -> None:
    assert decode_request(encode_request(asked_of(kind))) == asked_of(kind)


@given(asked=requests())
@settings(max_examples=50)
def test_any_request_that_can_be_made_is_read_as_it_was_written(asked: Request) -> None:
    assert decode_request(encode_request(asked)) == asked


@every_kind
def test_a_field_that_is_left_out_is_malformed_or_says_something_else(kind: Kind) -> None:
    places = len(list(inside(own_message(message_of(kind)))))
    cleared = 0
    for place in range(places):
        for field, _ in list(inside(own_message(message_of(kind))))[place].ListFields():
            message = message_of(kind)
            list(inside(own_message(message)))[place].ClearField(field.name)
            cleared += 1
            try:
                assert read(message) != asked_of(kind), field.full_name
            except Malformed:
                continue
    assert cleared >= 1


@every_kind
def test_a_changed_byte_is_malformed_or_says_something_else(kind: Kind) -> None:
    data, asked = encode_request(asked_of(kind)), asked_of(kind)
    begins = data.index(b"A table")  # the table's title: everything behind it is the kind's and the price
    for place in range(begins, len(data)):
        for bit in range(8):
            changed = bytearray(data)
            changed[place] ^= 1 << bit
            try:
                assert decode_request(bytes(changed)) != asked
            except Malformed:
                continue


@every_kind
def test_an_unknown_field_inside_a_kind_is_malformed(kind: Kind) -> None:
    message = message_of(kind)
    for one in inside(own_message(message)):
        one.MergeFromString(b"\xa0\x38\x01")  # field 900
    with pytest.raises(Malformed):
        read(message)


def test_a_table_without_a_kind_or_with_one_nobody_knows_is_malformed() -> None:
    message = message_of(EVER)
    message.tables[0].ClearField("kind")
    with pytest.raises(Malformed, match="no kind this software knows"):
        read(message)
    message.tables[0].MergeFromString(b"\xfa\x01\x00")  # field 31, empty: a kind of another version
    with pytest.raises(Malformed):
        read(message)


def set_origin(value: int) -> Callable[[pb.Request], None]:
    return lambda message: setattr(own_message(message), "origin", value)


def clear(name: str) -> Callable[[pb.Request], None]:
    return lambda message: own_message(message).ClearField(name)


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        *(
            (name, set_origin(value), "counted from")
            for name in ("mean", "activity", "distribution", "change")
            for value in (0, 3)
        ),
        ("headcount", clear("basis"), "which members it counts"),
        ("activity", clear("unit"), "lacks its unit"),
        ("activity", lambda m: m.tables[0].activity.slices[0].ClearField("period"), "the days of a period"),
        ("activity", clear("companion"), "needs its companion"),
        ("change", clear("baseline"), "lacks its baseline"),
        ("change", clear("follow_up"), "its follow-up"),
        ("retention", clear("gap_days"), "at least a day"),
        ("retention", clear("seen_in"), "sightings"),
        ("milestones", clear("kinds"), "needs its kinds"),
        ("recovery", clear("windows"), "between 1 and 60 windows"),
        ("completeness", clear("variables"), "between 1 and 60 variables"),
    ],
)
def test_what_a_table_must_say_and_does_not_is_refused_in_words(
    name: str, change: Callable[[pb.Request], None], words: str
) -> None:
    message = message_of(KINDS[name])
    change(message)
    with pytest.raises(Malformed, match=words):
        read(message)


def test_a_threshold_of_nought_is_not_the_same_as_none() -> None:
    negative = Distribution("sure.total", (FIRST,), (Bin(-9, -1), Bin(0, 9)), 0)
    assert decode_request(encode_request(asked_of(negative))).tables[0].kind == negative
    assert encode_request(asked_of(negative)) != encode_request(asked_of(replace(negative, threshold=None)))


def test_a_mean_from_joining_and_one_by_the_calendar_are_other_bytes() -> None:
    waveless = replace(SURE_TWICE, windows=(WINTER,))
    assert encode_request(asked_of(waveless)) != encode_request(asked_of(replace(waveless, origin=Origin.CALENDAR)))
