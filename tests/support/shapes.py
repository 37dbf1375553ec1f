"""What one kind of table compiles to, beside no dimension, and the words it is refused with: for tests of the kinds."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lero_contract.dictionary import load_dictionary
from lero_contract.errors import Malformed
from lero_contract.kinds import Kind, Shape
from support.requests import RHO_02


def shapes_of(kind: Kind, nano_rho: int = RHO_02) -> tuple[Shape, ...]:
    """Its grids at a price of 0.02 rho unless another is named."""
    return kind.shapes(load_dictionary(), nano_rho)


def refused(words: str, asked: Callable[[], object]) -> None:
    """Asserts that making it is Malformed, in these words."""
    with pytest.raises(Malformed) as raised:
        asked()
    assert words in raised.value.detail, raised.value.detail
