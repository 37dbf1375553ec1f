"""Publishes a release as a folder of pages, map and data with a signed statement, all of one release or none of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lero_contract.days import from_day
from lero_contract.dictionary import Dictionary, load_dictionary
from lero_coordinator.combine.release import Release
from lero_coordinator.landscape.data import areas_csv, data_file, leros_csv, table_csv
from lero_coordinator.landscape.folder import replace_folder
from lero_coordinator.landscape.headline import headline
from lero_coordinator.landscape.kinds import counted_words
from lero_coordinator.landscape.layers import count_layers, map_tiles
from lero_coordinator.landscape.page import render_page
from lero_coordinator.landscape.statement import signed_statement, statement_bytes
from lero_coordinator.landscape.tile_map import MapWords, draw_map
from lero_coordinator.landscape.tiles import load_tiles
from lero_coordinator.landscape.words import MADE_UP, day_words

_PROOF = (
    "proof/        the signed request, and the signed lists of who may ask, answer and publish",
    "",
    "Check all of it, with the federation's file of root keys from another source than this folder:",
    "lero-coordinator verify FOLDER --roots roots.json",
)


@dataclass(frozen=True)
class Published:
    """Where the pages are, what the first sentence says, and how many tiles of the map are on each layer."""

    folder: Path
    index: Path
    headline: str
    tiles: Mapping[str, int]


def publish(
    release: Release,
    out: Path,
    *,
    publisher_key: Ed25519PrivateKey | None,
    notice: str | None,
    made_on: date,
    proof: Mapping[str, bytes] | None = None,
) -> Published:
    """Write `index.html`, `map.svg`, `data/*.csv`, `release.json` and, with a key, `release.envelope` into `out`.

    notice: a sentence that stands on the page and in the statement. proof: files that let anyone check the release, by
    their paths. Raises DataNotValid where `out` holds other files.
    """
    dictionary = load_dictionary()
    tiles = map_tiles(release, load_tiles(dictionary.geography), dictionary.geography)
    drawn = draw_map(tiles, _map_words(release))
    files = {
        "map.svg": f'<?xml version="1.0" encoding="UTF-8"?>\n{drawn}\n'.encode(),
        "README.txt": _read_me(release, notice, has_proof=bool(proof)),
        **data_files(release, dictionary),
        **(proof or {}),
    }
    files["index.html"] = render_page(release, dictionary, drawn, sorted(files), notice, made_on).encode()
    files["release.json"] = statement_bytes(release, files, notice, made_on)
    if publisher_key is not None:
        files["release.envelope"] = signed_statement(files["release.json"], publisher_key)
    replace_folder(files, out)
    return Published(out, out / "index.html", headline(release), count_layers(tiles))


def data_files(release: Release, dictionary: Dictionary) -> dict[str, bytes]:
    """Every file in `data`, by its path: the tables, the areas, and who answered."""
    tiles = map_tiles(release, load_tiles(dictionary.geography), dictionary.geography)
    tables = {data_file(t.table.table_id): table_csv(t, release, dictionary.geography) for t in release.tables}
    return {
        "data/coverage.csv": areas_csv(tiles, release, dictionary.geography),
        "data/leros.csv": leros_csv(release, dictionary.geography),
        **tables,
    }


def _map_words(release: Release) -> MapWords:
    table = release.map_table()
    cut = day_words(from_day(release.request.cut_date_day))
    answered = f"{release.answered} of {len(release.request.cohort)} LEROs answered"
    if table is None:
        return MapWords("Where LEROs answered", f"{cut}. {answered}.", "", release.request.synthetic)
    note = f"{cut}. {answered}. Every figure carries noise, added to protect members."
    return MapWords(table.table.title, note, counted_words(table.table), release.request.synthetic)


def _read_me(release: Release, notice: str | None, *, has_proof: bool) -> bytes:
    lines = [f"{MADE_UP}: {release.request.title}" if release.request.synthetic else release.request.title]
    lines += [notice] if notice else []
    lines += [
        "",
        "Open index.html in any browser; it needs no network.",
        "map.svg       the map alone",
        "data/         one CSV for each table, coverage.csv for the areas, leros.csv for who answered",
        "release.json  what was asked, what protects it, and the SHA-256 of every file",
        "release.envelope  the same statement, signed by the publisher, where there is one",
        *(_PROOF if has_proof else ()),
        "",
        "An empty value has a mark and its reason in words beside it.",
    ]
    return ("\n".join(lines) + "\n").encode()
