"""The coordinator's memory: signed bytes in, the same bytes out; every step may be repeated."""

from lero_coordinator.store.engine import Store

__all__ = ["Store"]
