"""Says why a place has no figure, from who was asked, who answered and what they record; never from a figure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lero_contract.geography import Geography
from lero_coordinator.combine.marks import Status
from lero_coordinator.combine.release import AreaCoverage, Level, Place
from lero_coordinator.combine.withholding import Support, by_region

ONE_ROW_SAYS_IT = frozenset({Status.NOT_ASKED, Status.NOT_ANSWERED, Status.NOT_COLLECTED})


@dataclass(frozen=True)
class Absences:
    """One table's. withheld: codes of places. serving: by authority and region, the LEROs there behind the table."""

    coverage: Mapping[str, AreaCoverage]
    withheld: frozenset[str]
    serving: Mapping[str, frozenset[str]]
    is_collected: bool
    geography: Geography

    @classmethod
    def of(
        cls, support: Support, withheld: frozenset[str], coverage: Mapping[str, AreaCoverage], geography: Geography
    ) -> Absences:
        """From who stands behind the table."""
        serving = {**support.served, **by_region(support.served, geography)}
        return cls(coverage, withheld, serving, bool(support.leros), geography)

    def why(self, place: Place) -> Status | None:
        """The reason, the same for every group of the place; None where a figure may stand.

        A region in which no LERO is listed has a figure: of its residents who are members of LEROs elsewhere. One
        whose LEROs have not answered has none, or those few would pass for all of its members.
        """
        covered = self._covered(place)
        if place.level is Level.AUTHORITY and not covered.listed:
            return Status.NOT_ASKED
        if covered.listed and not covered.answered:
            return Status.NOT_ANSWERED
        if not self.is_collected or (covered.answered and place.code not in self.serving):
            return Status.NOT_COLLECTED
        return Status.WITHHELD if place.code in self.withheld else None

    def leros_serving(self, place: Place) -> int:
        """LEROs that serve the authority or region and are in its figure; 0 for wider places.

        A region's figure also holds the few residents who are members of LEROs elsewhere; those LEROs do not count.
        """
        return len(self.serving.get(place.code, ()))

    def _covered(self, place: Place) -> AreaCoverage:
        """Added up over a region's authorities; nothing for wider places, which every LERO stands behind."""
        if place.level is Level.AUTHORITY:
            return self.coverage[place.code]
        inside = [
            covered
            for code, covered in self.coverage.items()
            if place.level is Level.REGION and self.geography.areas[code].region == place.code
        ]
        return AreaCoverage(
            sum(c.listed for c in inside), sum(c.answered for c in inside), sum(c.stale for c in inside)
        )
