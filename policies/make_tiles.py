"""Lays out one square tile for each authority: regions in one piece each, no shared place, the same every time it runs.

1. Label points become a plane whose unit is one tile.
2. London is opened up to the room its boroughs need; then points closer than a tile push each other apart.
3. Points go to grid cells at the least total squared distance (linear sum assignment).
4. A search without chance moves and swaps tiles while that lowers distance + ragged edges + stray pieces; then each
   region's authorities take the places of their region at the least total squared distance.
5. The other nations are set apart, on the side where they lie.

Run: python policies/make_tiles.py --points points.csv --out tiles.csv
points.csv has the columns code, latitude, longitude in degrees; a retired code that became one code will do.
"""

from __future__ import annotations

import argparse
import csv
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from lero_contract.geography import NATIONS, Geography, load_geography

Cell = tuple[int, int]
Plane = NDArray[np.float64]

LONDON = "E12000007"
WEST_MIDLANDS = "E12000005"
NORTH_WEST = "E12000002"
# Tried over a grid of values and looked at: these keep every region whole and England in its shape.
KM_IN_A_TILE = 30.5
KM_IN_A_DEGREE = 111.2
MIDDLE_LATITUDE = 53.0
LONDON_ROOM = 0.65  # of a tile for each borough; the pushing apart gives the rest
RAGGED_EDGE = 2.5  # cost of an edge between a region and anything else, in squared tiles
OPEN_EDGE = 2.0  # saving for an edge between two tiles of England, so that no holes are left
STRAY_PIECE = 12.0  # cost of each piece beyond the first, and of each tile in one
REACH = 7  # how far a tile may move at once, in tiles
TOO_FAR = 60.0  # a move that adds more distance than this is never made good by tidier edges


class Layout:
    """Who stands where, with the cost of each region's shape kept up to date."""

    def __init__(self, wanted: Mapping[str, tuple[float, float]], region: Mapping[str, str], start: Mapping[str, Cell]):
        """wanted: where each authority would stand were it alone, in tiles. start: a first place for each."""
        self.wanted = wanted
        self.region = region
        self.place = dict(start)
        self.holder = {cell: code for code, cell in start.items()}
        self.shape = {name: self._shape_cost(name) for name in sorted(set(region.values()))}

    def improve(self) -> bool:
        """One pass over all tiles and all places in reach; whether anything changed."""
        changed = False
        steps = range(-REACH, REACH + 1)
        for code in sorted(self.place):
            column, row = self.place[code]
            for to in ((column + right, row + down) for right in steps for down in steps):
                changed |= to != self.place[code] and self._try(code, to)
        return changed

    def _try(self, code: str, to: Cell) -> bool:
        """Move there, changing places with whoever holds it, if that lowers the cost."""
        at, other = self.place[code], self.holder.get(to)
        gain = self._distance(code, to) - self._distance(code, at)
        if other is None:
            gain += OPEN_EDGE * (self._held_beside(at, to) - self._held_beside(to, at))
        else:
            gain += self._distance(other, at) - self._distance(other, to)
        if gain > TOO_FAR:
            return False
        touched = {self.region[code], self.region[other or code]}
        self._put(code, to, other, at)
        shape = {name: self._shape_cost(name) for name in touched}
        if gain + sum(shape.values()) - sum(self.shape[name] for name in touched) < -1e-9:
            self.shape.update(shape)
            return True
        self._put(code, at, other, to)
        return False

    def _put(self, code: str, to: Cell, other: str | None, instead: Cell) -> None:
        self.holder.pop(instead, None)
        self.place[code], self.holder[to] = to, code
        if other is not None:
            self.place[other], self.holder[instead] = instead, other

    def _distance(self, code: str, cell: Cell) -> float:
        x, y = self.wanted[code]
        return (x - cell[0]) ** 2 + (y - cell[1]) ** 2

    def _held_beside(self, cell: Cell, without: Cell) -> int:
        return sum(1 for beside in neighbours(cell) if beside != without and beside in self.holder)

    def _shape_cost(self, region: str) -> float:
        cells = {cell for code, cell in self.place.items() if self.region[code] == region}
        edges = sum(1 for cell in cells for beside in neighbours(cell) if beside not in cells)
        stray = pieces(cells)[1:]
        return RAGGED_EDGE * edges + STRAY_PIECE * (sum(stray) + len(stray))


def neighbours(cell: Cell) -> tuple[Cell, Cell, Cell, Cell]:
    """The four cells that share an edge with this one."""
    column, row = cell
    return (column + 1, row), (column - 1, row), (column, row + 1), (column, row - 1)


def pieces(cells: Iterable[Cell]) -> list[int]:
    """Sizes of the edge-connected pieces, largest first."""
    left, sizes = set(cells), []
    while left:
        stack, size = [left.pop()], 0
        while stack:
            size += 1
            beside = [cell for cell in neighbours(stack.pop()) if cell in left]
            left.difference_update(beside)
            stack.extend(beside)
        sizes.append(size)
    return sorted(sizes, reverse=True)


