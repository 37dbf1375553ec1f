"""What became of every node of the cohort, and which authorities that covers. All of it is public. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from lero_contract.errors import Stale
from lero_contract.geography import Geography
from lero_contract.request import Request
from lero_contract.roster import NodeEntry, Roster
from lero_coordinator.combine.accept import Accepted
from lero_coordinator.combine.release import AreaCoverage, NodeCoverage, Participation


def nodes_of(
    request: Request,
    roster: Roster,
    accepted: Sequence[Accepted],
    refusals: Mapping[str, str],
    rejected: Collection[str],
) -> tuple[NodeCoverage, ...]:
    """Every node of the cohort, in the order of the names of their organisations.

    refusals: node id to the refusal's code. rejected: nodes whose answer did not hold.
    """
    kinds = {node: _of_refusal(code) for node, code in refusals.items()}
    kinds |= dict.fromkeys(rejected, Participation.REJECTED)
    kinds |= {a.node_id: Participation.STALE if a.is_stale else Participation.ANSWERED for a in accepted}
    found = (
        NodeCoverage(
            node_id=entry.node_id,
            organisation=roster.organisation(entry.organisation_id).name,
            areas=entry.areas,
            participation=kinds.get(entry.node_id, Participation.SILENT),
        )
        for entry in entries_of(request, roster)
    )
    return tuple(sorted(found, key=lambda node: (node.organisation, node.node_id)))


def areas_of(nodes: Iterable[NodeCoverage], geography: Geography) -> dict[str, AreaCoverage]:
    """Every authority and nation, served or not."""
    serving: dict[str, list[Participation]] = {code: [] for code in geography.areas}
    for node in nodes:
        for area in node.areas:
            serving[area].append(node.participation)
    return {
        area: AreaCoverage(len(kinds), kinds.count(Participation.ANSWERED), kinds.count(Participation.STALE))
        for area, kinds in serving.items()
    }


def entries_of(request: Request, roster: Roster) -> list[NodeEntry]:
    """The roster's entries of the cohort."""
    return [entry for entry in roster.nodes if entry.node_id in set(request.cohort)]


def _of_refusal(code: str) -> Participation:
    return Participation.STALE if code == Stale.code else Participation.REFUSED
