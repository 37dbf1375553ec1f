"""Renders the page of a release: one file with its style and pictures inside, no script, and no other host to ask."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import PurePosixPath
from typing import Any

import jinja2

from lero_contract.days import from_day
from lero_contract.dictionary import Dictionary
from lero_contract.kinds import Mean
from lero_contract.price import NANO, half_width
from lero_coordinator.combine.marks import LEGEND, Status
from lero_coordinator.combine.release import CombinedTable, Figure, Level, Participation, Release
from lero_coordinator.landscape.charts import chart_of, place_in_chart
from lero_coordinator.landscape.data import data_file
from lero_coordinator.landscape.headline import headline, headline_figure
from lero_coordinator.landscape.kinds import counted_words, words_of
from lero_coordinator.landscape.revision import revision_words
from lero_coordinator.landscape.tile_map import SOURCE
from lero_coordinator.landscape.views import TableView, authorities_view, groups_view, places_view
from lero_coordinator.landscape.words import (
    MADE_UP,
    day_words,
    delta_words,
    interval_words,
    list_words,
    value_words,
)


@dataclass(frozen=True)
class Part:
    """One table of the release as a section: its view, a chart where its kind has one, words about what it measures."""

    view: TableView
    file: str
    chart: str
    chart_words: str
    about: str
    authorities: TableView | None


@dataclass(frozen=True)
class KeyFigure:
    """One figure at the head of the page."""

    label: str
    value: str
    beside: str


def render_page(
    release: Release, dictionary: Dictionary, map_svg: str, files: Sequence[str], notice: str | None, made_on: date
) -> str:
    """`index.html`. map_svg: as drawn by this package. files: beside the page, by their paths."""
    request = release.request
    return render(
        "page.html.j2",
        release=release,
        request=request,
        is_made_up=request.synthetic,
        made_up=MADE_UP,
        notice=notice or "",
        title=request.title,
        headline=headline(release),
        revision=revision_words(release),
        key_figures=_key_figures(release),
        cut_date=day_words(from_day(request.cut_date_day)),
        made_on=day_words(made_on),
        purpose=dictionary.purposes.get(request.purpose, request.purpose),
        map_svg=map_svg,
        files=[name for name in files if PurePosixPath(name).suffix in (".csv", ".svg")],
        coverage=_coverage(release, dictionary),
        **_tables(release, dictionary),
        **_small_print(release),
    )


def _tables(release: Release, dictionary: Dictionary) -> dict[str, Any]:
    """The map's table in two views, and every other table as a part."""
    mapped = release.map_table()
    regions = {code: name for code, name in dictionary.geography.regions.items() if code.startswith("E")}
    others = [t for t in release.tables if t is not mapped or _has_groups(t)]
    return {
        "mapped": mapped,
        "counted": counted_words(mapped.table) if mapped is not None else "",
        "places": places_view(mapped) if mapped is not None else None,
        "authorities": authorities_view(mapped, regions) if mapped is not None else None,
        "map_file": data_file(mapped.table.table_id) if mapped is not None else "",
        "parts": [_part(table, mapped, dictionary, regions, release.request.synthetic) for table in others],
    }


def _small_print(release: Release) -> dict[str, Any]:
    """Marks, prices and sources."""
    return {
        "legend": LEGEND,
        "absences": [_absence(status) for status in Status if status.words],
        "delta": delta_words(release.delta),
        "prices": [_price(table) for table in release.tables],
        "rho": f"{release.request.price_nano_rho / NANO:g}",
        "source": " ".join(SOURCE),
    }


def render(template: str, **values: Any) -> str:
    """A template of this package with its style inside and a policy that lets nothing else load."""
    style = _environment().get_template("style.css").render()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return _environment().get_template(template).render(style=style, style_digest=digest, **values)


@cache
def _environment() -> jinja2.Environment:
    """Everything is escaped but style and drawings, which are made here."""
    return jinja2.Environment(
        loader=jinja2.PackageLoader("lero_coordinator.landscape", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _has_groups(table: CombinedTable) -> bool:
    return any(figure.group for figure in table.figures)


def _part(
    table: CombinedTable,
    mapped: CombinedTable | None,
    dictionary: Dictionary,
    regions: Mapping[str, str],
    is_made_up: bool,
) -> Part:
    words = words_of(table.table)
    by_area = table is not mapped and "area" in table.table.dimensions
    return Part(
        view=groups_view(table),
        file=data_file(table.table.table_id),
        chart=chart_of(table, dictionary, is_made_up=is_made_up),
        chart_words=f"{place_in_chart(table)}. {words.chart_words}",
        about=words.about(table.table, dictionary),
        authorities=authorities_view(table, regions) if by_area else None,
    )


def _key_figures(release: Release) -> list[KeyFigure]:
    """The headline count, who answered, and where."""
    listed = sum(area.listed > 0 for area in release.coverage.values())
    answered = sum(area.answered > 0 for area in release.coverage.values())
    head = headline_figure(release)
    return [
        *([_key_count(*head)] if head is not None else []),
        KeyFigure("LEROs answered", f"{release.answered} of {len(release.request.cohort)}", _others(release)),
        KeyFigure("Areas with a LERO", f"{listed}", f"{answered} with an answer"),
    ]


def _key_count(table: CombinedTable, figure: Figure) -> KeyFigure:
    label = counted_words(table.table).capitalize() + (" in England" if figure.place.level is Level.ENGLAND else "")
    if figure.estimate is None or not figure.status.has_figure:
        return KeyFigure(label, figure.mark, figure.status.short)
    ends = interval_words(figure.estimate, table.unit)
    return KeyFigure(label, value_words(figure.estimate.value, table.unit), f"95% interval {ends}")


def _others(release: Release) -> str:
    """What became of the LEROs that are not in the figures."""
    kinds = [node.participation for node in release.nodes]
    words = {
        Participation.STALE: "with records out of date",
        Participation.REFUSED: "declined",
        Participation.REJECTED: "with an answer that did not hold",
        Participation.SILENT: "silent",
    }
    said = [f"{kinds.count(kind)} {text}" for kind, text in words.items() if kind in kinds]
    return list_words(said) or "nobody is missing"


def _coverage(release: Release, dictionary: Dictionary) -> list[dict[str, str]]:
    areas = dictionary.geography.areas
    return [
        {
            "organisation": node.organisation,
            "areas": list_words(sorted(areas[code].name for code in node.areas if code in areas)),
            "words": node.participation.value,
            "is_answered": "yes" if node.participation is Participation.ANSWERED else "",
        }
        for node in release.nodes
    ]


def _absence(status: Status) -> tuple[str, str, str]:
    """Mark, name and meaning of a reason for no figure, or for one of zero."""
    name, _, meaning = status.words.partition(", " if status.has_figure else ": ")
    return status.mark, name, meaning


def _price(table: CombinedTable) -> dict[str, str]:
    """What a table costs and how wide its noise is, in what it counts; a mean's noise is in no such unit."""
    is_count = not isinstance(table.table.kind, Mean)
    widths = {n: f"± {half_width(table.noise_scale, n):,}" for n in (1, max(1, table.answered))} if is_count else {}
    return {
        "title": table.table.title,
        "rho": f"{table.table.price_nano_rho / NANO:g}",
        "scale": f"{table.noise_scale:,.2f}",
        "one": widths.get(1, "see its interval"),
        "all": widths.get(max(1, table.answered), "see its interval"),
    }
