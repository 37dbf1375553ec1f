"""Rules and facts as data, no logic: dictionary, instruments, geography, catalogue, mappings, example policy."""

from importlib.resources import files
from importlib.resources.abc import Traversable

ROOT: Traversable = files(__name__)
