"""Between bytes and the frozen types of the contract: the only importers of generated code beside the gRPC rims."""

from lero_contract.codec.answer import (
    Answer,
    AnswerHeader,
    LedgerHead,
    Refusal,
    decode_answer,
    decode_header,
    decode_refusal,
    decode_vector,
    encode_header,
    encode_refusal,
    encode_vector,
)
from lero_contract.codec.envelope import envelope_from_bytes, envelope_to_bytes
from lero_contract.codec.programme import decode_programme, encode_programme
from lero_contract.codec.request import decode_request, encode_request
from lero_contract.codec.roster import (
    Enrolment,
    Welcome,
    decode_enrolment,
    decode_roster,
    decode_welcome,
    encode_enrolment,
    encode_roster,
    encode_welcome,
)

__all__ = [
    "Answer",
    "AnswerHeader",
    "Enrolment",
    "LedgerHead",
    "Refusal",
    "Welcome",
    "decode_answer",
    "decode_enrolment",
    "decode_header",
    "decode_programme",
    "decode_refusal",
    "decode_request",
    "decode_roster",
    "decode_vector",
    "decode_welcome",
    "encode_enrolment",
    "encode_header",
    "encode_programme",
    "encode_refusal",
    "encode_request",
    "encode_roster",
    "encode_vector",
    "encode_welcome",
    "envelope_from_bytes",
    "envelope_to_bytes",
]
