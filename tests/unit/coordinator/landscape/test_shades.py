"""Steps of colour: round, few, and never wrapping."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lero_coordinator.landscape.shades import INK, PALETTE, PAPER, Scale, round_number, scale_for, text_on


@pytest.mark.parametrize(
    ("value", "expected"), [(0.4, 0), (3, 3), (7, 7), (13, 15), (72, 70), (160, 150), (430, 450), (1600, 1500)]
)
def test_breaks_are_round_numbers(value: float, expected: int) -> None:
    assert round_number(value) == expected


def test_steps_are_named_so_that_every_whole_number_has_one() -> None:
    assert Scale((50, 100)).words == ("under 50", "50 to 99", "100 or more")


def test_a_value_on_a_break_belongs_to_the_step_above() -> None:
    scale = Scale((50, 100))
    assert scale.colour_of(49.4) == scale.colours[0]
    assert scale.colour_of(50) == scale.colours[1]
    assert scale.colour_of(100) == scale.colours[2]


@given(st.lists(st.floats(0, 1e6), max_size=200))
def test_there_are_never_more_steps_than_colours(values: list[float]) -> None:
    scale = scale_for(values)
    assert len(scale.colours) == len(scale.words) == len(scale.breaks) + 1 <= len(PALETTE)
    assert all(scale.colour_of(value) in PALETTE for value in values)


@pytest.mark.parametrize("colour", PALETTE)
def test_text_reads_on_every_colour(colour: str) -> None:
    """At least 4.5 to 1, by WCAG 2.2, success criterion 1.4.3."""
    assert _contrast(colour, text_on(colour)) >= 4.5
    assert text_on(colour) in (INK, PAPER)


def _contrast(one: str, other: str) -> float:
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
