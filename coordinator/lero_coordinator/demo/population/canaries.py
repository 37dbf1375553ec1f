"""Strings that stand in every made-up export and must stand in nothing else: found in an output, they prove a leak."""

from __future__ import annotations

import hashlib

import numpy as np
import pandas as pd

from lero_coordinator.demo.population.model import Population


def canaries(population: Population) -> list[str]:
    """For each LERO: an odd member id, a member's name that no mapping reads, a note, and a value no list knows."""
    return [text for lero in population.leros for text in _canaries(lero.node_id).values()]


def plant_canaries(node_id: str, members: pd.DataFrame, current: int) -> pd.DataFrame:
    """The members with one record changed: the member in row `current`, who has not left and does not object."""
    changed = members.copy()
    for column, text in _canaries(node_id).items():
        values = changed[column].copy()
        if isinstance(values.dtype, pd.CategoricalDtype):
            values = values.cat.add_categories([text])
        values.iloc[current] = text
        changed[column] = values
    return changed


def first_plain_member(members: pd.DataFrame) -> int:
    """The row of the first member who is current and does not object: one that every figure counts."""
    plain = members["joined"].notna() & members["left"].isna() & ~members["objects"]
    return int(np.flatnonzero(plain.to_numpy())[0])


def _canaries(node_id: str) -> dict[str, str]:
    """By column of the members table. The token is different for each LERO and occurs nowhere else."""
    token = hashlib.sha256(f"canary {node_id}".encode()).hexdigest()[:10]
    return {
        "member_id": f"zq-{token}-7x",
        "name": f"Quoxilda Vantrune-{token}",
        "note": f"lends the accordion, shelf {token}k",
        "accommodation": f"lighthouse cellar {token}v",
    }
