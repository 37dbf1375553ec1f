"""The run of the whole on made-up LEROs: exports, nodes, one signed request, answers, and a landscape to look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from lero_contract.errors import DataNotValid
from lero_coordinator.catalogue import draft_text
from lero_coordinator.combine import Release
from lero_coordinator.combine.withholding import ENGLAND
from lero_coordinator.demo.federation import Progress, Site, federation
from lero_coordinator.demo.population import CUT_DATE, Lero, Population, make_population, truth, write_exports
from lero_coordinator.draft.request import read_draft
from lero_coordinator.landscape import publish
from lero_coordinator.proof.gather import proof_files
from lero_coordinator.release import release_of
from lero_coordinator.roots_file import PinnedRoots, roots_bytes
from lero_policies import ROOT

DEFAULT_SEED = 2026
REQUEST = "headline"


@dataclass(frozen=True)
class Shown:
    """What the demonstration ends with. exact: memberships in England as the made-up population has them."""

    release: Release
    page: Path
    exact: int

    def in_words(self) -> str:
        """One sentence on what was found, and one on where to look."""
        england = self.release.table("members_by_area").figure(ENGLAND).estimate
        answered = f"{self.release.answered} of {len(self.release.nodes)} made-up LEROs answered"
        if england is None:
            found = f"{answered}; too few of them for a figure of England (the population has {self.exact:,} there)."
        else:
            found = (
                f"{answered}: about {england.value:,.0f} memberships in England, between {england.lower:,.0f} and "
                f"{england.upper:,.0f} (the made-up population has {self.exact:,})."
            )
        return f"{found}\nLook at {self.page}"


def run_made_up(out: Path, leros: int, seed: int, made_on: date, tell: Progress) -> Shown:
    """Writes everything under `out`, which must not hold anything yet. Raises DataNotValid where it does."""
    make_empty(out)
    population = make_population(leros, seed)
    sites = [_site(lero, out, number, population, tell) for number, lero in enumerate(population.leros, 1)]
    with federation(out, sites, synthetic=True, tell=tell) as running:
        request_id = running.ask(read_draft(draft_text(REQUEST)), CUT_DATE)
        release = release_of(running.office, running.wait(request_id))
        proof = proof_files(running.office.store, request_id)
        held = running.office.roster().roster
    tell("Drawing", 0, 1)
    publish(release, out / "landscape", publisher_key=running.publisher, notice=None, made_on=made_on, proof=proof)
    (out / "roots.json").write_bytes(roots_bytes(PinnedRoots(held.federation_id, held.roots)))
    tell("Drawing", 1, 1)
    return Shown(release, out / "landscape" / "index.html", truth(population, CUT_DATE).england)


def make_empty(out: Path) -> None:
    """Makes the folder. Raises DataNotValid where there is something in it, which a demonstration would mix with."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise DataNotValid(f"{out} is not empty.", "Give another folder with --out, or remove this one.")
    out.mkdir(parents=True, exist_ok=True)


def make_export_folder(out: Path, node_id: str) -> Path:
    """Where one LERO's export lies, for this user alone: the only records outside a node's encrypted store."""
    folder = out / "leros" / node_id / "export"
    folder.mkdir(parents=True)
    for private in (folder, folder.parent):  # the parent stands for the LERO's own computer
        private.chmod(0o700)
    return folder


def _site(lero: Lero, out: Path, number: int, population: Population, tell: Progress) -> Site:
    export = make_export_folder(out, lero.node_id)
    write_exports(lero, export)
    tell("Making up exports", number, len(population.leros))
    return Site(
        node_id=lero.node_id,
        organisation_id=lero.organisation_id,
        name=lero.name,
        areas=lero.areas,
        public_members=lero.public_members,
        publish_alone=lero.publish_alone,
        mapping=ROOT.joinpath("mappings", f"{lero.template}.toml").read_text(encoding="utf-8"),
        export=export,
        complete_to=population.cut_date,
    )
