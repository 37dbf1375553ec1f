"""`demo`: the whole of it on this machine, with real processes, on made-up LEROs or on public research data."""

from __future__ import annotations

from pathlib import Path

import click

from lero_contract.console import as_json, tell
from lero_coordinator.cli.common import EXISTING_FILE, now_s


@click.command()
@click.option("--leros", type=click.IntRange(3, 60), default=55, show_default=True, help="How many made-up LEROs.")
@click.option("--seed", type=int, default=2026, show_default=True, help="Of the made-up population.")
@click.option("--real", type=EXISTING_FILE, help="Instead: the public research file ctn_site_periods.csv.")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="An empty folder for everything."
)
@as_json
def demo(leros: int, seed: int, real: Path | None, out: Path, as_json: bool) -> None:
    """Run a whole federation here: nodes, coordinator, a signed request, answers, and a landscape.

    Example: lero-coordinator demo --leros 55 --out out/demo
    """
    from lero_coordinator.demo.progress import shown_progress
    from lero_coordinator.times import date_of

    page = out / "landscape" / "index.html"
    made_on = date_of(now_s())
    with shown_progress() as show:
        if real is not None:
            from lero_coordinator.demo.research import run_research

            run_research(real, out, made_on, show)
            words = f"32 real sites answered the same questions at epsilon 1 and at epsilon 4.\nLook at {page}"
        else:
            from lero_coordinator.demo.made_up import run_made_up

            words = run_made_up(out, leros, seed, made_on, show).in_words()
    tell({"found": words.splitlines()[0], "page": str(page)}, as_json, words)
