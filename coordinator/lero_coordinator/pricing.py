"""Prices of a draft from what is wanted of it: an accuracy of single tables, a price of the whole, or both. Pure.

What is found is written back into the text of the draft, line by line, so that what is signed is what was read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from lero_contract.dictionary import Dictionary
from lero_contract.errors import DataNotValid
from lero_contract.kinds import Activity
from lero_contract.plan import Part, shapes_of
from lero_contract.price import NANO, noise_scale
from lero_contract.request import Request, Table
from lero_contract.roster import NodeEntry
from lero_contract.toml_lines import line_of
from lero_coordinator.draft.format import Draft
from lero_coordinator.draft.request import read_draft
from lero_coordinator.preview.accuracy import Wish, least_price, read_wish, scaled
from lero_coordinator.preview.preview import ahead_of, stands_behind, taking_part
from lero_coordinator.preview.spread import Behind
from lero_coordinator.preview.widths import Ahead, Width, middle_of, width_of

PLACEHOLDER = Decimal("0.001")  # a price to compile a table with while its own is being found
LEAST_NANO = 3  # units of 1e-9 rho that every kind of table can share out over its parts
RequestOf = Callable[[Draft], Request]


@dataclass(frozen=True)
class Priced:
    """A draft with every price found. wishes, curves: of each table with a wish, and its width at any price."""

    draft: Draft
    request: Request
    wishes: Mapping[str, Wish]
    curves: Mapping[str, Callable[[int], Width]]


def wishes_of(draft: Draft, given: Sequence[str]) -> dict[str, Wish]:
    """The wishes in a draft and those given beside it, as "TABLE=WISH", which go before. Raises DataNotValid."""
    wishes: dict[str, Wish] = {}
    for i, table in enumerate(draft.tables):
        if table.accuracy is not None:
            wishes[table.id] = _read(f'{draft.at("tables", i, "accuracy")}table "{table.id}": ', table.accuracy)
    ids = [table.id for table in draft.tables]
    for words in given:
        name, equals, wish = words.partition("=")
        if not equals or name.strip() not in ids:
            raise DataNotValid(f'"{words}": the draft has no table "{name.strip()}".', f"Its tables: {', '.join(ids)}.")
        wishes[name.strip()] = read_wish(wish)
    return wishes


def price(
    draft: Draft,
    wishes: Mapping[str, Wish],
    total: Decimal | None,
    request_of: RequestOf,
    dictionary: Dictionary,
    entries: Sequence[NodeEntry],
    members: int | None,
) -> Priced:
    """Finds the least price for each wish, then scales the other tables so that all together cost `total`, if given.

    request_of: the request of a draft whose prices are known. Raises DataNotValid for a wish that no price can meet.
    """
    provisional = request_of(draft.with_prices(dict.fromkeys(wishes, PLACEHOLDER)))
    taking = taking_part(provisional, dictionary, entries)
    ahead = ahead_of(provisional, entries, dictionary)
    prices = {t.table_id: t.price_nano_rho for t in provisional.tables}
    curves: dict[str, Callable[[int], Width]] = {}
    for i, table in enumerate(provisional.tables):
        if wish := wishes.get(table.table_id):
            where = f'{draft.at("tables", i)}table "{table.table_id}": '
            parts = [pairs[0][1] for pairs in taking.values() if pairs[0][1].table == table]
            part = _part_for(wish, parts, ahead, where)
            levels = stands_behind(part.part_id, taking, dictionary, members)
            curves[table.table_id] = _curve(part, wish, levels, ahead)
            prices[table.table_id] = _least(wish, curves[table.table_id], where)
    if total is not None:
        prices = _to_total(prices, wishes, total)
    settled = draft.with_prices({name: Decimal(nano) / NANO for name, nano in prices.items()})
    return Priced(settled, request_of(settled), wishes, curves)


def rewritten(text: str, before: Draft, after: Draft) -> str:
    """The text of a draft with its prices as they are after. DataNotValid where a price has no line of its own."""
    lines = text.splitlines(keepends=True)
    for i, (old, new) in enumerate(zip(before.tables, after.tables, strict=True)):
        if old == new:
            continue
        key = "rho" if old.accuracy is None else "accuracy"
        line = line_of(text, ("tables", i, key))
        end = r"\s*(?P<comment>#.*)?$" if key == "rho" else r".*$"
        written = re.sub(rf"^(\s*){key}\s*=\s*[^#\n]*?{end}", rf"\g<1>rho = {_plain(new.rho)}", lines[(line or 1) - 1])
        wish = f"    # for {old.accuracy}" if old.accuracy is not None else ""
        lines[(line or 1) - 1] = written.rstrip("\n") + wish + "\n"
        _rewrite_left_out(text, lines, i, after)
    found = "".join(lines)
    if read_draft(found).tables != after.tables:
        raise DataNotValid("A price could not be written into the draft.", "Put every rho on a line of its own.")
    return found


def _plain(rho: Decimal | None) -> str:
    return f"{rho or 0:.9f}".rstrip("0")


def _rewrite_left_out(text: str, lines: list[str], i: int, after: Draft) -> None:
    """The companion's price, where the draft states one."""
    left_out = getattr(after.tables[i], "left_out", None)
    if left_out is None or left_out.rho is None:
        return
    number = (line_of(text, ("tables", i, "left_out", "rho")) or 1) - 1
    lines[number] = re.sub(r"\brho\s*=\s*[0-9._eE+-]+", f"rho = {_plain(left_out.rho)}", lines[number])


