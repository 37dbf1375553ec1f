"""Noise at every scale that the catalogue's plans use has the mean, the variance and the law of the discrete Gaussian.

Each of the three tests at each scale raises a false alarm with probability about 1e-8 (`P_VALUE`); with some forty
scales, about one run in a million. The law is the exact one: exp(-x^2 / (2 scale^2)) over the whole numbers, divided by
its sum (Canonne, Kamath, Steinke 2020, definition 1).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import chi2, norm

from lero_contract.dictionary import load_dictionary
from lero_contract.plan import compile_plan
from lero_contract.roster import Organisation, RootSet, Roster
from lero_coordinator.draft.request import draft_request, read_draft
from lero_node.privacy.noise import draw
from lero_policies import ROOT
from support.requests import ALL_COLLECTED, ISSUED_S, entry

DRAWS = 6_000
P_VALUE = 1e-8
LEAST_EXPECTED = 25.0  # draws in a class, so that chi-squared is what its statistic follows
MOST_CLASSES = 60

Draws = NDArray[np.int64]


@cache
def catalogue_scales() -> tuple[float, ...]:
    """Every scale of every part of every ready request, at a node that collects everything."""
    everything = entry(collects=sorted({*ALL_COLLECTED, *(v for _, v in load_dictionary().variables)}))
    roster = Roster(
        federation_id="lero-test",
        version=1,
        issued_at_s=1,
        expires_at_s=2,
        roots=RootSet(1, 1, (b"r" * 32,)),
        organisations=(Organisation(everything.organisation_id, "Everything", 0),),
        nodes=(everything,),
        analysts=(),
        publishers=(),
        synthetic=True,
    )
    scales = set()
    for file in ROOT.joinpath("catalogue").iterdir():
        if file.name.endswith(".toml"):
            draft = read_draft(file.read_text(encoding="utf-8"))
            asked = draft_request(
                draft, load_dictionary(), roster, bytes(32), ("harbour",), date(2026, 3, 31), ISSUED_S, "a" * 32, True
            )
            scales |= {part.noise_scale for part in compile_plan(asked, load_dictionary(), everything).parts}
    return tuple(sorted(scales))


def law(scale: float) -> tuple[Draws, NDArray[np.float64]]:
    """The whole numbers within 12 scales of nought, and the probability of each; outside lies less than 1e-30."""
    reach = math.ceil(12 * scale) + 2
    numbers = np.arange(-reach, reach + 1)
    weights = np.exp(-(numbers.astype(float) ** 2) / (2 * scale**2))
    return numbers, weights / weights.sum()


def faults(drawn: Draws, scale: float) -> list[str]:
    """Which of the three tests fail."""
    numbers, probabilities = law(scale)
    count = len(drawn)
    variance = float((numbers**2 * probabilities).sum())
    fourth = float((numbers.astype(float) ** 4 * probabilities).sum())
    limit = float(norm.isf(P_VALUE / 2))
    found = []
    if abs(drawn.mean()) > limit * math.sqrt(variance / count):
        found.append("mean")
    if abs((drawn.astype(float) ** 2).mean() - variance) > limit * math.sqrt((fourth - variance**2) / count):
        found.append("variance")
    if _distance(drawn, numbers, probabilities) < P_VALUE:
        found.append("law")
    return found


def _distance(drawn: Draws, numbers: Draws, probabilities: NDArray[np.float64]) -> float:
    """The p-value of Pearson's chi-squared test over classes of neighbouring numbers, each expected often enough."""
    expected = probabilities * len(drawn)
    wanted = max(LEAST_EXPECTED, len(drawn) / MOST_CLASSES)
    starts, filled = [0], 0.0
    for index, one in enumerate(expected):
        filled += one
        if filled >= wanted and expected[index + 1 :].sum() >= wanted:
            starts.append(index + 1)
            filled = 0.0
    at = np.clip(drawn - numbers[0], 0, len(numbers) - 1)
    observed = np.add.reduceat(np.bincount(at, minlength=len(numbers)), starts)
    predicted = np.add.reduceat(expected, starts)
    return float(chi2.sf(((observed - predicted) ** 2 / predicted).sum(), len(starts) - 1))


def test_the_catalogue_uses_narrow_scales_and_wide_ones() -> None:
    assert len(catalogue_scales()) >= 10
    assert min(catalogue_scales()) < 20
    assert max(catalogue_scales()) > 200


def test_the_noise_of_every_plan_of_the_catalogue_follows_the_discrete_gaussian() -> None:
    for scale in catalogue_scales():
        assert faults(np.array(draw(scale, DRAWS)), scale) == [], scale


@pytest.mark.parametrize("scale", [0.5, 1.0])
def test_so_does_the_narrowest_noise_that_is_ever_drawn(scale: float) -> None:
    assert faults(np.array(draw(scale, DRAWS)), scale) == []


RANDOM = np.random.default_rng(20_260_331)
PLANTED: dict[str, tuple[Callable[[float], Draws], str]] = {
    "a tenth too little": (lambda scale: np.array(draw(0.9 * scale, DRAWS)), "variance"),
    "a sixth of the scale to one side": (lambda s: np.array(draw(s, DRAWS)) + math.ceil(s / 6), "mean"),
    "Laplace of the same variance": (
        lambda scale: np.rint(RANDOM.laplace(0, scale / math.sqrt(2), DRAWS)).astype(np.int64),
        "law",
    ),
    "cut off at two scales": (lambda s: np.clip(np.array(draw(s, DRAWS)), -int(2 * s), int(2 * s)), "law"),
}


@pytest.mark.parametrize("scale", [8.0, 300.0])
@pytest.mark.parametrize(("make", "fault"), PLANTED.values(), ids=PLANTED)
def test_noise_of_another_law_is_found(make: Callable[[float], Draws], fault: str, scale: float) -> None:
    assert fault in faults(make(scale), scale)


def test_noise_that_leaves_out_the_odd_numbers_is_found() -> None:
    assert "law" in faults(2 * np.array(draw(4.0, DRAWS)), 8.0)
