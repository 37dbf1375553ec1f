"""Integer discrete Gaussian noise from OpenDP, the only importer of it. There is no way to ask for no noise."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import opendp.domains as domains
import opendp.measurements as measurements
import opendp.metrics as metrics
from opendp.mod import enable_features

LEAST_SCALE = 0.5  # whatever a policy says; OpenDP takes 0 and then returns the exact data

enable_features("contrib")


@dataclass(frozen=True)
class NoisyVector:
    """Cells of one part of a plan after noise, in the declared order: safe to store and to send."""

    part_id: str
    cells: tuple[int, ...]


def add_noise(part_id: str, exact: Sequence[int], scale: float) -> NoisyVector:
    """Discrete Gaussian noise on every cell, drawn from the operating system's randomness in one call.

    scale: the parameter sigma, in units of a cell; variance is at most its square (Canonne, Kamath, Steinke 2020).
    Raises ValueError for a scale that is not finite or under LEAST_SCALE.
    """
    if not (math.isfinite(scale) and scale >= LEAST_SCALE):
        raise ValueError("the noise scale is not one this product uses")
    return NoisyVector(part_id, tuple(_gaussian(scale)(list(exact))) if exact else ())


def draw(scale: float, count: int) -> tuple[int, ...]:
    """Noise alone, for checking the sampler."""
    return add_noise("sampler", [0] * count, scale).cells


def _gaussian(scale: float) -> Any:
    # i64: OpenDP reads T=int as 32 bits, which the sums of a large LERO would pass.
    space = domains.vector_domain(domains.atom_domain(T="i64"))
    return measurements.make_gaussian(space, metrics.l2_distance(T=float), scale=scale)
