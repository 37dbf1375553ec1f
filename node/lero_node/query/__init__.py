"""Raw rows and exact vectors live and die here. Only the compute step may import this room."""

from lero_node.query.exact import ExactVector, exact_vector

__all__ = ["ExactVector", "exact_vector"]
