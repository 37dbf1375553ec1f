"""The listener nodes dial: gRPC over mutual TLS, every method listed with who may call it."""

from lero_coordinator.service.server import serve

__all__ = ["serve"]