def _read(where: str, words: str) -> Wish:
    try:
        return read_wish(words)
    except DataNotValid as reason:
        raise DataNotValid(where + reason.detail, reason.next_step) from reason


def _part_for(wish: Wish, parts: Sequence[Part], ahead: Ahead, where: str) -> Part:
    """The part whose figure has the wish's unit, the main one where the wish names none."""
    if not parts:
        raise DataNotValid(f"{where}no LERO of the cohort collects what it needs.", "Take the table out.")
    if not wish.unit:
        return parts[0]
    scales = {part.name: part.noise_scale for part in parts}
    units = [width_of(part, scales, Behind(1, 100.0, 1), ahead).unit for part in parts]
    if wish.unit not in units:
        raise DataNotValid(f"{where}its figures are in {' and '.join(dict.fromkeys(units))}, not {wish.unit}.")
    return parts[units.index(wish.unit)]


def _curve(part: Part, wish: Wish, levels: Mapping[str, Sequence[Behind]], ahead: Ahead) -> Callable[[int], Width]:
    """The width of the middle figure of the wish's place, at any price of the table."""
    level = levels[wish.place]

    def at(nano: int) -> Width:
        scales = _scales(part.table, max(nano, LEAST_NANO), ahead.dictionary)
        middle = middle_of(wish.place, [width_of(part, scales, behind, ahead) for behind in level])
        if middle is None:
            raise DataNotValid(f"it has no figure in {wish.place}.", "Ask for another place, or split by area.")
        return middle

    return at


def _least(wish: Wish, curve: Callable[[int], Width], where: str) -> int:
    try:
        return least_price(wish, curve)
    except DataNotValid as reason:
        raise DataNotValid(where + reason.detail, reason.next_step) from reason


def _to_total(prices: Mapping[str, int], wishes: Mapping[str, Wish], total: Decimal) -> dict[str, int]:
    """Tables with a wish keep their price; the others share out the rest."""
    wanted, spent = int(total * NANO), sum(prices[name] for name in wishes)
    others = {name: nano for name, nano in prices.items() if name not in wishes}
    if wanted != total * NANO:
        raise DataNotValid("--rho has at most nine decimal places.")
    if not others:
        raise DataNotValid("Every table has an accuracy, so that nothing is left for --rho.", "Leave one of them out.")
    if spent >= wanted:
        raise DataNotValid(
            f"The accuracies wanted cost {spent / NANO:g} rho already.", f"Give more than --rho {total}."
        )
    return {**prices, **scaled(others, wanted - spent)}


def _scales(table: Table, nano: int, dictionary: Dictionary) -> dict[str, float]:
    """Noise of every part of a table at another price, a companion keeping its share of it."""
    kind = table.kind
    if isinstance(kind, Activity) and kind.companion is not None:
        beside = max(1, nano * kind.companion.price_nano_rho // table.price_nano_rho)
        kind = replace(kind, companion=replace(kind.companion, price_nano_rho=beside))
    shapes = shapes_of(replace(table, price_nano_rho=nano, kind=kind), dictionary)
    return {shape.part: noise_scale(shape.sensitivity.l2_squared, shape.price_nano_rho) for shape in shapes}
