"""Between bytes and the frozen types of the contract: the only importers of generated code beside the gRPC rims."""

from lero_contract.codec.answer import (
    Answer,
    AnswerHeader,
    Refusal,
    decode_answer,
    decode_header,
    decode_refusal,
    decode_vector,
    encode_header,
    encode_refusal,
    encode_vector,
)
from lero_contract.codec.conversation import decode_question, decode_reply, encode_question, encode_reply
from lero_contract.codec.envelope import envelope_from_bytes, envelope_to_bytes
from lero_contract.codec.invite import Invite, decode_invite, encode_invite
from lero_contract.codec.ledger_mark import decode_ledger_mark, encode_ledger_mark
from lero_contract.codec.parcels import (
    ReplyParcel,
    RequestParcel,
    RosterParcel,
    read_reply_parcel,
    read_request_parcel,
    read_roster_parcel,
)
from lero_contract.codec.programme import decode_programme, encode_programme
from lero_contract.codec.request import decode_request, encode_request
from lero_contract.codec.roster import (
    Enrolment,
    decode_enrolment,
    decode_roster,
    encode_enrolment,
    encode_roster,
)
from lero_contract.ledger_mark import LedgerHead, LedgerMark

__all__ = [
    "Answer",
    "AnswerHeader",
    "Enrolment",
    "Invite",
    "LedgerHead",
    "LedgerMark",
    "Refusal",
    "ReplyParcel",
    "RequestParcel",
    "RosterParcel",
    "decode_answer",
    "decode_enrolment",
    "decode_header",
    "decode_invite",
    "decode_ledger_mark",
    "decode_programme",
    "decode_question",
    "decode_refusal",
    "decode_reply",
    "decode_request",
    "decode_roster",
    "decode_vector",
    "encode_enrolment",
    "encode_header",
    "encode_invite",
    "encode_ledger_mark",
    "encode_programme",
    "encode_question",
    "encode_refusal",
    "encode_reply",
    "encode_request",
    "encode_roster",
    "encode_vector",
    "envelope_from_bytes",
    "envelope_to_bytes",
    "read_reply_parcel",
    "read_request_parcel",
    "read_roster_parcel",
]
