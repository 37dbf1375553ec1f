"""Made-up populations, drawn once for all the tests of a run."""

from __future__ import annotations

from functools import cache

from lero_coordinator.demo.population import Population, make_population


@cache
def national() -> Population:
    """The demo's 55 LEROs."""
    return make_population(55, seed=7)


@cache
def small() -> Population:
    """Three LEROs, one of each case system."""
    return make_population(3, seed=7)
