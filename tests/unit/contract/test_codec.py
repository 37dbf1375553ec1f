"""Strict reading: what would not be written byte for byte is not read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from lero_contract.codec import (
    Answer,
    AnswerHeader,
    Enrolment,
    Invite,
    LedgerHead,
    Refusal,
    decode_answer,
    decode_enrolment,
    decode_header,
    decode_invite,
    decode_refusal,
    decode_request,
    decode_roster,
    decode_vector,
    encode_enrolment,
    encode_header,
    encode_invite,
    encode_refusal,
    encode_request,
    encode_roster,
    encode_vector,
    envelope_from_bytes,
    envelope_to_bytes,
)
from lero_contract.codec.strict import require_safe_backend
from lero_contract.envelope import ANSWER_HEADER, REQUEST, Envelope, Signature, sign
from lero_contract.errors import Declined, LeroError, Malformed
from lero_contract.request import Filter, Mode
from lero_contract.roster import Organisation, Party, RootSet, Roster
from support.requests import SURE_TWICE, contacts, entry, request, table

KEY = Ed25519PrivateKey.from_private_bytes(bytes([1]) * 32)
ASKED = request(
    table(dimensions=["area"], filters=[Filter("sex", ("female", "not_known"))]),
    table(SURE_TWICE, ["region"], table_id="sure"),
    table(contacts(split=True), table_id="seen"),
)
HEADER = AnswerHeader(
    request_id="0" * 32,
    request_digest=b"r" * 32,
    plan_digest=b"p" * 32,
    dictionary_digest=b"d" * 32,
    roster_digest=b"o" * 32,
    node_id="harbour",
    mode=Mode.STANDALONE,
    cell_count=3,
    cut_date_day=-5,
    vector_digest=b"v" * 32,
    price_nano_rho=20_000_000,
    not_collected=("sure",),
    publish_alone=True,
    ledger_head=LedgerHead(2, b"h" * 32),
)
ROSTER = Roster(
    federation_id="lero-test",
    version=7,
    issued_at_s=1_775_000_000,
    expires_at_s=1_780_000_000,
    roots=RootSet(1, 2, (b"1" * 32, b"2" * 32, b"3" * 32)),
    organisations=(Organisation("harbour-org", "Harbour", 20_000), Organisation("body", "The body", 20_000)),
    nodes=(entry(),),
    analysts=(Party("asker", "body", b"a" * 32),),
    publishers=(Party("press", "body", b"p" * 32),),
    synthetic=True,
)
INVITE = Invite(
    *("0" * 32, "lero-test", "harbour", "harbour-org", "Harbour", "localhost:7443", b"authorities", b"roster"),
    *(1_775_000_000, b"k" * 32, b"tls key", b"certificate"),
)
REFUSAL = Refusal("0" * 32, b"r" * 32, "harbour", Declined.code)
SIGNED = sign(REQUEST, encode_request(ASKED), KEY)
ANSWER = Answer(sign(ANSWER_HEADER, encode_header(HEADER), KEY), encode_vector([-1, 0, 2**40]))

# Every message: what it says, its bytes, and how they are read.
MESSAGES: list[tuple[object, bytes, Callable[[bytes], object]]] = [
    (ASKED, encode_request(ASKED), decode_request),
    (HEADER, encode_header(HEADER), decode_header),
    (ROSTER, encode_roster(ROSTER), decode_roster),
    (REFUSAL, encode_refusal(REFUSAL), decode_refusal),
    (INVITE, encode_invite(INVITE), decode_invite),
    (Enrolment(entry(), "Harbour", b"der"), encode_enrolment(Enrolment(entry(), "Harbour", b"der")), decode_enrolment),
    (SIGNED, envelope_to_bytes(SIGNED), envelope_from_bytes),
    (ANSWER, ANSWER.to_bytes(), decode_answer),
    ([-1, 0, 2**40], encode_vector([-1, 0, 2**40]), decode_vector),
]
every_message = pytest.mark.parametrize(
    ("said", "data", "read"), MESSAGES, ids=[read.__name__ for _, _, read in MESSAGES]
)
Reader = Callable[[bytes], object]


@every_message
def test_what_is_written_is_what_is_read(said: object, data: bytes, read: Reader) -> None:
    assert read(data) == said


@every_message
def test_a_changed_byte_is_malformed_or_says_something_else(said: object, data: bytes, read: Reader) -> None:
    for place in range(len(data)):
        changed = bytearray(data)
        changed[place] ^= 0x01
        try:
            assert read(bytes(changed)) != said
        except LeroError:
            continue


@every_message
def test_an_unknown_field_at_the_end_is_malformed(said: object, data: bytes, read: Reader) -> None:
    # Field 900, as a number, as bytes, and as a fixed word.
    for unknown in (b"\xa0\x38\x01", b"\xa2\x38\x01x", b"\xa1\x38" + bytes(8)):
        with pytest.raises(Malformed):
            read(data + unknown)


@every_message
def test_the_same_fields_twice_are_malformed(said: object, data: bytes, read: Reader) -> None:
    # Protobuf itself would take the last of a repeated single field, and join repeated ones.
    first = data[: _length_of_first_field(data)]
    with pytest.raises(Malformed):
        read(data + first)


@every_message
def test_cut_off_bytes_are_malformed_or_say_something_else(said: object, data: bytes, read: Reader) -> None:
    for length in range(len(data)):
        try:
            assert read(data[:length]) != said
        except LeroError:
            continue


@given(data=st.binary(max_size=200))
def test_any_other_bytes_end_in_an_expected_error_or_are_written_back_alike(data: bytes) -> None:
    try:
        envelope = envelope_from_bytes(data)
    except LeroError:
        return
    assert envelope_to_bytes(envelope) == data


def test_fields_in_another_order_are_malformed() -> None:
    data = encode_refusal(REFUSAL)
    cut = _length_of_first_field(data)
    with pytest.raises(Malformed):
        decode_refusal(data[cut:] + data[:cut])


def test_a_number_with_needless_bytes_is_malformed() -> None:
    # cell_count 3 as one byte, and as two.
    data = encode_header(HEADER)
    assert data.count(b"\x40\x03") == 1
    with pytest.raises(Malformed):
        decode_header(data.replace(b"\x40\x03", b"\x40\x83\x00"))


def test_a_pooled_request_is_not_read_by_this_version() -> None:
    with pytest.raises(Malformed, match="standalone"):
        decode_request(encode_request(replace(ASKED, mode=Mode.POOLED)))
    with pytest.raises(Malformed, match="standalone"):
        decode_header(encode_header(replace(HEADER, mode=Mode.POOLED)))


def test_a_request_without_a_mode_or_with_one_nobody_knows_is_malformed() -> None:
    data = encode_request(ASKED)
    assert data.count(b"\x30\x01\x3a") == 1  # field 6 is 1, then field 7
    for mode in (b"", b"\x30\x03"):
        with pytest.raises(Malformed):
            decode_request(data.replace(b"\x30\x01\x3a", mode + b"\x3a"))


def test_a_request_is_checked_as_it_is_read() -> None:
    data = encode_request(ASKED)
    assert data.count(b"harbour") == 1
    with pytest.raises(Malformed, match="cohort"):
        decode_request(data.replace(b"harbour", b"Harbour"))


def test_a_refusal_has_a_known_code_and_that_codes_words() -> None:
    data = encode_refusal(REFUSAL)
    with pytest.raises(Malformed):
        decode_refusal(data.replace(b"declined this", b"DECLINED this"))
    with pytest.raises(Malformed):
        decode_refusal(data.replace(b"\x22\x08declined", b"\x22\x08declines"))


@pytest.mark.parametrize(
    "envelope",
    [
        Envelope("letter", b"x", SIGNED.signatures),
        Envelope(REQUEST, b"x", ()),
        Envelope(REQUEST, b"x", SIGNED.signatures * 2),
        Envelope(REQUEST, b"x", tuple(Signature(f"{n:064x}", b"s") for n in range(17))),
    ],
)
def test_an_envelope_of_unknown_type_or_with_no_repeated_or_too_many_signatures_is_malformed(
    envelope: Envelope,
) -> None:
    with pytest.raises(Malformed):
        envelope_from_bytes(envelope_to_bytes(envelope))


@given(cells=st.lists(st.integers(-(2**63), 2**63 - 1), max_size=50))
def test_a_vectors_length_tells_its_number_of_cells_and_nothing_else(cells: list[int]) -> None:
    data = encode_vector(cells)
    assert decode_vector(data) == cells
    assert len(data) == len(encode_vector([0] * len(cells)))


def test_protobuf_runs_on_its_guarded_parser() -> None:
    require_safe_backend()


def _length_of_first_field(data: bytes) -> int:
    """Tag, length (one byte or two) and content of a length-delimited first field."""
    assert data[0] & 0x07 == 2
    if data[1] < 0x80:
        return 2 + data[1]
    return 3 + (data[1] & 0x7F) + (data[2] << 7)
