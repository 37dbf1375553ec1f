"""Shows what a policy would change, asks, and puts it in force: the one way into force, for every command."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from lero_node.home import Home


def confirm_text(home: Home, text: str, now_s: int, yes: bool) -> None:
    """Ends the command where the person says no. Raises DataNotValid for a text with faults, NotReady before `init`."""
    from lero_contract.dictionary import load_dictionary
    from lero_node.gate.in_force import confirm, confirmed_before
    from lero_node.gate.policy import parse_policy
    from lero_node.gate.policy_change import changes, in_words
    from lero_node.home import load_settings
    from lero_node.log import Log

    load_settings(home)
    found = changes(confirmed_before(home), parse_policy(text), load_dictionary())
    if found and not yes:
        click.echo("\n".join(in_words(found)), err=True)
        click.confirm("Put this in force?", abort=True, err=True)
    digest = confirm(home, text)
    log = Log(home.log)
    log.write(now_s, "policy confirmed", f"{len(found)} changes, SHA-256 {digest}")
    log.close()
    if not found:
        click.echo("Confirmed. It says the same as before.")
        return
    lines = f"{len(found)} {'change' if len(found) == 1 else 'changes'}"
    click.echo(f"Confirmed: {lines}. It is in force now.")
