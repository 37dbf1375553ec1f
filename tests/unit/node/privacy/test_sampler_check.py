"""The sampler proves itself: the real one passes at every scale, and each way of being wrong is found."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import pytest

from lero_contract.errors import Corrupt
from lero_node.privacy.noise import draw
from lero_node.privacy.sampler_check import Sampler, check_sampler

SCALES = (0.5, 1.0, 1.58, 5.0, 49.0, 51.0, 210.0, 1e6)
Wrong = Callable[[random.Random, float], float]


def sampler_of(one: Wrong) -> Sampler:
    """A seeded sampler, so that a wrong one is found, or not, in every run alike."""
    source = random.Random(7)

    def sample(scale: float, count: int) -> Sequence[int]:
        return [round(one(source, scale)) for _ in range(count)]

    return sample


def test_the_real_sampler_passes() -> None:
    # Four tests of 1e-9 at eight scales: a false alarm in about one run of thirty million.
    check_sampler(draw, SCALES)


def test_a_rounded_continuous_gaussian_of_the_right_scale_passes_where_rounding_does_not_show() -> None:
    check_sampler(sampler_of(lambda source, scale: source.gauss(0, scale)), (51.0, 210.0))


@pytest.mark.parametrize("scale", [5.0, 210.0])
@pytest.mark.parametrize(
    "wrong",
    [
        lambda source, scale: 0,
        lambda source, scale: scale,
        lambda source, scale: source.gauss(0, scale * 1.25),
        lambda source, scale: source.gauss(0, scale * 0.75),
        lambda source, scale: source.gauss(scale / 6, scale),
        lambda source, scale: source.gauss(-scale / 6, scale),
        lambda source, scale: abs(source.gauss(0, scale)),
        lambda source, scale: source.choice((-scale, scale)),
        lambda source, scale: 2 * round(source.gauss(0, scale) / 2),
    ],
    ids=["none", "constant", "wide", "narrow", "high", "low", "one-sided", "two points", "even numbers"],
)
def test_a_wrong_sampler_answers_nothing(wrong: Wrong, scale: float) -> None:
    with pytest.raises(Corrupt, match="sampler"):
        check_sampler(sampler_of(wrong), [scale])


def test_one_wrong_scale_among_several_is_found_and_named() -> None:
    def wrong_at_ten(scale: float, count: int) -> Sequence[int]:
        return draw(5.0 if scale == 10.0 else scale, count)

    with pytest.raises(Corrupt, match="scale 10"):
        check_sampler(wrong_at_ten, (5.0, 10.0, 20.0))
