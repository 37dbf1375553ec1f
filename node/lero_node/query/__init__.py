"""Raw rows and exact vectors live and die here. Only the compute step may import this room."""

from lero_node.query.engine import Engine
from lero_node.query.exact import ExactVector, exact_vectors
from lero_node.query.statement import statement

__all__ = ["Engine", "ExactVector", "exact_vectors", "statement"]
