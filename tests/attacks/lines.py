"""Every attack and fault that a test must make and see fail, by its id, in order; and which of them are still open.

A line is open where the part of the product it attacks is not there yet. Everything else must be defeated.
"""

from __future__ import annotations

from collections.abc import Mapping

LINES: Mapping[str, str] = {
    # Requests and budget
    "Q1": "the same request many times over; the same question under new ids",
    "Q2": "overlapping filters whose difference is one person",
    "Q3": "a known id with other content",
    "Q4": "an old signed request months later, after a restart",
    "Q5": "a request for another cohort or another coordinator",
    "Q6": "a flipped byte, a cut or wrong signature",
    "Q7": "a request that has expired, or is not valid yet",
    "Q8": "a signer who was revoked; a roster that is old, expired, thinly signed or of foreign roots",
    "Q9": "protobuf with repeated or unknown fields",
    "Q10": "noise of zero, below zero, NaN or next to nothing; any way to an exact vector",
    "Q11": "filters that single out one member",
    "Q12": "groups that are there only when members are",
    "Q13": "a member in more cells than allowed",
    "Q14": "a flood of signed requests",
    "Q15": "a clock moved by a year, requests dated next year",
    "Q16": "words, status, size or time that differ between neighbouring data",
    # Arithmetic
    "S1": "sums beyond 2^62",
    "S2": "numbers that wrap around",
    "S3": "impossible numbers, dates and encodings in an export",
    "S4": "another way round the clamp",
    "S5": "attacks on the floating point of noise",
    "S6": "a sensitivity that is rounded down",
    "S7": "a sampler that is biased, stuck or of the wrong scale",
    "S8": "a fork or a cloned machine that repeats its randomness",
    "S10": "noise that is drawn again",
    # Pooled rounds
    "A1": "nodes that the coordinator invented",
    "A2": "different lists of answers to different keepers; conditions broken",
    "A3": "a list below the quorum, with a node twice, with an unsigned header",
    "A4": "sealed seeds moved to another request, node or keeper",
    "A5": "a keeper's key that was swapped",
    "A6": "quorum, keepers or colluders below a node's own floors",
    "A7": "the same request pooled twice",
    "A8": "an answer after the close",
    "A9": "seeds used again in another request",
    "A10": "an answer out of range",
    "A11": "too few answers, or too few keepers",
    "A13": "a keeper that returns a wrong sum",
    "A14": "a node that seals garbage or unequal seeds",
    "A15": "headers of another dictionary, plan, cell count or cut date",
    "A16": "sealing keys stolen after their quarter",
    "A17": "a thinly signed roster, or a cohort of newcomers",
    # Storage and processes
    "L1": "kill -9 at every step",
    "L2": "a request lost, a response lost",
    "L3": "power lost at any moment",
    "L4": "a disk that is full or read-only",
    "L5": "bits that flip in ledger, log and snapshot",
    "L6": "a ledger restored, a folder copied, a coordinator silent about it",
    "L7": "two processes on one data folder",
    "L8": "kill -9 during import, export and publish",
    "L9": "a coordinator restarted in mid-round",
    "L10": "an older program on a newer ledger, and the other way round",
    "L11": "secrets and members in logs, errors, temporary files and core dumps",
    # Network
    "W1": "a line that is half open, an hour of silence",
    "W2": "messages twice, out of order, and late",
    "W3": "a slow node",
    "W4": "clocks a day apart",
    "W5": "messages that are too large or have too many elements",
    "W6": "a small message that inflates to a huge one",
    "W7": "protobuf's unguarded parser",
    "W8": "another authority's certificate, an expired one, another node's, none; rotation in mid-stream",
    "W9": "an invite used twice, late, or by another key",
    # Edges
    "E1": "names that a spreadsheet would run",
    "E2": "markup in names",
    "E3": "paths, links, device names and zip bombs in imports and courier files",
    "E4": "a console called from another host or site, without its token, or by a GET that changes something",
    "E6": "a wheel that was changed",
    "E7": "a policy that is missing, empty, unreadable or misspelt",
}

POOLED = "pooled rounds"
CONSOLE = "the console"
OPEN: Mapping[str, str] = {line: POOLED for line in LINES if line.startswith("A")} | {"E4": CONSOLE}
