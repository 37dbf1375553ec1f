"""The exact vector of every part once more, member by member in plain Python: slow and obvious on purpose.

Written from the contract's own words and not from the SQL, which the property tests hold to it.
"""

from support.reference.vector import contributions, reference_vector

__all__ = ["contributions", "reference_vector"]
