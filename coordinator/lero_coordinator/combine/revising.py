"""Which answers each table of a revision is made of, and what it withholds, so that no two revisions give away a LERO.

Two revisions of a table differ by the late answers, so whoever has both has the figures of the late answers alone.
1. A table takes the late answers in only if those alone could be published: of fewer LEROs than the minimum, not all of
   whom agreed, it takes none, and stands as it was.
2. What would be withheld in a table of the late answers alone is withheld in the revision too.
3. What was withheld in a table before stays withheld in it. Then a revision shows nothing that the one before does not,
   and all that both say together is what the first says of the first answers, and what the difference says of the late
   ones: two tables of different answers, each safe by itself.
Tables of one definition of which no revision has shown anything begin again with the next. Between tables of one
definition this holds as far as step 4 of withholding does: at authorities and regions.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

from lero_contract.axes import AREA, REGION
from lero_contract.dictionary import Dictionary
from lero_contract.request import Request, Table
from lero_coordinator.combine.accept import Accepted
from lero_coordinator.combine.definitions import definitions_of
from lero_coordinator.combine.withholding import ALL, Rules, Support, plan_withholding

Answers = Sequence[Accepted]


@dataclass(frozen=True)
class Drawn:
    """One table of a revision. answers: that it is made of. support: who stands behind it. withheld: codes of places.

    revision: the number of the revision whose answers these are; before the newest where it took no late ones.
    """

    answers: tuple[Accepted, ...]
    support: Support
    withheld: frozenset[str]
    revision: int

    def shows_anything(self, rules: Rules) -> bool:
        """Whether a figure of any place was shown."""
        if ALL not in self.withheld:
            return True
        places = set(rules.regions) if self.support.place_axis else set()
        places |= set(self.support.served) if self.support.place_axis == AREA else set()
        return not places <= self.withheld


def draw(request: Request, revisions: Sequence[Answers], dictionary: Dictionary) -> dict[str, Drawn]:
    """By table id, of the newest revision. revisions: the answers of each, oldest first, with all those before it.

    Stale answers are in none of them.
    """
    definitions = definitions_of(request.tables)
    drawn: dict[str, Drawn] = {}
    for number, answers in enumerate(revisions, start=1):
        rules = Rules(dictionary.geography, agreed(answers))
        drawn = _next(request.tables, definitions, answers, drawn, rules, number)
    return drawn


def agreed(answers: Answers) -> frozenset[str]:
    """LEROs each of whose nodes says so in its signed answer."""
    said: dict[str, list[bool]] = {}
    for answer in answers:
        said.setdefault(answer.organisation_id, []).append(answer.header.publish_alone)
    return frozenset(organisation for organisation, words in said.items() if all(words))


def support_of(table: Table, answers: Answers, definition: Hashable) -> Support:
    """Who stands behind a table made of these answers: those that hold it."""
    holding = [answer for answer in answers if answer.cells_of(table.table_id) is not None]
    served: dict[str, frozenset[str]] = {}
    for answer in holding:
        for area in answer.entry.areas:
            served[area] = served.get(area, frozenset()) | {answer.organisation_id}
    return Support(
        table_id=table.table_id,
        definition=definition,
        place_axis=next((name for name in table.dimensions if name in (AREA, REGION)), ""),
        leros=frozenset(answer.organisation_id for answer in holding),
        served=served,
    )


def _next(
    tables: Sequence[Table],
    definitions: Mapping[str, Hashable],
    answers: Answers,
    before: Mapping[str, Drawn],
    rules: Rules,
    number: int,
) -> dict[str, Drawn]:
    """The tables of one revision, after those before it."""
    shown = {definitions[table_id] for table_id, drawn in before.items() if drawn.shows_anything(rules)}
    bound = {table_id: drawn for table_id, drawn in before.items() if definitions[table_id] in shown}
    late: dict[str, Support] = {}
    for table in tables:
        if table.table_id in bound:
            known = {answer.node_id for answer in bound[table.table_id].answers}
            came = [answer for answer in answers if answer.node_id not in known]
            late[table.table_id] = support_of(table, came, definitions[table.table_id])
    apart = _taking(late, rules)
    used = {
        table.table_id: tuple(answers) if _takes(table.table_id, bound, apart) else bound[table.table_id].answers
        for table in tables
    }
    supports = [support_of(table, used[table.table_id], definitions[table.table_id]) for table in tables]
    own = plan_withholding(supports, rules)
    found = {}
    for support in supports:
        name = support.table_id
        earlier = bound[name].withheld if name in bound else frozenset[str]()
        withheld = own[name] | earlier | apart.get(name, frozenset())
        revision = number if _takes(name, bound, apart) else bound[name].revision
        found[name] = Drawn(used[name], support, withheld, revision)
    return found


def _takes(table_id: str, bound: Mapping[str, Drawn], apart: Mapping[str, frozenset[str]]) -> bool:
    return table_id not in bound or table_id in apart


def _taking(late: Mapping[str, Support], rules: Rules) -> dict[str, frozenset[str]]:
    """Of the tables that take late answers in: what would be withheld of those alone.

    A table that takes none leaves the others fewer to be subtracted from, so it is asked again without it.
    """
    taking = {table_id: support for table_id, support in late.items() if support.leros}
    while True:
        apart = plan_withholding(list(taking.values()), rules)
        few = [table_id for table_id, codes in apart.items() if ALL in codes]
        if not few:
            return apart
        for table_id in few:
            del taking[table_id]
