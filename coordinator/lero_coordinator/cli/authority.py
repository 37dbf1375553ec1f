"""`authority`: whose certificates are trusted on the line, and the change to the next."""

from __future__ import annotations

import click

from lero_contract.console import as_json, columns, tell
from lero_coordinator.cli.common import now_s, open_office


@click.group()
def authority() -> None:
    """The coordinator's own certificate authority, which certifies callers.

    Example: lero-coordinator authority show
    """


@authority.command()
@as_json
@click.pass_context
def show(ctx: click.Context, as_json: bool) -> None:
    """The authorities in force, and who still has to renew.

    Example: lero-coordinator authority show --json
    """
    from cryptography.hazmat.primitives.hashes import SHA256

    from lero_coordinator.succession import who_is_behind
    from lero_coordinator.times import in_words
    from lero_coordinator.tls_files import read_trusted

    with open_office(ctx) as office:
        trusted, behind = read_trusted(office.home), who_is_behind(office, now_s())
    headings, rows = ("authority", "fingerprint", "until"), []
    for number, certificate in trusted.items():
        until = in_words(int(certificate.not_valid_after_utc.timestamp()))
        rows.append((str(number), certificate.fingerprint(SHA256()).hex()[:16], until))
    waiting = [f"Not renewed yet: {', '.join(behind.nodes)}"] if behind.nodes else []
    waiting += [f"Invited by the old authority: {', '.join(behind.invited)}"] if behind.invited else []
    found = {
        "authorities": [dict(zip(headings, row, strict=True)) for row in rows],
        "not_renewed": list(behind.nodes),
        "invited_by_the_old": list(behind.invited),
    }
    tell(found, as_json, "\n".join([columns(headings, rows), *waiting]))


@authority.command()
@as_json
@click.pass_context
def rotate(ctx: click.Context, as_json: bool) -> None:
    """Make the next authority. Both are trusted until `authority retire`; nodes renew by themselves.

    Example: lero-coordinator authority rotate
    """
    from lero_coordinator.succession import rotate_authority

    with open_office(ctx) as office:
        number = rotate_authority(office, now_s())
    tell({"authority": number}, as_json, f"Authority {number} issues from now on. The one before it is trusted still.")
    click.echo("When `authority show` names nobody who has not renewed: `lero-coordinator authority retire`.", err=True)


@authority.command()
@click.option("--yes", is_flag=True, help="Do not ask, and cut off whoever has not renewed.")
@as_json
@click.pass_context
def retire(ctx: click.Context, yes: bool, as_json: bool) -> None:
    """Trust the old authority no more, and destroy its key. There is no way back.

    Example: lero-coordinator authority retire
    """
    from lero_coordinator.succession import check_retirement, retire_authority

    with open_office(ctx) as office:
        if not yes:
            number = check_retirement(office, now_s())
            click.confirm(f"Destroy authority {number}?", abort=True, err=True)
        number = retire_authority(office, now_s(), anyway=yes)
    tell({"retired": number}, as_json, f"Authority {number} is retired. Nodes renew once more, and forget it.")
