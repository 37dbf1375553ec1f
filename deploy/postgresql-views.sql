-- Lets a node read a LERO's own PostgreSQL (13 or newer) in place: four views, and a role that can read them and no more.
--
-- Run it as the owner of the records: psql --single-transaction -v ON_ERROR_STOP=1 -f postgresql-views.sql DATABASE
-- It changes no table of yours, and may be run again. Part 3 is an example: put your own tables and words into it, and
-- keep the columns, their names and their types. What the columns mean stands in docs/postgresql.md.

-- ---------------------------------------------------------------------------------------------------------------------
-- 1. The keyed hash of a row. Where a table takes only so many rows of each member, this decides which.
--
-- It is HMAC-SHA-256 (RFC 2104) over the row's own values and its number among equal rows of the member: the same that
-- an import computes. The secret is drawn here and only this database knows it, so that nobody can write a record, or
-- ask a question, such that certain rows are taken. It chooses between rows and hides nothing: it protects no secret.

CREATE SCHEMA IF NOT EXISTS lero_private;
REVOKE ALL ON SCHEMA lero_private FROM PUBLIC;

CREATE OR REPLACE FUNCTION lero_private.masked(bytes bytea, mask integer) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
  SELECT decode(string_agg(lpad(to_hex(get_byte(bytes, i) # mask), 2, '0'), '' ORDER BY i), 'hex')
  FROM generate_series(0, length(bytes) - 1) AS i
$$;

-- One row: the secret, already masked as HMAC wants it. 366 random bits of the system go into a key of 256.
CREATE TABLE IF NOT EXISTS lero_private.hash_key (
  only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
  inner_pad bytea NOT NULL,
  outer_pad bytea NOT NULL
);
WITH drawn AS MATERIALIZED (
  SELECT sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))
         || decode(repeat('00', 32), 'hex') AS key
)
INSERT INTO lero_private.hash_key (inner_pad, outer_pad)
SELECT lero_private.masked(key, 54), lero_private.masked(key, 92) FROM drawn
ON CONFLICT DO NOTHING;

-- A value with its length before it, so that no two rows read alike.
CREATE OR REPLACE FUNCTION lero_private.field(value text) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE
    WHEN value IS NULL THEN int4send(0)
    ELSE int4send(octet_length(convert_to('=' || value, 'UTF8'))) || convert_to('=' || value, 'UTF8')
  END
$$;

-- number: 1 for the first of equal rows. fields: the table's name, then the values in the order of its columns.
CREATE OR REPLACE FUNCTION lero_private.row_hash(number bigint, VARIADIC fields text[]) RETURNS bigint
LANGUAGE sql STABLE AS $$
  SELECT ('x' || encode(substring(sha256(outer_pad || sha256(inner_pad || content)) FROM 1 FOR 8), 'hex'))::bit(64)::bigint
  FROM lero_private.hash_key,
       (SELECT string_agg(lero_private.field(value), ''::bytea ORDER BY place) || int4send((number - 1)::integer) AS content
        FROM unnest(fields) WITH ORDINALITY AS f (value, place)) AS row_content
$$;

-- ---------------------------------------------------------------------------------------------------------------------
-- 2. Days since 1970-01-01. A day out of all reason is not known: one slip of the pen must not stop every answer.

CREATE OR REPLACE FUNCTION lero_private.days(value date) RETURNS integer LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN value BETWEEN DATE '1900-01-02' AND DATE '2199-12-31' THEN value - DATE '1970-01-01' END
$$;

-- ---------------------------------------------------------------------------------------------------------------------
-- 3. The views. Yours to write: this example has tables case_records.clients, outcomes, contacts and steps.

CREATE SCHEMA IF NOT EXISTS lero;

-- One line for each member. Whoever objects to statistics is left out here, and is then in no answer.
CREATE OR REPLACE VIEW lero.members AS
SELECT
  c.reference::text                                  AS member_id,
  CASE WHEN extract(year FROM c.born) BETWEEN 1900 AND 2199 THEN extract(year FROM c.born)::integer END AS birth_year,
  lero_private.days(c.referred_on)                   AS referred,
  lero_private.days(c.started_on)                    AS joined,
  lero_private.days(c.ended_on)                      AS "left",
  CASE c.gender WHEN 'M' THEN 'male' WHEN 'F' THEN 'female' WHEN 'X' THEN 'other' END AS sex,
  NULL::text                                         AS ethnicity_group,   -- what you do not record is NULL
  c.authority_code::text                             AS area,
  NULL::text                                         AS substance_group,
  NULL::text                                         AS primary_substance,
  NULL::text                                         AS referral_source,
  NULL::text                                         AS leaving_reason,
  NULL::text                                         AS accommodation,
  CASE c.work WHEN 'Working' THEN 'employed' WHEN 'Not working' THEN 'unemployed' END AS employment,
  NULL::text                                         AS recovery_at_start
FROM case_records.clients AS c
WHERE NOT c.objects_to_statistics AND c.reference IS NOT NULL;

-- The three tables of dated rows are kept ready with their hash, so that no question has to hash millions of rows.
DROP MATERIALIZED VIEW IF EXISTS lero.reviews, lero.activities, lero.milestones;

CREATE MATERIALIZED VIEW lero.reviews AS
WITH rows AS (
  SELECT
    o.client_reference::text                         AS member_id,
    lero_private.days(o.held_on)                     AS day,
    NULL::integer                                    AS wave,       -- 0, 3, 6, 12 ... where you record which review it is
    'sure.total'::text                               AS measure,
    CASE WHEN o.sure_total BETWEEN 21 AND 63 THEN o.sure_total END::bigint AS score,  -- in units of the last decimal
    NULL::text                                       AS recovery_now
  FROM case_records.outcomes AS o
  WHERE o.sure_total IS NOT NULL
)
SELECT *, lero_private.row_hash(
  row_number() OVER (PARTITION BY member_id, day, wave, measure, score, recovery_now),
  'reviews', member_id, day::text, wave::text, measure, score::text, recovery_now) AS row_hash
FROM rows;

CREATE MATERIALIZED VIEW lero.activities AS
WITH rows AS (
  SELECT
    k.client_reference::text                         AS member_id,
    lero_private.days(k.held_on)                     AS day,
    CASE k.what WHEN 'Group' THEN 'group_meeting' WHEN 'Key work' THEN 'one_to_one' ELSE 'other' END AS kind
  FROM case_records.contacts AS k
)
SELECT *, lero_private.row_hash(
  row_number() OVER (PARTITION BY member_id, day, kind), 'activities', member_id, day::text, kind) AS row_hash
FROM rows WHERE day IS NOT NULL;

CREATE MATERIALIZED VIEW lero.milestones AS
WITH rows AS (
  SELECT
    s.client_reference::text                         AS member_id,
    lero_private.days(s.reached_on)                  AS day,
    CASE s.what WHEN 'Job' THEN 'paid_work' WHEN 'Own home' THEN 'own_home' END AS kind
  FROM case_records.steps AS s
)
SELECT *, lero_private.row_hash(
  row_number() OVER (PARTITION BY member_id, day, kind), 'milestones', member_id, day::text, kind) AS row_hash
FROM rows WHERE day IS NOT NULL;

-- Every night, by the owner (cron, pg_cron):
--   REFRESH MATERIALIZED VIEW lero.reviews; REFRESH MATERIALIZED VIEW lero.activities; REFRESH MATERIALIZED VIEW lero.milestones;

-- ---------------------------------------------------------------------------------------------------------------------
-- 4. The role of the node: it reads the four, sees neither your tables nor the secret, and can write nothing.
-- Give it a password in psql, so that it stands in no file: \password lero_reader

DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'lero_reader') THEN
    CREATE ROLE lero_reader LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION CONNECTION LIMIT 4;
  END IF;
END
$$;
ALTER ROLE lero_reader SET default_transaction_read_only = on;
REVOKE ALL ON SCHEMA lero FROM PUBLIC;
GRANT USAGE ON SCHEMA lero TO lero_reader;
GRANT SELECT ON lero.members, lero.reviews, lero.activities, lero.milestones TO lero_reader;
