"""The coordinator's tables. Nothing here is about a member: signed bytes, public facts, and when they came."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Integer, LargeBinary, MetaData, String, Table, Text

SCHEMA_VERSION = 3
# Schemas that lack nothing but whole tables, and have one column more that nobody reads: opening such a store makes
# the tables, and drops the column.
WITHOUT_SOME_TABLES = frozenset({1, 2})
DROPPED = ("enrolments", "tls_certificate")  # one certificate of each node; now they are in `certificates`

metadata = MetaData()

facts = Table(
    "facts",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", String(64), nullable=False),
)

roots = Table(  # one row for each key of each root set
    "roots",
    metadata,
    Column("version", Integer, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("threshold", Integer, nullable=False),
    Column("public_key", LargeBinary, nullable=False),
)

next_roots = Table(  # the root set that the next roster brings, if any; one row for each key
    "next_roots",
    metadata,
    Column("version", Integer, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("threshold", Integer, nullable=False),
    Column("public_key", LargeBinary, nullable=False),
)

organisations = Table(
    "organisations",
    metadata,
    Column("organisation_id", String(64), primary_key=True),
    Column("name", Text, nullable=False),
)

parties = Table(
    "parties",
    metadata,
    Column("role", String(16), primary_key=True),
    Column("party_id", String(64), primary_key=True),
    Column("organisation_id", String(64), ForeignKey(organisations.c.organisation_id), nullable=False),
    Column("public_key", LargeBinary, nullable=False),
)

revocations = Table(  # who is not served, and is left out of the next roster
    "revocations",
    metadata,
    Column("role", String(16), primary_key=True),
    Column("party_id", String(64), primary_key=True),
    Column("revoked_at_s", BigInteger, nullable=False),
)

enrolments = Table(
    "enrolments",
    metadata,
    Column("node_id", String(64), primary_key=True),
    Column("organisation_id", String(64), ForeignKey(organisations.c.organisation_id), nullable=False),
    Column("envelope", LargeBinary, nullable=False),
    Column("accepted_at_s", BigInteger, nullable=False),
)

invites = Table(  # never a secret of one: those are in the file alone
    "invites",
    metadata,
    Column("invite_id", String(32), primary_key=True),
    Column("node_id", String(64), nullable=False),
    Column("organisation_id", String(64), nullable=False),
    Column("organisation_name", Text, nullable=False),
    Column("public_key", LargeBinary, nullable=False),
    Column("authority", Integer, nullable=False),
    Column("made_at_s", BigInteger, nullable=False),
    Column("expires_at_s", BigInteger, nullable=False),
    Column("withdrawn_at_s", BigInteger),
    Column("used_at_s", BigInteger),
    Column("identity_key", LargeBinary),  # of whoever used it first
)

certificates = Table(  # a node's newest few; `bundle` is the digest of the authorities that it was given with each
    "certificates",
    metadata,
    Column("fingerprint", LargeBinary, primary_key=True),
    Column("node_id", String(64), nullable=False),
    Column("authority", Integer, nullable=False),
    Column("bundle", LargeBinary, nullable=False),
    Column("issued_at_s", BigInteger, nullable=False),
    Column("expires_at_s", BigInteger, nullable=False),
    Column("shown_at_s", BigInteger),  # when the node first called with it
)

rosters = Table(
    "rosters",
    metadata,
    Column("version", BigInteger, primary_key=True),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("envelope", LargeBinary, nullable=False),
)

root_changes = Table(  # the rosters that brought another root set than the one before: no node may skip them
    "root_changes",
    metadata,
    Column("version", BigInteger, ForeignKey(rosters.c.version), primary_key=True),
)

requests = Table(
    "requests",
    metadata,
    Column("request_id", String(32), primary_key=True),
    Column("digest", LargeBinary, nullable=False),
    Column("envelope", LargeBinary, nullable=False),
    Column("roster_digest", LargeBinary, nullable=False),
    Column("issued_at_s", BigInteger, nullable=False),
    Column("closes_at_s", BigInteger, nullable=False),
    Column("closed_at_s", BigInteger),
)

cohorts = Table(  # the request's own list again, so that a poll is one query
    "cohorts",
    metadata,
    Column("node_id", String(64), primary_key=True),
    Column("request_id", String(32), ForeignKey(requests.c.request_id), primary_key=True),
)

replies = Table(  # the first answer and the first refusal of a node to a request; both are kept, the answer counts
    "replies",
    metadata,
    Column("request_id", String(32), ForeignKey(requests.c.request_id), primary_key=True),
    Column("node_id", String(64), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("digest", LargeBinary, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("code", String(64), nullable=False),
    Column("received_at_s", BigInteger, nullable=False),
    Column("late", Boolean, nullable=False),
)

conflicts = Table(  # evidence: signed bytes that differ from what the same node sent first
    "conflicts",
    metadata,
    Column("request_id", String(32), ForeignKey(requests.c.request_id), primary_key=True),
    Column("node_id", String(64), primary_key=True),
    Column("digest", LargeBinary, primary_key=True),
    Column("content", LargeBinary, nullable=False),
    Column("received_at_s", BigInteger, nullable=False),
)

conversations = Table(  # questions of nodes and replies of analysts, numbered for each node in the order they came
    "conversations",
    metadata,
    Column("node_id", String(64), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("request_id", String(32), ForeignKey(requests.c.request_id), nullable=False),
    Column("question_digest", LargeBinary, nullable=False),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("envelope", LargeBinary, nullable=False),
    Column("received_at_s", BigInteger, nullable=False),
)

sightings = Table(
    "sightings",
    metadata,
    Column("node_id", String(64), primary_key=True),
    Column("seen_at_s", BigInteger, nullable=False),
    Column("software_version", String(64), nullable=False),
)

ledger_marks = Table(  # where each node's ledger stands, by its own word; `other`: another word for the same row
    "ledger_marks",
    metadata,
    Column("node_id", String(64), primary_key=True),
    Column("envelope", LargeBinary, nullable=False),
    Column("received_at_s", BigInteger, nullable=False),
    Column("other", LargeBinary),
)

revisions = Table(  # one row for each combined state of a closed round, numbered from 1
    "revisions",
    metadata,
    Column("request_id", String(32), ForeignKey(requests.c.request_id), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("made_at_s", BigInteger, nullable=False),
)

outcomes = Table(  # what a revision says of each node that had spoken; `header_digest` where its answer is in it
    "outcomes",
    metadata,
    Column("request_id", String(32), ForeignKey(requests.c.request_id), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("node_id", String(64), primary_key=True),
    Column("outcome", String(64), nullable=False),
    Column("header_digest", LargeBinary),
)
