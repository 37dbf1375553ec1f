"""`policy`: the rules of this node, explained, checked, compared, and put in force by a person who has read them."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from lero_contract.console import as_json, tell
from lero_node.cli.common import EXISTING_FILE, now_s, place


@click.group()
def policy() -> None:
    """Read, change and confirm what this node answers.

    Example: lero-node policy explain
    """


@policy.command()
@click.argument("file", type=EXISTING_FILE, required=False)
@click.pass_context
def check(ctx: click.Context, file: Path | None) -> None:
    """Say whether a policy can be used; where it cannot, the line and the fix.

    Example: lero-node policy check policy.toml
    """
    from lero_node.gate.policy import load_policy

    load_policy(file or place(ctx).home.policy)
    click.echo("The policy can be used.")


@policy.command()
@click.argument("file", type=EXISTING_FILE, required=False)
@as_json
@click.pass_context
def explain(ctx: click.Context, file: Path | None, as_json: bool) -> None:
    """Print a policy as sentences; without a file, the one in force.

    Example: lero-node policy explain
    """
    from lero_contract.dictionary import load_dictionary
    from lero_node.gate.policy import load_policy
    from lero_node.gate.policy_words import policy_in_words

    home = place(ctx).home
    in_force = home.confirmed_policy if home.confirmed_policy.exists() else home.policy
    words = policy_in_words(load_policy(file or in_force), load_dictionary())
    tell(words, as_json, "\n".join(words))


@policy.command()
@click.argument("file", type=EXISTING_FILE, required=False)
@as_json
@click.pass_context
def diff(ctx: click.Context, file: Path | None, as_json: bool) -> None:
    """What a file, or the policy.toml you edited, would change of the policy in force: sentence by sentence.

    Example: lero-node policy diff
    """
    from lero_contract.dictionary import load_dictionary
    from lero_node.gate.in_force import confirmed_before
    from lero_node.gate.policy import load_policy
    from lero_node.gate.policy_change import changes, in_words

    home = place(ctx).home
    found = changes(confirmed_before(home), load_policy(file or home.policy), load_dictionary())
    tell([asdict(change) for change in found], as_json, "\n".join(in_words(found)) or "Nothing would change.")


@policy.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def confirm(ctx: click.Context, yes: bool) -> None:
    """Put the policy.toml you edited in force, after showing what it changes.

    Example: lero-node policy confirm
    """
    from lero_node.cli.confirming import confirm_text
    from lero_node.gate.policy import read_policy

    home = place(ctx).home
    confirm_text(home, read_policy(home.policy), now_s(), yes)


@policy.command()
@click.argument("file", type=EXISTING_FILE)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def use(ctx: click.Context, file: Path, yes: bool) -> None:
    """Take a file as the policy and put it in force, after showing what it changes.

    Example: lero-node policy use policy.toml
    """
    from lero_node.cli.confirming import confirm_text
    from lero_node.gate.policy import read_policy

    confirm_text(place(ctx).home, read_policy(file), now_s(), yes)


@policy.command()
def example() -> None:
    """Print the example policy, to be saved and changed.

    Example: lero-node policy example > policy.toml
    """
    from lero_policies import ROOT

    click.echo(ROOT.joinpath("node-policy.example.toml").read_text(encoding="utf-8"), nl=False)
