"""A programme as bytes: absent and out-of-range fields are refused here, once, on arrival."""

from __future__ import annotations

from lero_contract.codec.request import mode_from_message, mode_to_message, table_from_message, table_to_message
from lero_contract.codec.strict import parse, serialise
from lero_contract.programme import Entry, Programme
from lero_contract.v1 import programme_pb2 as pb


def encode_programme(programme: Programme) -> bytes:
    """The payload that is signed."""
    return serialise(
        pb.Programme(
            name=programme.name,
            title=programme.title,
            year=programme.year,
            federation_id=programme.federation_id,
            dictionary_id=programme.dictionary_id,
            dictionary_digest=programme.dictionary_digest,
            valid_from_s=programme.valid_from_s,
            expires_at_s=programme.expires_at_s,
            allowance_nano_rho=programme.allowance_nano_rho,
            reserve_nano_rho=programme.reserve_nano_rho,
            entries=[_entry_to_message(entry) for entry in programme.entries],
            synthetic=programme.synthetic,
        )
    )


def decode_programme(payload: bytes) -> Programme:
    """Raises Malformed for bytes that are not exactly one programme of this contract."""
    message = parse(pb.Programme, payload)
    return Programme(
        name=message.name,
        title=message.title,
        year=message.year,
        federation_id=message.federation_id,
        dictionary_id=message.dictionary_id,
        dictionary_digest=message.dictionary_digest,
        valid_from_s=message.valid_from_s,
        expires_at_s=message.expires_at_s,
        allowance_nano_rho=message.allowance_nano_rho,
        reserve_nano_rho=message.reserve_nano_rho,
        entries=tuple(_entry_from_message(entry) for entry in message.entries),
        synthetic=message.synthetic,
    )


def _entry_to_message(entry: Entry) -> pb.ProgrammeEntry:
    return pb.ProgrammeEntry(
        entry_id=entry.entry_id,
        title=entry.title,
        question=entry.question,
        purpose=entry.purpose,
        mode=mode_to_message(entry.mode),
        cut_date_day=entry.cut_date_day,
        opens_on_day=entry.opens_on_day,
        tables=[table_to_message(table) for table in entry.tables],
        price_nano_rho=entry.price_nano_rho,
    )


def _entry_from_message(message: pb.ProgrammeEntry) -> Entry:
    return Entry(
        entry_id=message.entry_id,
        title=message.title,
        question=message.question,
        purpose=message.purpose,
        mode=mode_from_message(message.mode),
        cut_date_day=message.cut_date_day,
        opens_on_day=message.opens_on_day,
        tables=tuple(table_from_message(table) for table in message.tables),
        price_nano_rho=message.price_nano_rho,
    )
