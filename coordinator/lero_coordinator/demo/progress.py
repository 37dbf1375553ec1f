"""A bar for each stage of the demonstration, on stderr; plain lines where nobody watches a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from lero_coordinator.demo.federation import Progress as Tell


@contextmanager
def shown_progress() -> Iterator[Tell]:
    """What is told is shown until the end of the block."""
    console = Console(stderr=True)
    if console.is_terminal:
        with _bars(console) as tell:
            yield tell
    else:
        yield _lines(console)


def _lines(console: Console) -> Tell:
    def tell(what: str, done: int, of: int) -> None:
        if done == of:
            console.print(f"{what}: {done} of {of}")

    return tell


@contextmanager
def _bars(console: Console) -> Iterator[Tell]:
    parts = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    tasks: dict[str, TaskID] = {}
    with Progress(*parts, console=console) as progress:

        def tell(what: str, done: int, of: int) -> None:
            if what not in tasks:
                tasks[what] = progress.add_task(what, total=of)
            progress.update(tasks[what], completed=done)

        yield tell
