"""Which signed requests this coordinator passes on: only those the nodes could believe. Pure.

A courtesy, not a safeguard: every node checks all of it again and trusts nothing that was decided here.
"""

from __future__ import annotations

from lero_contract.codec import decode_request
from lero_contract.dictionary import Dictionary
from lero_contract.envelope import REQUEST, Envelope, open_one
from lero_contract.errors import Conflict, Malformed, OutOfTime
from lero_contract.plan import compile_plan
from lero_contract.request import Request
from lero_contract.roster import Held, check_in_time

LARGEST_REQUEST_BYTES = 256 * 1024


def check_request(envelope: Envelope, held: Held, dictionary: Dictionary, now_s: int) -> Request:
    """The request in an envelope, if it can be put to its cohort now.

    Raises Unauthorised for a signer who is no analyst of the roster held or a node it does not list, Conflict where
    it pins another roster, OutOfTime, or Malformed.
    """
    payload, _ = open_one(envelope, REQUEST, held.roster.analyst_keys)
    if len(payload) > LARGEST_REQUEST_BYTES:
        raise Malformed("The request is larger than a node can take in.", "Ask in two requests.")
    request = decode_request(payload)
    if (request.federation_id, request.synthetic) != (held.roster.federation_id, held.roster.synthetic):
        raise Malformed("The request is for another federation.")
    if (request.roster_version, request.roster_digest) != (held.roster.version, held.digest):
        raise Conflict("The request names a roster that is not the newest.", "Sign the draft again.")
    check_in_time(held.roster, now_s)
    if now_s >= request.closes_at_s:
        raise OutOfTime("The request's deadline has passed.", "Sign the draft again.")
    for node_id in request.cohort:
        compile_plan(request, dictionary, held.roster.node(node_id))
    return request
