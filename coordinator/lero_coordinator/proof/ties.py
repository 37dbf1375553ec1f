"""The arithmetic between published figures: sums over places and groups, and what follows from counts beside it. Pure.

Within a table all figures are of the same answers, so that these hold exactly, noise included:
1. All memberships are England, outside England and area not known; England is its regions. A region is not the sum of
   its authorities: it also holds residents who are members of LEROs elsewhere in it, whose number is not published.
2. The whole of a dimension is the sum of its categories.
3. Shares, quantiles, and the numbers due, done and known follow from the counts beside them.
4. The grand total of a capped table is what was kept and what was left out, which is rounded: to within one.
A sum with a hidden figure is not looked at. Tables carry different noise, so that nothing ties one to another.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from lero_contract.axes import OUTSIDE_ENGLAND
from lero_contract.dictionary import NOT_KNOWN
from lero_contract.errors import Malformed
from lero_contract.kinds.change import SUM
from lero_coordinator.combine.families import family_of
from lero_coordinator.combine.family import Codes, Question, Reading, Sums
from lero_coordinator.combine.groups import dimension_groups, split_by
from lero_coordinator.combine.places import places
from lero_coordinator.combine.release import EVERY
from lero_coordinator.combine.statistic import COUNT, MEAN_CHANGE
from lero_coordinator.combine.totals import Total
from lero_coordinator.combine.withholding import ALL, ENGLAND
from lero_coordinator.proof.checks import few
from lero_coordinator.proof.rows import Key, Published, Row, same_numbers
from lero_coordinator.proof.statement import Stated


@dataclass
class Ties:
    """What was looked at. tied: figures that stand in at least one. wrong: those that do not hold, in words."""

    sums: int = 0
    followed: int = 0
    tied: set[tuple[str, Key]] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)
    figures: int = 0

    @property
    def words(self) -> str:
        """For the line of the check."""
        alone = self.figures - len(self.tied)
        return (
            f"{self.sums} sums and {self.followed} figures that follow from others, over {len(self.tied)} of "
            f"{self.figures} figures; {alone} stand in no sum, and only the signed answers can show them wrong"
        )


def check_ties(published: Sequence[Published], questions: Mapping[str, Question], stated: Stated) -> Ties:
    """Every tie of every table. questions: by table id. Raises Malformed naming those that do not hold."""
    ties = Ties()
    for table in published:
        question = questions[table.table_id]
        ties.figures += sum(row.figure.estimate is not None for row in table.rows)
        left_out = _left_out(table, stated)
        for whole, parts in _sums(table, question):
            if left_out is None or whole != left_out.grand_total:
                _sum(ties, table, whole, parts)
        for group in _groups(table, question):
            _follows(ties, table, group, left_out)
            if left_out is not None and left_out.grand_total in group.readings:
                _grand_total(ties, table, group, left_out)
    if ties.wrong:
        raise Malformed(f"Figures that do not agree with one another: {few(ties.wrong)}.")
    return ties


def _sums(table: Published, question: Question) -> Iterator[tuple[Key, list[Key]]]:
    """Every whole with its parts, of counts, whether or not they are shown."""
    regions = [place.code for place in places(question.table, question.dictionary.geography)]
    regions = [code for code in regions if code in question.dictionary.geography.regions]
    axes = split_by(question)
    for row in table.rows:
        if not row.figure.statistic.is_count:
            continue
        place, group, statistic = row.key
        if place == ALL and regions:
            yield row.key, [(code, group, statistic) for code in (ENGLAND, OUTSIDE_ENGLAND, NOT_KNOWN)]
        if place == ENGLAND:
            yield row.key, [(code, group, statistic) for code in regions]
        for position, axis in enumerate(axes):
            if group[position] == EVERY:
                parts = ((*group[:position], code, *group[position + 1 :]) for code in axis.codes)
                yield row.key, [(place, part, statistic) for part in parts]


def _sum(ties: Ties, table: Published, whole: Key, parts: list[Key]) -> None:
    rows = table.by_key
    found = [rows.get(key) for key in (whole, *parts)]
    estimates = [row.figure.estimate for row in found if row is not None]
    if any(estimate is None for estimate in estimates) or len(estimates) != len(found):
        return
    total, *others = [estimate for estimate in estimates if estimate is not None]
    ties.sums += 1
    ties.tied |= {(table.table_id, key) for key in (whole, *parts)}
    noise = sum(other.variance for other in others)
    is_sum = total.noisy == sum(other.noisy for other in others)
    if not (is_sum and math.isclose(total.variance, noise, rel_tol=1e-9, abs_tol=1e-5)):
        ties.wrong.append(f"{table.table_id}: {rows[whole].where} is not the sum of its parts")


@dataclass(frozen=True)
class _Group:
    """One place and group whose counts are all published. readings: what the table's family makes of them."""

    cells: tuple[Key, ...]
    readings: Mapping[Key, Reading]


