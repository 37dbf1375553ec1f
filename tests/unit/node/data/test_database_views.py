"""The example in deploy/ works as it stands: its views are what a node takes, and its hash is an import's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import psycopg
import pytest

from lero_contract.days import to_day
from lero_contract.dictionary import load_dictionary
from lero_node.data.database import open_database
from lero_node.data.database_rules import schema_columns
from lero_node.data.keyhash import row_hashes
from lero_node.data.mapping import collects, parse_mapping
from lero_node.data.survey import survey
from support.postgres import CASE_RECORDS, VIEWS, Postgres

RECORDS = """
INSERT INTO case_records.clients VALUES
  ('C-1', '1980-05-06', 'F', 'E06000062', 'Working', '2025-01-01', '2025-01-10', NULL, false),
  ('C-2', '0001-01-01', '?', NULL, NULL, NULL, 'infinity', '2025-06-01', false),
  ('C-3', '1990-01-01', 'M', 'E06000062', NULL, NULL, '2025-02-01', NULL, true);
INSERT INTO case_records.outcomes VALUES
  ('C-1', '2025-01-12', 41), ('C-1', '2025-01-12', 41), ('C-1', '2025-04-14', 99), ('C-1', '2025-04-15', NULL);
INSERT INTO case_records.contacts VALUES
  ('C-1', '2025-02-01', 'Group'), ('C-1', '2025-02-01', 'Group'), ('C-1', '2025-02-01', 'Key work'),
  ('C-1', NULL, 'Group'), ('C-3', '2025-02-02', 'O''Brien’s walk');
INSERT INTO case_records.steps VALUES ('C-1', '2025-03-01', '2025-03-01', 'Job');
"""


@pytest.fixture(scope="module")
def database(postgres: Postgres) -> Iterator[str]:
    name = postgres.fresh_database("views_of_deploy")
    postgres.run(CASE_RECORDS, RECORDS, VIEWS.read_text(encoding="utf-8"), database=name)
    yield name
    postgres.run(f"DROP DATABASE {name} WITH (FORCE)")


def test_the_views_are_taken_and_leave_out_who_objects(postgres: Postgres, database: str) -> None:
    opened = open_database(postgres.connection(database=database))
    found = survey(opened, load_dictionary())
    assert dict(found.lines) == {"members": 2, "reviews": 3, "activities": 4, "milestones": 1}
    assert dict(found.strangers) == {"activities": 1}  # the contact of the member who objects, in no answer
    assert opened.rows("SELECT member_id FROM lero.members ORDER BY 1") == [("C-1",), ("C-2",)]
    opened.close()


def test_days_years_and_words_become_ours_and_what_cannot_be_is_not_known(postgres: Postgres, database: str) -> None:
    columns = 'member_id, birth_year, referred, joined, "left", sex, area, employment'
    rows = postgres.run(f"SELECT {columns} FROM lero.members ORDER BY 1", database=database)
    new_year, start, end = (to_day(date(2025, *day)) for day in ((1, 1), (1, 10), (6, 1)))
    assert rows == [
        ("C-1", 1980, new_year, start, None, "female", "E06000062", "employed"),
        ("C-2", None, None, None, end, None, None, None),
    ]
    scores = postgres.run("SELECT score FROM lero.reviews ORDER BY day, score", database=database)
    assert scores == [(41,), (41,), (None,)]


def test_the_hash_is_the_one_an_import_would_compute_under_the_same_key(postgres: Postgres, database: str) -> None:
    [(pad,)] = postgres.run("SELECT inner_pad FROM lero_private.hash_key", database=database)
    key, rest = bytes(b ^ 0x36 for b in pad[:32]), pad[32:]
    assert rest == b"\x36" * 32  # HMAC pads a key of 32 bytes with zeros to a block of 64
    for table, columns in (
        ("reviews", "member_id, day, wave, measure, score, recovery_now"),
        ("activities", "member_id, day, kind"),
        ("milestones", "member_id, day, kind"),
    ):
        rows = postgres.run(f"SELECT {columns}, row_hash FROM lero.{table}", database=database)
        assert rows
        assert sorted(row_hashes(key, table, [row[:-1] for row in rows])) == sorted(row[-1] for row in rows)


def test_two_databases_choose_by_different_secrets_and_one_keeps_its_own(postgres: Postgres, database: str) -> None:
    other = postgres.fresh_database("views_of_another")
    postgres.run(CASE_RECORDS, RECORDS, VIEWS.read_text(encoding="utf-8"), database=other)
    hashes = "SELECT row_hash FROM lero.activities ORDER BY 1"
    before = postgres.run(hashes, database=database)
    assert postgres.run(hashes, database=other) != before
    postgres.run(VIEWS.read_text(encoding="utf-8"), database=database)  # run again, as after a change of a view
    assert postgres.run(hashes, database=database) == before
    postgres.run(f"DROP DATABASE {other} WITH (FORCE)")


def test_the_reader_sees_neither_the_tables_nor_the_secret_and_can_write_nothing(
    postgres: Postgres, database: str
) -> None:
    for statement in (
        "SELECT * FROM case_records.clients",
        "SELECT * FROM lero_private.hash_key",
        "SELECT lero_private.row_hash(1, 'activities', 'C-1')",
        "DELETE FROM lero.members",
        "REFRESH MATERIALIZED VIEW lero.reviews",
        "CREATE TABLE lero.mine (n integer)",
    ):
        # The role's own setting comes first, and whoever has the password can put it off; the rights are what holds.
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            postgres.run("SET default_transaction_read_only = off", statement, user="lero_reader", database=database)


def test_the_mapping_beside_it_states_what_the_example_views_hold_and_no_more(
    postgres: Postgres, database: str
) -> None:
    mapping = parse_mapping((VIEWS.parent / "postgresql-mapping.toml").read_text(encoding="utf-8"), load_dictionary())
    written = postgres.run("SELECT pg_get_viewdef('lero.members'::regclass)", database=database)[0][0]
    empty = set(re.findall(r"NULL::text AS (\w+)", written))
    assert empty
    held = set(schema_columns()["members"]) - {"member_id"} - empty
    assert set(collects(mapping)) == held | {"reviews", "activities", "milestones", "sure.total"}
