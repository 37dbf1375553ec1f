"""One member's contacts by cell, what the bounds keep of them, and how much they leave out."""

from __future__ import annotations

from collections import Counter

from lero_contract.dictionary import Dictionary
from lero_contract.kinds import Activity, Origin, Unit
from support.tables import Row, Rows

Place = tuple[int, ...]


def kept_and_left_out(
    asked: Activity, member: Row, own: Rows, dictionary: Dictionary, cut: int
) -> tuple[dict[Place, int], int]:
    """What is kept in each cell, cells in the order of their least hash; and min(wanted, most) - min(kept, most)."""
    wanted: Counter[Place] = Counter()
    least_hash: dict[Place, int] = {}
    known = {c.code for c in dictionary.variable("activities", "kind").categories}
    for row in own.activities:
        if row["day"] > cut:
            continue
        kind = row["kind"] if row["kind"] in known else "not_known"
        if kind not in asked.kinds:
            continue
        day = row["day"] if asked.origin is Origin.CALENDAR else row["day"] - member["joined"]
        for s, part in enumerate(asked.slices):
            if part.period.first <= day <= part.period.last:
                place = (s, asked.kinds.index(kind)) if asked.split_by_kind else (s,)
                wanted[place] += 1
                least_hash[place] = min(row["row_hash"], least_hash.get(place, row["row_hash"]))
    if asked.unit is Unit.ACTIVE_MEMBERS:
        wanted = Counter(dict.fromkeys(wanted, 1))
    chosen = sorted(wanted, key=lambda place: least_hash[place])[: asked.max_cells]
    kept = {place: min(wanted[place], asked.max_per_cell) for place in chosen}
    if asked.companion is None:
        return kept, 0
    most = asked.companion.most
    return kept, min(sum(wanted.values()), most) - min(sum(kept.values()), most)
