"""A made-up population of LEROs and members, its exports, and its exact figures. Every name in it is invented."""

from lero_coordinator.demo.population.canaries import canaries
from lero_coordinator.demo.population.exports import write_exports
from lero_coordinator.demo.population.model import CUT_DATE, FIRST_START, Lero, Population
from lero_coordinator.demo.population.population import make_population
from lero_coordinator.demo.population.truth import Truth, WaveMean, truth

__all__ = [
    "CUT_DATE",
    "FIRST_START",
    "Lero",
    "Population",
    "Truth",
    "WaveMean",
    "canaries",
    "make_population",
    "truth",
    "write_exports",
]
