"""Noise: never none, never through floats, by the discrete Gaussian's own law, and from one module only."""

from __future__ import annotations

import ast
import math
from pathlib import Path

import pytest
from scipy import stats

import lero_contract
import lero_coordinator
import lero_node
import lero_policies
from lero_node.privacy.noise import LEAST_SCALE, NoisyVector, add_noise, draw

ALARM = 1e-9  # chance of a false alarm of each statistical test below


@pytest.mark.parametrize("scale", [0.0, -0.0, -5.0, math.nan, math.inf, -math.inf, 1e-9, 0.4999])
def test_a_scale_that_is_no_noise_or_hardly_any_is_refused(scale: float) -> None:
    with pytest.raises(ValueError, match="scale"):
        add_noise("members", [1, 2, 3], scale)
    with pytest.raises(ValueError, match="scale"):
        add_noise("members", [], scale)


def test_every_cell_comes_back_noised_in_its_place() -> None:
    # 12 standard deviations: chance under 1e-31 a cell.
    exact = [0, 1000, -1000, 2**40, -(2**40), 2**62 - 100]
    noisy = add_noise("members", exact, 5.0)
    assert noisy.part_id == "members"
    assert len(noisy.cells) == len(exact)
    assert all(abs(a - b) <= 60 for a, b in zip(noisy.cells, exact, strict=True))
    assert all(type(cell) is int for cell in noisy.cells)


def test_a_table_without_cells_stays_so() -> None:
    assert add_noise("members", [], 5.0) == NoisyVector("members", ())


def test_noise_is_drawn_anew_for_every_cell_and_every_call() -> None:
    # Two draws at scale 1000 agree with chance 1 / 3545; fifty do not.
    first, second = draw(1000.0, 50), draw(1000.0, 50)
    assert first != second
    assert len(set(first)) > 25


@pytest.mark.parametrize("scale", [LEAST_SCALE, 1.0, 3.16, 14.0])
def test_the_draws_follow_the_discrete_gaussian(scale: float) -> None:
    """Chi-squared over the values expected at least 50 times; the definition is exp(-x^2 / (2 sigma^2))."""
    count = 10_000
    weights = {x: math.exp(-(x * x) / (2 * scale * scale)) for x in range(-200, 201)}
    total = sum(weights.values())
    often = [x for x, weight in weights.items() if count * weight / total >= 50]
    draws = draw(scale, count)
    seen = [draws.count(x) for x in often]
    expected = [count * weights[x] / total for x in often]
    seen.append(count - sum(seen))
    expected.append(count - sum(expected))
    if expected[-1] < 50:  # the tails together are too rare to stand alone
        seen[-2:], expected[-2:] = [sum(seen[-2:])], [sum(expected[-2:])]
    assert stats.chisquare(seen, expected).pvalue > ALARM


@pytest.mark.parametrize("scale", [210.0, 1e5])
def test_wide_noise_has_its_mean_and_variance(scale: float) -> None:
    count = 20_000
    draws = draw(scale, count)
    z = stats.norm.isf(ALARM / 2)
    assert abs(sum(draws)) <= z * scale * math.sqrt(count)
    squares = sum(d * d for d in draws) / scale**2
    assert stats.chi2.ppf(ALARM / 2, count) <= squares <= stats.chi2.isf(ALARM / 2, count)


def test_neighbouring_cells_are_not_correlated() -> None:
    draws = draw(10.0, 20_000)
    assert stats.pearsonr(draws[:-1], draws[1:]).pvalue > ALARM


def test_only_this_one_module_imports_opendp() -> None:
    importers = set()
    for package in (lero_contract, lero_coordinator, lero_node, lero_policies):
        root = Path(str(package.__file__)).parent
        for file in root.rglob("*.py"):
            for part in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                names = [alias.name for alias in part.names] if isinstance(part, ast.Import) else []
                names += [part.module or ""] if isinstance(part, ast.ImportFrom) else []
                if any(name.split(".")[0] == "opendp" for name in names):
                    importers.add(f"{root.name}/{file.relative_to(root).as_posix()}")
    assert importers == {"lero_node/privacy/noise.py"}
