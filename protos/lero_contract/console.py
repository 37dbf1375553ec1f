"""How both commands speak: results on stdout as words or JSON, failures in words on stderr with their own exit code."""

from __future__ import annotations

import errno
import json
from collections.abc import Sequence
from typing import Any

import click

from lero_contract.errors import LeroError

as_json = click.option("--json", "as_json", is_flag=True, help="For machines.")


class Speaking(click.Group):
    """Says what happened and the next thing to try, instead of a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; an expected failure goes to stderr."""
        try:
            return super().invoke(ctx)
        except LeroError as error:
            click.echo(f"{error.detail}\n{error.next_step}".rstrip(), err=True)
            ctx.exit(error.exit_code)
        except OSError as error:
            if error.errno in (None, errno.EPIPE):  # a reader that went away is click's business
                raise
            where = f"{error.filename}: " if error.filename else ""
            click.echo(f"{where}{error.strerror}.\nCheck the disk, and who may write there, and try again.", err=True)
            ctx.exit(LeroError.exit_code)


def tell(data: Any, as_json: bool, words: str) -> None:
    """The result: `data` as JSON, or `words`."""
    click.echo(json.dumps(data, indent=2, ensure_ascii=False, sort_keys=True) if as_json else words)


def columns(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Plain columns, as wide as they need to be; one sentence where there is nothing."""
    if not rows:
        return "Nothing yet."
    widths = [max(len(row[i]) for row in (headings, *rows)) for i in range(len(headings))]
    lines = ("  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) for row in (headings, *rows))
    return "\n".join(line.rstrip() for line in lines)
