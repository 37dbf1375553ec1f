"""Members, contacts and active members as counts; a capped grand total has what the cap leaves out added back."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from lero_contract.kinds import Activity, Centring, Unit
from lero_contract.kinds.activity import LEFT_OUT
from lero_coordinator.combine.estimates import PERCENT, Estimate, Noisy, count_estimate, ratio_estimate
from lero_coordinator.combine.family import Codes, Family, Reading, Slot, Sums, with_margin
from lero_coordinator.combine.release import EVERY, LeftOut
from lero_coordinator.combine.statistic import ACTIVE_MEMBERS, CONTACTS, COUNT, Statistic


class Members(Family):
    """One count."""

    @property
    def main(self) -> Statistic:
        return COUNT

    @property
    def slots(self) -> Sequence[Slot]:
        return [Slot(COUNT, ())]

    def readings(self, sums: Sums) -> Mapping[Slot, Reading]:
        return {slot: self.count(sums.of(), sums) for slot in self.slots}


class Activities(Family):
    """Counts by period, and by kind where they are split.

    Contacts add up over both. An active member is in several periods, so that these have no sum.
    """

    @property
    def kind(self) -> Activity:
        """Of the table."""
        kind = self.question.table.kind
        assert isinstance(kind, Activity)
        return kind

    @property
    def main(self) -> Statistic:
        return replace(COUNT, unit=CONTACTS if self.kind.unit is Unit.CONTACTS else ACTIVE_MEMBERS)

    @property
    def slots(self) -> Sequence[Slot]:
        has_margins = self.kind.unit is Unit.CONTACTS
        codes = (with_margin(axis) if has_margins else axis.codes for axis in self.axes)
        return [Slot(self.main, own) for own in itertools.product(*codes)]

    def readings(self, sums: Sums) -> Mapping[Slot, Reading]:
        return {slot: self._reading(slot.codes, sums) for slot in self.slots}

    def left_out(self, sums: Sums) -> LeftOut | None:
        """How many members are cut, by how much in all, and what share of everything that is; None without a companion.

        sums: of the whole. The amount is hidden like a count, and the share with it. Noise alone: it is of this table.
        """
        if LEFT_OUT not in sums.totals:
            return None
        cut, amount = sums.of(part=LEFT_OUT), amount_left_out(sums, self._centring)
        weight = self._centring.weight
        members = count_estimate(round(cut.value / weight), cut.variance / weight**2)
        shown = self.count(amount, sums, parts=math.prod(len(axis.codes) for axis in self.axes)).estimate
        share = share_left_out(self._kept(sums), amount) if shown is not None else None
        return LeftOut(members, shown, share, self._grand_total(sums) is not None)

    def _reading(self, codes: Codes, sums: Sums) -> Reading:
        parts = math.prod(len(axis.codes) for axis, code in zip(self.axes, codes, strict=True) if code == EVERY)
        kept = sums.of(*codes)
        whole = self._grand_total(sums) if set(codes) == {EVERY} else None
        return whole or self.count(kept, sums, parts=parts, is_lower_bound=self.kind.is_capped)

    def _grand_total(self, sums: Sums) -> Reading | None:
        """Contacts of everyone over all periods and kinds, kept and left out; None where that is not known or too wide.

        The plan alone says which. Where it is too wide the total of what was kept may still be shown, as a lower bound.
        """
        if LEFT_OUT not in sums.totals or self.kind.unit is not Unit.CONTACTS:
            return None
        kept, amount = sums.of(*(EVERY for _ in self.axes)), amount_left_out(sums, self._centring)
        whole = Noisy(kept.value + amount.value, kept.variance + amount.variance)
        reading = self.count(whole, sums, parts=math.prod(len(axis.codes) for axis in self.axes))
        return reading if reading.estimate is not None else None

    def _kept(self, sums: Sums) -> Noisy:
        """All cells together, whether or not their sum is published."""
        cells = [sums.of(*codes) for codes in itertools.product(*(axis.codes for axis in self.axes))]
        return Noisy(sum(cell.value for cell in cells), sum(cell.variance for cell in cells))

    @property
    def _centring(self) -> Centring:
        centring = self.question.parts[LEFT_OUT].centring
        assert centring is not None
        return centring


def amount_left_out(sums: Sums, centring: Centring) -> Noisy:
    """What the bounds cut off in all, in the table's unit: the centred sum plus the middle times the count.

    Count and centred sum carry independent noise.
    """
    count, centred = sums.of(part=LEFT_OUT), sums.of(part=LEFT_OUT, position=1)
    middle = centring.middle / centring.weight
    value = (centred.value + middle * count.value) / centring.factor
    return Noisy(value, (centred.variance + middle**2 * count.variance) / centring.factor**2)


def share_left_out(kept: Noisy, amount: Noisy) -> Estimate | None:
    """The amount as a percentage of kept and left out together; None where it is too few to show."""
    whole = Noisy(kept.value + amount.value, kept.variance + amount.variance)
    return ratio_estimate(amount, whole, PERCENT, covariance=amount.variance)
