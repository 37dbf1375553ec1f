"""`programme`: a year of requests, shown, signed, and drafted one by one."""

from __future__ import annotations

import datetime
from pathlib import Path

import click

from lero_contract.console import as_json, tell
from lero_coordinator.cli.common import EXISTING_FILE, FILE, check_listed, now_s, open_office, passphrase_files

this_year = click.option(
    "--year",
    type=click.IntRange(2000, 2200),
    default=lambda: datetime.datetime.fromtimestamp(now_s(), datetime.UTC).year,
    show_default="this year",
    help="The calendar year of its cut dates.",
)


@click.group()
def programme() -> None:
    """Plan a year of requests, priced together, that a LERO can approve once.

    Example: lero-coordinator programme show standard-year --year 2026
    """


@programme.command()
@click.argument("name_or_file")
@this_year
@as_json
def show(name_or_file: str, year: int, as_json: bool) -> None:
    """What a year costs: each request, the running total, the reserve, epsilon in the small print.

    Example: lero-coordinator programme show standard-year --year 2026
    """
    from lero_contract.dictionary import load_dictionary
    from lero_coordinator.programme.text import as_dict, as_text
    from lero_coordinator.programme.year import year_from

    found = year_from(name_or_file, year, load_dictionary())
    tell(as_dict(found), as_json, as_text(found))


@programme.command()
@click.argument("name_or_file")
@this_year
@click.option("--analyst-key", type=EXISTING_FILE, required=True, help="The private key of a listed analyst.")
@click.option("--out", type=FILE, required=True, help="The signed programme, to be sent to the LEROs.")
@passphrase_files
@as_json
@click.pass_context
def sign(
    ctx: click.Context,
    name_or_file: str,
    year: int,
    analyst_key: Path,
    out: Path,
    passphrase_files: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Sign a year: what is asked, when, and at what price. Requests are still signed one by one, by the same key.

    Example: lero-coordinator programme sign standard-year --analyst-key analyst.key --out standard-year.programme
    """
    from lero_contract.codec import encode_programme, envelope_to_bytes
    from lero_contract.envelope import PROGRAMME
    from lero_contract.envelope import sign as sign_bytes
    from lero_coordinator.cli.common import read_keys
    from lero_coordinator.keys import write_new
    from lero_coordinator.programme.year import programme_from, year_from
    from lero_coordinator.times import in_words

    [key] = read_keys([analyst_key], passphrase_files)
    with open_office(ctx) as office:
        held = office.roster()
        check_listed(key, held.roster.analyst_keys, "analyst")
        found = programme_from(year_from(name_or_file, year, office.dictionary, held), office.dictionary, held, now_s())
    write_new(out, envelope_to_bytes(sign_bytes(PROGRAMME, encode_programme(found), key)), 0o644)
    facts = {
        "programme": found.key,
        "file": str(out),
        "requests": len(found.entries),
        "expires_at_s": found.expires_at_s,
    }
    until = in_words(found.expires_at_s)
    tell(facts, as_json, f"Signed {found.key} with {len(found.entries)} requests in {out}; it is valid until {until}.")


@programme.command()
@click.argument("name_or_file")
@click.argument("entry")
@this_year
@click.option("--out", type=FILE, required=True, help="The draft, to be signed as it is.")
@as_json
@click.pass_context
def draft(ctx: click.Context, name_or_file: str, entry: str, year: int, out: Path, as_json: bool) -> None:
    """Draft one request of the year. Change nothing in it, or LEROs that approved the programme will be asked.

    Example: lero-coordinator programme draft standard-year reach-q1 --year 2026 --out reach-q1.draft.toml
    """
    from lero_coordinator.catalogue import draft_text
    from lero_coordinator.draft.request import complete_text
    from lero_coordinator.keys import write_new
    from lero_coordinator.programme.year import year_from

    with open_office(ctx) as office:
        held = office.roster()
        found = year_from(name_or_file, year, office.dictionary, held).entry(entry)
    cohort = [node.node_id for node in held.roster.nodes]
    write_new(out, complete_text(draft_text(found.written.request), found.cut_date, cohort).encode(), 0o644)
    opens = found.opens.isoformat()
    facts = {"draft": str(out), "cut_date": found.cut_date.isoformat(), "opens": opens, "cohort": sorted(cohort)}
    tell(facts, as_json, f"Drafted {entry} for {len(cohort)} nodes in {out}. It opens on {opens}.")
    click.echo(f"Next: `lero-coordinator request preview {out}`.", err=True)
