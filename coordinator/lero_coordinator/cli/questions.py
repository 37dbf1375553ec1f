"""`request questions|reply`: what LEROs ask before they decide."""

from __future__ import annotations

from pathlib import Path

import click

from lero_contract.console import as_json, tell
from lero_coordinator.cli.common import EXISTING_FILE, check_listed, now_s, open_office, passphrase_files


@click.command()
@click.argument("request_id", required=False)
@as_json
@click.pass_context
def questions(ctx: click.Context, request_id: str | None, as_json: bool) -> None:
    """What LEROs ask about one request, or about all, and what was replied.

    Example: lero-coordinator request questions
    """
    from lero_coordinator.conversing import asked
    from lero_coordinator.times import in_words

    with open_office(ctx) as office:
        found = asked(office, request_id)
    facts = [
        {
            "question": q.name,
            "request_id": q.kept.request_id,
            "node": q.kept.node_id,
            "received_at_s": q.kept.received_at_s,
            "text": q.question.text,
            "replies": [{"replied_at_s": r.replied_at_s, "text": r.text} for r in q.replies],
        }
        for q in found
    ]
    lines = []
    for q in found:
        when = in_words(q.kept.received_at_s)
        lines += [f"{q.name}  {q.kept.node_id} on {q.kept.request_id}, {when}:", *_quoted(q.question.text)]
        for r in q.replies:
            lines += [f"  replied {in_words(r.replied_at_s)}:", *_quoted(r.text)]
    tell(facts, as_json, "\n".join(lines) or "Nothing was asked.")


@click.command()
@click.argument("question")
@click.argument("text")
@click.option("--analyst-key", type=EXISTING_FILE, required=True, help="The private key of a listed analyst.")
@passphrase_files
@as_json
@click.pass_context
def reply(
    ctx: click.Context, question: str, text: str, analyst_key: Path, passphrase_files: tuple[Path, ...], as_json: bool
) -> None:
    """Reply to a LERO's question. It is signed, and the LERO that asked sees it, and no other.

    Example: lero-coordinator request reply 4f1c --analyst-key analyst.key "For the commissioning plan of 2027."
    """
    from lero_contract.conversation import check_text
    from lero_coordinator.cli.common import read_keys
    from lero_coordinator.conversing import find_question
    from lero_coordinator.conversing import reply as sign_reply
    from lero_coordinator.keys import ANALYST
    from lero_coordinator.listing import heard_keys

    check_text(text)
    [key] = read_keys([analyst_key], passphrase_files)
    with open_office(ctx) as office:
        check_listed(key, heard_keys(office, ANALYST), "analyst")
        found = find_question(office, question)
        sign_reply(office, found, text, key, now_s())
    facts = {"question": found.name, "node": found.kept.node_id, "request_id": found.kept.request_id}
    tell(facts, as_json, f"Replied to {found.kept.node_id}. It hears it at its next poll.")


def _quoted(text: str) -> list[str]:
    """Every line of a LERO's words is indented, so that none passes for this program's."""
    return [f"    | {line}" for line in text.split("\n")]