@dataclass(frozen=True)
class _LeftOut:
    """What the bounds cut off, where the grand total has it added. amount: as stated; None where it is not shown."""

    grand_total: Key
    amount: float | None


def _groups(table: Published, question: Question) -> Iterator[_Group]:
    """Every place and group of which all that the family adds up is published."""
    family, rows = family_of(question), table.by_key
    for place in dict.fromkeys(row.key[0] for row in table.rows):
        for codes in dimension_groups(question):
            own = itertools.product(*(axis.codes for axis in question.own_axes))
            cells = tuple((place, (*codes, *code), COUNT.code) for code in own)
            found = [row for key in cells if (row := rows.get(key)) is not None and row.figure.estimate is not None]
            if len(found) < len(cells):
                continue
            readings = family.readings(_as_sums(found, codes, question))
            keyed = {(place, (*codes, *s.codes), s.statistic.code): r for s, r in readings.items()}
            # The sum of change is not published, so that its mean cannot be worked out again.
            yield _Group(cells, {key: r for key, r in keyed.items() if key[2] != MEAN_CHANGE.code})


def _as_sums(found: Sequence[Row], codes: Codes, question: Question) -> Sums:
    """The noisy sums of one place and group, read back from its counts, margins included."""
    axes, scale = question.own_axes, question.parts[""].noise_scale
    cells: dict[Codes, Total] = {}
    for row in found:
        shown = row.figure.estimate
        assert shown is not None
        own = row.key[1][len(codes) :]
        cells[own] = Total([round(shown.noisy)], round(shown.variance / scale**2))
    totals = {key: _together(cells, key) for key in itertools.product(*((EVERY, *axis.codes) for axis in axes))}
    sizes = (len(axis.codes) for axis, code in zip(split_by(question), codes, strict=True) if code == EVERY)
    parts: dict[str, Mapping[Codes, Total]] = {"": totals}
    if SUM in question.parts:
        parts[SUM] = {(): Total([0], 1)}  # not published, and what is made of it is not looked at
    scales = {name: part.noise_scale for name, part in question.parts.items()}
    return Sums(parts, scales, found[0].figure.leros, math.prod(sizes))


def _together(cells: Mapping[Codes, Total], key: Codes) -> Total:
    inside = [t for own, t in cells.items() if all(k in (EVERY, o) for k, o in zip(key, own, strict=True))]
    return Total([sum(total.values[0] for total in inside)], sum(total.cells for total in inside))


def _follows(ties: Ties, table: Published, group: _Group, left_out: _LeftOut | None) -> None:
    rows = table.by_key
    for key, reading in group.readings.items():
        row = rows.get(key)
        if row is None or key in group.cells or (left_out is not None and key == left_out.grand_total):
            continue
        found = row.figure
        expected = replace(found, estimate=reading.estimate, people=reading.people)
        if found.estimate is not None:
            ties.followed += 1
            ties.tied |= {(table.table_id, one) for one in (key, *group.cells)}
        if (found.estimate is None) != (reading.estimate is None) or not same_numbers(found, expected):
            ties.wrong.append(f"{table.table_id}: {row.where} does not follow from the counts beside it")


def _left_out(table: Published, stated: Stated) -> _LeftOut | None:
    """None where the grand total is of what was kept alone."""
    found = stated.tables[table.table_id].get("left_out")
    whole = next((row.key for row in table.rows if row.key[0] == ALL and row.figure.is_total), None)
    if not isinstance(found, Mapping) or found.get("is_added_back") is not True or whole is None:
        return None
    amount = found.get("amount")
    value = amount.get("value") if isinstance(amount, Mapping) else None
    return _LeftOut(whole, value if isinstance(value, float | int) else None)


def _grand_total(ties: Ties, table: Published, group: _Group, left_out: _LeftOut) -> None:
    row = table.by_key.get(left_out.grand_total)
    kept = group.readings[left_out.grand_total].estimate
    if row is None or row.figure.estimate is None or kept is None or not left_out.amount:
        return  # an amount of 0 may be any that the noise took below it
    ties.sums += 1
    ties.tied |= {(table.table_id, key) for key in (left_out.grand_total, *group.cells)}
    if abs(row.figure.estimate.noisy - kept.noisy - left_out.amount) > 1:
        ties.wrong.append(f"{table.table_id}: {row.where} is not what was kept and what was left out")
