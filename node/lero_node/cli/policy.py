"""`policy`: the rules of this node, checked, explained, and an example to start from."""

from __future__ import annotations

from pathlib import Path

import click

from lero_contract.console import as_json, tell
from lero_node.cli.common import EXISTING_FILE, place


@click.group()
def policy() -> None:
    """Check and explain what this node answers.

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
    """Print the policy as sentences.

    Example: lero-node policy explain
    """
    from lero_contract.dictionary import load_dictionary
    from lero_node.gate.explain import policy_in_words
    from lero_node.gate.policy import load_policy

    words = policy_in_words(load_policy(file or place(ctx).home.policy), load_dictionary())
    tell(words, as_json, "\n".join(words))


@policy.command()
def example() -> None:
    """Print the example policy, to be saved and changed.

    Example: lero-node policy example > policy.toml
    """
    from lero_policies import ROOT

    click.echo(ROOT.joinpath("node-policy.example.toml").read_text(encoding="utf-8"), nl=False)