def read_points(path: Path, geography: Geography) -> dict[str, tuple[float, float]]:
    """Longitude east and latitude south as tiles, by current code. Raises ValueError unless every authority has one."""
    degree = KM_IN_A_DEGREE / KM_IN_A_TILE
    found: dict[str, tuple[float, float]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            code = geography.current(line["code"])
            if code is None:
                raise ValueError(f"{path.name}: {line['code']} is not the code of one area")
            east = float(line["longitude"]) * math.cos(math.radians(MIDDLE_LATITUDE))
            found[code] = (east * degree, -float(line["latitude"]) * degree)
    missing = {area.code for area in geography.areas.values() if area.in_england} - found.keys()
    if missing:
        raise ValueError(f"{path.name}: no point for {', '.join(sorted(missing))}")
    return dict(sorted(found.items()))


def open_up(points: Plane, inside: NDArray[np.bool_], tiles: float) -> Plane:
    """Stretch a disc around the points inside to an area of so many tiles; what lies outside moves out as far."""
    centre = points[inside].mean(axis=0)
    away = points - centre
    distance = np.hypot(away[:, 0], away[:, 1])
    old, new = distance[inside].max(), math.sqrt(tiles / math.pi)
    moved = np.where(inside, distance * new / old, np.sqrt(np.maximum(distance**2 + new**2 - old**2, 0.0)))
    stretched: Plane = centre + away * (moved / np.maximum(distance, 1e-9))[:, None]
    return stretched


def push_apart(points: Plane, gap: float = 1.05, rounds: int = 400) -> Plane:
    """Points nearer to each other than `gap` tiles give way, each by a quarter of what is missing, many times over."""
    for _ in range(rounds):
        between = points[:, None] - points[None]
        distance = np.hypot(between[..., 0], between[..., 1]) + 9 * np.eye(len(points))
        missing = np.clip(gap - distance, 0, None) / 2
        points = points + 0.5 * (between / np.maximum(distance, 1e-6)[..., None] * missing[..., None]).sum(axis=1)
    return points


def nearest_places(points: Plane, cells: Sequence[Cell]) -> list[Cell]:
    """One of the cells for each point, no cell twice, at the least total squared distance."""
    cost = ((points[:, None] - np.array(cells, dtype=np.float64)[None]) ** 2).sum(axis=-1)
    _, chosen = linear_sum_assignment(cost)
    return [cells[int(index)] for index in chosen]


def lay_out(points: Mapping[str, tuple[float, float]], region: Mapping[str, str]) -> dict[str, Cell]:
    """A cell for each authority. Raises ValueError if a region ends in more than one piece."""
    codes = list(points)
    plane = np.array([points[code] for code in codes])
    in_london = np.array([region[code] == LONDON for code in codes])
    plane = push_apart(open_up(plane - plane.min(axis=0), in_london, LONDON_ROOM * in_london.sum()))
    plane = np.round(plane - plane.min(axis=0) + 1, 6)  # so that another machine's last digits change nothing
    wanted = {code: (float(x), float(y)) for code, (x, y) in zip(codes, plane, strict=True)}
    columns, rows = (int(edge) + 2 for edge in plane.max(axis=0))
    grid = [(column, row) for row in range(rows) for column in range(columns)]
    layout = Layout(wanted, region, dict(zip(codes, nearest_places(plane, grid), strict=True)))
    while layout.improve():
        pass  # ends: each change lowers one cost, and there are finitely many layouts
    settled: dict[str, Cell] = {}
    for name in sorted(set(region.values())):
        own = [code for code in codes if region[code] == name]
        cells = [layout.place[code] for code in own]
        if len(pieces(cells)) > 1:
            raise ValueError(f"region {name} is in more than one piece; change the costs at the top of this file")
        settled |= zip(own, nearest_places(np.array([wanted[code] for code in own]), cells), strict=True)
    return settled


def set_nations_apart(places: Mapping[str, Cell], region: Mapping[str, str]) -> dict[str, Cell]:
    """Scotland above, Wales west of the West Midlands, Northern Ireland west of the North West; a gap to England."""
    midlands = sorted(cell[1] for code, cell in places.items() if region[code] == WEST_MIDLANDS)
    north_west = min(cell[1] for code, cell in places.items() if region[code] == NORTH_WEST)
    top = min(row for _, row in places.values())
    wales_row = midlands[len(midlands) // 2]
    beside_wales = min(column for column, row in places.values() if abs(row - wales_row) <= 1)
    leftmost = min(column for column, row in places.values() if abs(row - north_west) <= 1)
    north = min(column for column, row in places.values() if row == top)
    wales, scotland, northern_ireland = NATIONS
    return {
        wales: (beside_wales - 2, wales_row),
        scotland: (north, top - 2),
        northern_ireland: (leftmost - 3, north_west),
    }


def main() -> None:
    """Read the points, lay out, write code, column and row, both counted from 0 at the top left."""
    parser = argparse.ArgumentParser(description="Lay out one square tile for each authority.")
    parser.add_argument("--points", type=Path, required=True, help="CSV with code, latitude, longitude")
    parser.add_argument("--out", type=Path, required=True, help="CSV to write: code, column, row")
    arguments = parser.parse_args()
    geography = load_geography()
    points = read_points(arguments.points, geography)
    region = {code: geography.areas[code].region for code in points}
    places = lay_out(points, region)
    places = places | set_nations_apart(places, region)
    left, top = (min(cell[axis] for cell in places.values()) for axis in (0, 1))
    with arguments.out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("code", "column", "row"))
        writer.writerows((code, column - left, row - top) for code, (column, row) in sorted(places.items()))


if __name__ == "__main__":
    main()
