"""The release statement: what was asked, what protects it, who answered, and the digest of every file beside it."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lero_contract.codec import envelope_to_bytes
from lero_contract.days import from_day
from lero_contract.envelope import RELEASE, sign
from lero_contract.kinds import Activity, Headcount, Origin
from lero_contract.price import NANO
from lero_contract.request import Table
from lero_coordinator.combine.estimates import Estimate
from lero_coordinator.combine.release import CombinedTable, LeftOut, Participation, Release
from lero_coordinator.landscape.revision import revision_values
from lero_coordinator.landscape.words import MADE_UP

UNIT_OF_PROTECTION = "everything a LERO holds about one member"
MECHANISM = "discrete Gaussian, zero-concentrated differential privacy"


def statement_bytes(release: Release, files: Mapping[str, bytes], notice: str | None, made_on: date) -> bytes:
    """`release.json`: the same bytes for the same release, files and day."""
    content = statement(release, files, notice, made_on)
    return (json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()


def signed_statement(payload: bytes, publisher_key: Ed25519PrivateKey) -> bytes:
    """`release.envelope`: the statement's bytes with the publisher's signature."""
    return envelope_to_bytes(sign(RELEASE, payload, publisher_key))


def statement(release: Release, files: Mapping[str, bytes], notice: str | None, made_on: date) -> dict[str, Any]:
    """The statement as plain values. Nothing in it depends on a hidden figure."""
    request = release.request
    return {
        "product": f"{MADE_UP}: {request.title}" if request.synthetic else request.title,
        "synthetic": request.synthetic,
        "notice": notice or "",
        "title": request.title,
        "question": request.question,
        "purpose": request.purpose,
        "mode": request.mode.value,
        "cut_date": from_day(request.cut_date_day).isoformat(),
        "made_on": made_on.isoformat(),
        "cohort": len(request.cohort),
        "answered": release.answered,
        "revision": revision_values(release),
        "coverage": _coverage(release),
        "privacy": _privacy(release),
        "tables": [_table(table) for table in release.tables],
        "request_id": request.request_id,
        "request_digest": release.request_digest.hex(),
        "roster_version": request.roster_version,
        "roster_digest": release.roster_digest.hex(),
        "dictionary_digest": request.dictionary_digest.hex(),
        "answer_digests": dict(release.answer_digests),
        "withheld_authorities": sorted(release.withheld_authorities),
        "files": files_listed(files),
    }


def files_listed(files: Mapping[str, bytes]) -> list[dict[str, Any]]:
    """What is said of each file, by its name."""
    return [
        {"name": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in sorted(files.items())
    ]


def _coverage(release: Release) -> dict[str, Any]:
    kinds = Counter(node.participation for node in release.nodes)
    areas = release.coverage.values()
    return {
        "leros": {kind.name.lower(): kinds[kind] for kind in Participation},
        "areas_listed": sum(area.listed > 0 for area in areas),
        "areas_answered": sum(area.answered > 0 for area in areas),
    }


def _privacy(release: Release) -> dict[str, Any]:
    return {
        "unit_of_protection": UNIT_OF_PROTECTION,
        "mechanism": MECHANISM,
        "rho": release.rho,
        "rho_in_units_of_1e-9": release.request.price_nano_rho,
        "delta": release.delta,
        "epsilon": release.epsilon,
        "epsilon_two_memberships": release.epsilon_twice,
        "usual_year_allowance_rho": release.year_allowance_rho,
    }


def _table(table: CombinedTable) -> dict[str, Any]:
    by_status = Counter(figure.status.name.lower() for figure in table.figures)
    return {
        "id": table.table.table_id,
        "title": table.table.title,
        "unit": table.unit,
        "statistics": [{"code": s.code, "label": s.label, "unit": s.unit} for s in table.statistics],
        "dimensions": list(table.table.dimensions),
        "period": _period(table.table),
        "rho": table.table.price_nano_rho / NANO,
        "noise_scale_of_one_cell": table.noise_scale,
        "hide_wider_than": table.table.hide_wider_than,
        "answered": table.answered,
        "asked": table.asked,
        "figures_by_status": dict(sorted(by_status.items())),
        "lower_bound": table.lower_bound_words,
        "left_out": _left_out(table.left_out),
        **_bounds(table.table),
    }


def _left_out(left_out: LeftOut | None) -> dict[str, Any] | None:
    """What the bounds cut off, so that the next request can choose better ones; share in percent."""
    if left_out is None:
        return None
    return {
        "members": _ends(left_out.members),
        "amount": _ends(left_out.amount),
        "share": _ends(left_out.share),
        "is_added_back": left_out.is_added_back,
    }


def _bounds(table: Table) -> dict[str, int]:
    """Of a capped table, the bounds that the next draft starts from."""
    match table.kind:
        case Activity(max_cells=max_cells, max_per_cell=max_per_cell):
            return {"max_cells": max_cells, "max_per_cell": max_per_cell}
        case _:
            return {}


def _ends(estimate: Estimate | None) -> dict[str, float] | None:
    """None where it is too few to show."""
    if estimate is None:
        return None
    return {"value": estimate.value, "lower": estimate.lower, "upper": estimate.upper}


def _period(table: Table) -> list[str]:
    """First and last day counted, where the table has a period of its own."""
    match table.kind:
        case Headcount(period=period) if period is not None:
            return [from_day(period.first).isoformat(), from_day(period.last).isoformat()]
        case Activity(slices=slices, origin=Origin.CALENDAR):
            return [from_day(slices[0].period.first).isoformat(), from_day(slices[-1].period.last).isoformat()]
        case _:
            return []
