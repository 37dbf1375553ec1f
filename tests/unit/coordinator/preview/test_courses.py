from __future__ import annotations

import math

import pytest

from lero_contract.kinds import Point
from lero_coordinator.preview.courses import Course, exactness, supposed_course
from lero_coordinator.preview.supposed import still_there


def test_one_point_is_a_share_with_its_binomial_spread() -> None:
    # 70 of 100 stay. Noise 1 in both cells: sqrt(30^2 + 70^2) / 100^2 = 0.0076158; sampling sqrt(0.3 * 0.7 / 100).
    found = exactness(Course((30.0,), (0.0, 70.0)), 0)
    assert found.share == pytest.approx(0.7)
    assert found.noise == pytest.approx(0.0076158, abs=1e-7)
    assert found.sampling == pytest.approx(0.0458258, abs=1e-7)
    assert (found.at_risk, found.cells) == (100, 2)


def test_two_points_multiply_and_both_parts_of_their_spread_add() -> None:
    # At risk 20 + 10 + 25 + 40 = 95, then 10 + 40 = 50. S = 75/95 * 40/50 = 0.631579.
    # Greenwood: S sqrt(20 / (95 * 75) + 10 / (50 * 40)) = 0.631579 * sqrt(0.007807) = 0.055805.
    # Slopes of log S: -1/95; 20/(95*75) - 1/50; 20/(95*75); 20/(95*75) + 10/(50*40): S times their norm 0.0137683.
    course = Course((20.0, 10.0), (5.0, 25.0, 40.0))
    assert course.at_risk == (95, 50)
    found = exactness(course, 1)
    assert found.share == pytest.approx(0.631579, abs=1e-6)
    assert found.sampling == pytest.approx(0.055805, abs=1e-5)
    assert found.noise == pytest.approx(0.0137683, abs=1e-6)


def test_nobody_at_risk_has_no_share() -> None:
    found = exactness(Course((0.0,), (10.0, 0.0)), 0)
    assert found.at_risk == 0
    assert math.isnan(found.share)


def test_supposed_cells_hold_every_starter_once_and_give_back_the_curve() -> None:
    points = (Point("6 months", 183), Point("12 months", 365))
    course = supposed_course(points, 1000, 4.0, still_there)
    assert sum(course.events) + sum(course.followed) == pytest.approx(1000)
    assert exactness(course, 1).share == pytest.approx(0.32, abs=0.001)


def test_records_of_half_a_year_reach_no_point_of_a_year() -> None:
    course = supposed_course((Point("12 months", 365),), 1000, 0.5, still_there)
    assert exactness(course, 0).at_risk == 0
