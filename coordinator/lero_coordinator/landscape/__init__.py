"""What the public sees of a release: pages, map, data and a signed statement, in a folder that needs no server."""

from lero_coordinator.landscape.comparison import publish_comparison
from lero_coordinator.landscape.publish import Published, publish

__all__ = ["Published", "publish", "publish_comparison"]
