"""Draws codes by their shares, as categorical columns that know every code of their list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def category(codes: Iterable[str]) -> pd.CategoricalDtype[str]:
    """The type of a column that holds these codes."""
    return pd.CategoricalDtype(list(codes))


def coded(positions: NDArray[np.int64], codes: Iterable[str]) -> pd.Categorical[str]:
    """Codes by their position in a list."""
    return pd.Categorical.from_codes(positions, dtype=category(codes))


def pick(rng: np.random.Generator, shares: Mapping[str, float], number: int) -> pd.Categorical[str]:
    """`number` codes drawn by their shares, which need not add up to one."""
    chance = np.array(list(shares.values()))
    return coded(rng.choice(len(shares), size=number, p=chance / chance.sum()), shares)
