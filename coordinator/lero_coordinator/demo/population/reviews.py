"""Draws reviews along the courses: who does better is seen more often, so that completers look better than they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from lero_coordinator.demo.population.codes import coded
from lero_coordinator.demo.population.courses import DAYS_A_MONTH, Courses, Flags, Floats, Ints
from lero_coordinator.demo.population.shares import SCORE_IMPOSSIBLE

WAVES: Final = (0, 3, 6, 12, 24, 36, 48, 60)
# Of those still active, at each wave; a funded trial reached about half, routine care 13% at three months.
_DONE: Final = (0.82, 0.60, 0.55, 0.50, 0.45, 0.40, 0.375, 0.35)
_LERO_LOGIT_SD: Final = 0.6
_ODDS_PER_SD: Final = 1.5  # of a review, by the last score
_ODDS_AFTER_BREAK: Final = 0.5
_JITTER_DAYS: Final = 14

# Mean at each wave. SURE: no published UK series. SWEMWBS: a clinical group began at 19.28 (SD 3.92).
_SURE: Final = (44.0, 47.5, 49.5, 51.0, 52.0, 52.0, 52.0, 52.0)
_SURE_SD, _SURE_KEPT = 8.0, 0.62  # correlation with the baseline; gives the change an SD of 7
_WELLBEING: Final = (19.5, 21.3, 22.1, 22.7, 23.0, 23.0, 23.0, 23.0)
_WELLBEING_SD, _WELLBEING_KEPT = 4.2, 0.40
_SAME_PERSON: Final = 0.6  # of what the baseline leaves open, the part that lasts from wave to wave
_BOTH: Final = 0.5  # correlation of the two scores
_LERO_SD: Final = 0.2  # between LEROs, in person SDs: an intraclass correlation of 0.04
_SWEMWBS_DONE: Final = 0.8

_IMPOSSIBLE_SURE: Final = np.array([0.0, 7, 84, 210])
_IMPOSSIBLE_SWEMWBS: Final = np.array([0.0, 2, 49, 70])
RECOVERY_NOW: Final = ("under_3_months", "3_to_12_months", "1_to_5_years", "over_5_years", "not_in_recovery")


def draw_reviews(rng: np.random.Generator, courses: Courses, metric: Mapping[int, float], cut_day: int) -> pd.DataFrame:
    """One row per review: member (position in `courses`), day, wave (months), sure_total, swemwbs_raw, recovery_now.

    metric: SWEMWBS raw to metric score, to mark the form that gives the score drawn. A score is missing where that form
    was not filled in, and impossible where somebody mistyped it.
    """
    number = len(courses.start)
    lero_logit, lero_score = rng.normal(0, _LERO_LOGIT_SD), rng.normal(0, _LERO_SD)
    sure, wellbeing = _Score(rng, number), _Score(rng, number)
    wellbeing.lean_on(sure)
    last = np.zeros(number)
    parts: list[pd.DataFrame] = []
    for position, wave in enumerate(WAVES):
        day = courses.start + _review_days(rng, wave, number)
        z_sure, z_wellbeing = sure.at(rng, wave, _SURE_KEPT), wellbeing.at(rng, wave, _WELLBEING_KEPT)
        chance = _chance_of_review(position, lero_logit, last, courses)
        done = (rng.random(number) < chance) & (day <= courses.seen_until(cut_day))
        rows = np.flatnonzero(done)
        scores = {
            "sure_total": _sure_form(rng, _SURE[position] + _SURE_SD * (z_sure + lero_score)[rows]),
            "swemwbs_raw": _swemwbs_form(
                rng, _WELLBEING[position] + _WELLBEING_SD * (z_wellbeing + lero_score)[rows], metric
            ),
        }
        now = _recovery_now(courses, (day - courses.start) / DAYS_A_MONTH)[rows]
        parts.append(pd.DataFrame({"member": rows, "day": day[rows], "wave": wave, **scores, "recovery_now": now}))
        last = np.where(done, z_sure, last)
    return pd.concat(parts, ignore_index=True).sort_values("day", kind="stable", ignore_index=True)


def _chance_of_review(position: int, lero_logit: float, last: Floats, courses: Courses) -> Floats:
    """For each member, whether a review of the wave at this position is done, if they are still there.

    last: the last score seen, in SDs, 0 before the first.
    """
    logit = np.log(_DONE[position] / (1 - _DONE[position])) + lero_logit
    if position > 0:
        broken = courses.break_month < WAVES[position]
        logit = logit + np.log(_ODDS_PER_SD) * last + np.log(_ODDS_AFTER_BREAK) * broken
    return np.broadcast_to(1 / (1 + np.exp(-logit)), last.shape)


class _Score:
    """A latent score in SDs of its own: a baseline, and follow-ups that keep part of it."""

    def __init__(self, rng: np.random.Generator, number: int) -> None:
        self.baseline: Floats = rng.standard_normal(number)
        self.person: Floats = rng.standard_normal(number)

    def lean_on(self, other: _Score) -> None:
        """Make this score go together with another, by the correlation _BOTH."""
        rest = np.sqrt(1 - _BOTH**2)
        self.baseline = _BOTH * other.baseline + rest * self.baseline
        self.person = _BOTH * other.person + rest * self.person

    def at(self, rng: np.random.Generator, wave: int, kept: float) -> Floats:
        """Each member's deviation from the wave's mean, in SDs."""
        if wave == 0:
            return self.baseline
        fresh = rng.standard_normal(len(self.baseline))
        rest = np.sqrt(_SAME_PERSON) * self.person + np.sqrt(1 - _SAME_PERSON) * fresh
        score: Floats = kept * self.baseline + np.sqrt(1 - kept**2) * rest
        return score


def _review_days(rng: np.random.Generator, wave: int, number: int) -> Ints:
    """Days after joining: the first within three weeks, later ones within two weeks of their month."""
    if wave == 0:
        return rng.integers(0, 21, size=number)
    return round(wave * DAYS_A_MONTH) + rng.integers(-_JITTER_DAYS, _JITTER_DAYS + 1, size=number)


def _sure_form(rng: np.random.Generator, score: Floats) -> Floats:
    """Whole points of 21 to 63, some mistyped."""
    marked = np.clip(np.rint(score), 21, 63)
    return _mistype(rng, marked, _IMPOSSIBLE_SURE)


def _swemwbs_form(rng: np.random.Generator, score: Floats, metric: Mapping[int, float]) -> Floats:
    """The raw total, 7 to 35, whose metric score is nearest; missing where the form was not done, some mistyped."""
    raw = np.array(sorted(metric), dtype=np.float64)
    middles = np.array([(metric[int(r)] + metric[int(r) + 1]) / 2 for r in raw[:-1]])
    marked = raw[np.searchsorted(middles, score)]
    marked = np.where(rng.random(len(score)) < _SWEMWBS_DONE, marked, np.nan)
    return _mistype(rng, marked, _IMPOSSIBLE_SWEMWBS)


def _mistype(rng: np.random.Generator, marked: Floats, impossible: Floats) -> Floats:
    wrong = ~np.isnan(marked) & (rng.random(len(marked)) < SCORE_IMPOSSIBLE)
    return np.where(wrong, rng.choice(impossible, size=len(marked)), marked)


def _recovery_now(courses: Courses, months: Floats) -> pd.Categorical[str]:
    """Time since the last problem use at the review, by the dictionary's bands."""
    broken: Flags = courses.break_month < months
    since_break = months - courses.break_month - 1
    since = np.where(broken & courses.returned, since_break, courses.recovery + months)
    band = np.searchsorted([3, 12, 60], since, side="right")
    out: Flags = broken & (~courses.returned | (since_break < 0))
    return coded(np.where(out, len(RECOVERY_NOW) - 1, band), [*RECOVERY_NOW, "not_known"])
