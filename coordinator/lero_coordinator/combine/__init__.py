"""Answers together: checked, added up, turned into figures with intervals, and hidden where they must be. All pure."""

from lero_coordinator.combine.accept import Accepted, check_answer
from lero_coordinator.combine.figures import combine
from lero_coordinator.combine.release import Release

__all__ = ["Accepted", "Release", "check_answer", "combine"]
