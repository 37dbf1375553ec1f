"""Tidy CSV of every figure: one row each, marks in their own column, nothing but the mark where it is hidden."""

from __future__ import annotations

from collections.abc import Sequence

from lero_contract.csv_text import Value, to_csv
from lero_contract.geography import Geography
from lero_coordinator.combine.estimates import Estimate
from lero_coordinator.combine.release import CombinedTable, Figure, Release
from lero_coordinator.combine.statistic import COUNTED, PEOPLE
from lero_coordinator.landscape.layers import MapTile

_PLACES = 6  # decimals kept of a ratio; a count has none
_VALUES = (
    "statistic",
    "statistic_label",
    "value",
    "lower",
    "upper",
    "unit",
    "people",
    "people_lower",
    "people_upper",
    "noisy_value",
    "noise_variance",
    "mark",
    "words",
    "leros",
    "answered",
    "asked",
    "made_up_data",
)


def data_file(table_id: str) -> str:
    """Where a table's CSV lies in the folder; a table cannot take the place of the two files on coverage."""
    return f"data/{table_id}-table.csv" if table_id in ("coverage", "leros") else f"data/{table_id}.csv"


def table_csv(table: CombinedTable, release: Release, geography: Geography) -> bytes:
    """One table, every figure and every reason for absence."""
    axes = [category.axis for figure in table.figures[:1] for category in figure.group]
    places = ("level", "area_code", "area_name", "region_code", "region_name")
    head = ("table", "title", *places, *(name for axis in axes for name in (axis, f"{axis}_label")), *_VALUES)
    rows = (_row(figure, table, release, geography) for figure in table.figures)
    return to_csv(head, rows)


def areas_csv(tiles: Sequence[MapTile], release: Release, geography: Geography) -> bytes:
    """What the map says of each area, without its figure: how many LEROs are listed, answered, out of date."""
    head = ("area_code", "area_name", "region_code", "region_name", "listed", "answered", "stale", "layer", "words")
    return to_csv(
        (*head, "made_up_data"),
        (
            (
                tile.tile.code,
                tile.tile.name,
                tile.tile.region,
                geography.regions[tile.tile.region],
                *_coverage(release, tile.tile.code),
                tile.layer.code,
                tile.words,
                _made_up(release),
            )
            for tile in sorted(tiles, key=lambda t: (t.tile.region, t.tile.name))
        ),
    )


def leros_csv(release: Release, geography: Geography) -> bytes:
    """Every LERO asked, by area: whether it answered, never what."""
    head = ("lero", "node_id", "area_code", "area_name", "participation", "words", "made_up_data")
    return to_csv(
        head,
        (
            (
                node.organisation,
                node.node_id,
                area,
                geography.areas[area].name,
                node.participation.name.lower(),
                node.participation.value,
                _made_up(release),
            )
            for node in release.nodes
            for area in node.areas
        ),
    )


def _coverage(release: Release, area: str) -> tuple[int, int, int]:
    covered = release.coverage.get(area)
    return (covered.listed, covered.answered, covered.stale) if covered is not None else (0, 0, 0)


def _row(figure: Figure, table: CombinedTable, release: Release, geography: Geography) -> tuple[Value, ...]:
    place = figure.place
    return (
        table.table.table_id,
        table.table.title,
        place.level.value,
        place.code,
        place.name,
        place.region,
        geography.regions.get(place.region, ""),
        *(text for category in figure.group for text in (category.code, category.label)),
        figure.statistic.code,
        figure.statistic.label,
        *numbers(figure),
        figure.mark,
        figure.status.words,
        figure.leros,
        table.answered,
        table.asked,
        _made_up(release),
    )


def numbers(figure: Figure) -> tuple[Value, ...]:
    """Adjusted figure with its interval, unit, people, then the measurement as it was made."""
    unit = figure.statistic.unit
    if not figure.status.has_figure or figure.estimate is None:
        return ("", "", "", unit, "", "", "", "", "")
    shown = figure.estimate
    people = _ends(figure.people, PEOPLE) if figure.people is not None else ("", "", "")
    return (*_ends(shown, unit), unit, *people, _rounded(shown.noisy, unit), round(shown.variance, _PLACES))


def _ends(estimate: Estimate, unit: str) -> tuple[Value, Value, Value]:
    return _rounded(estimate.value, unit), _rounded(estimate.lower, unit), _rounded(estimate.upper, unit)


def _rounded(number: float, unit: str) -> Value:
    return round(number) if unit in COUNTED else round(number, _PLACES)


def _made_up(release: Release) -> str:
    return "Made-up data" if release.request.synthetic else "no"
