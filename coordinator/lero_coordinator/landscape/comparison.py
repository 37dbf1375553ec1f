"""Publishes releases of the same questions at different prices side by side, with the exact figures beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from lero_contract.csv_text import Value, to_csv
from lero_contract.days import from_day
from lero_contract.dictionary import load_dictionary
from lero_coordinator.combine.release import Release
from lero_coordinator.landscape.compared import Beside, ComparedTable, Exact, Line, compare, tally
from lero_coordinator.landscape.comparison_chart import draw_comparison
from lero_coordinator.landscape.data import data_file, table_csv
from lero_coordinator.landscape.folder import replace_folder
from lero_coordinator.landscape.page import render
from lero_coordinator.landscape.statement import statement_bytes
from lero_coordinator.landscape.words import MADE_UP, day_words, delta_words, interval_words, value_words

_MOST_CHART_LINES = 14
_HEAD = (
    "table",
    "title",
    "group_codes",
    "group",
    "unit",
    "release",
    "epsilon",
    "exact",
    "value",
    "lower",
    "upper",
    "mark",
    "words",
    "holds_exact",
    "unusable",
    "made_up_data",
    "notice",
)


def publish_comparison(
    releases: Sequence[tuple[str, Release]], exact: Exact, out: Path, *, notice: str, made_on: date
) -> None:
    """Write `index.html`, `comparison.csv` and each release's own data and statement into `out`.

    releases: each with its label, of requests with the same tables. exact: by table id and group codes. notice: stands
    on every page. Raises DataNotValid where `out` holds other files.
    """
    dictionary = load_dictionary()
    tables = compare(releases, exact, dictionary)
    files = {"comparison.csv": _csv(releases, tables, notice)}
    for label, release in releases:
        own = {
            _under(label, data_file(table.table.table_id)): table_csv(table, release, dictionary.geography)
            for table in release.tables
        }
        files |= own
        files[_under(label, "data/release.json")] = statement_bytes(release, own, notice, made_on)
    files["index.html"] = _page(releases, tables, notice, made_on, sorted(files)).encode()
    replace_folder(files, out)


def _under(label: str, name: str) -> str:
    """A file of one release: its label, as it can stand in a path, before the file's own name."""
    slug = re.sub(r"[^a-z0-9.]+", "-", label.lower()).strip("-.")
    return f"data/{slug}-{name.removeprefix('data/')}"


def _page(
    releases: Sequence[tuple[str, Release]],
    tables: Sequence[ComparedTable],
    notice: str,
    made_on: date,
    files: Sequence[str],
) -> str:
    first = releases[0][1]
    labels = [label for label, _ in releases]
    is_made_up = first.request.synthetic
    return render(
        "comparison.html.j2",
        title=f"What privacy costs: {' and '.join(labels)} beside the exact figures",
        is_made_up=is_made_up,
        made_up=MADE_UP,
        delta=delta_words(first.delta),
        notice=notice,
        question=first.request.question,
        cut_date=day_words(from_day(first.request.cut_date_day)),
        made_on=day_words(made_on),
        releases=releases,
        labels=labels,
        tallies=[tally(label, position, tables) for position, label in enumerate(labels)],
        tables=[(table, _chart(table, labels, is_made_up)) for table in tables],
        value_of=_value,
        interval_of=_interval,
        files=files,
    )


def _chart(table: ComparedTable, labels: Sequence[str], is_made_up: bool) -> str:
    if not 0 < len(table.lines) <= _MOST_CHART_LINES:
        return ""
    return draw_comparison(table, labels, is_made_up=is_made_up)


def _value(beside: Beside, table: ComparedTable) -> str:
    return value_words(beside.estimate.value, table.unit) if beside.estimate is not None else ""


def _interval(beside: Beside, table: ComparedTable) -> str:
    return interval_words(beside.estimate, table.unit) if beside.estimate is not None else ""


def _csv(releases: Sequence[tuple[str, Release]], tables: Sequence[ComparedTable], notice: str) -> bytes:
    rows = (row for table in tables for line in table.lines for row in _rows(releases, table, line, notice))
    return to_csv(_HEAD, rows)


def _rows(
    releases: Sequence[tuple[str, Release]], table: ComparedTable, line: Line, notice: str
) -> Iterator[tuple[Value, ...]]:
    for (label, release), beside in zip(releases, line.beside, strict=True):
        shown = beside.estimate
        yield (
            table.table.table.table_id,
            table.table.table.title,
            " ".join(line.codes),
            ", ".join(line.labels),
            table.unit,
            label,
            round(release.epsilon, 4),
            round(line.exact, 6) if line.exact is not None else "",
            *((round(v, 6) for v in (shown.value, shown.lower, shown.upper)) if shown is not None else ("", "", "")),
            beside.figure.mark,
            beside.figure.status.words,
            beside.holds_words,
            beside.unusable or "no",
            MADE_UP if release.request.synthetic else "no",
            notice,
        )
