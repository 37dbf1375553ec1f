"""A real listener on the loopback address in its own thread, and raw stubs that dial it over TLS."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import grpc

from lero_contract.rpc import OPTIONS
from lero_contract.v1 import registry_service_pb2_grpc
from lero_contract.v1 import relay_service_pb2_grpc as rim
from lero_coordinator.office import Office
from lero_coordinator.service.server import running
from support.offices import MadeOffice, tls_files


def _real_time() -> int:
    return int(time.time())


@contextmanager
def listening(office: Office, clock: Callable[[], int] = _real_time) -> Iterator[int]:
    """The port of a listener that runs while the block does."""
    ready, stop = threading.Event(), threading.Event()
    found: list[int] = []

    async def run() -> None:
        async with running(office, "127.0.0.1:0", clock) as port:
            found.append(port)
            ready.set()
            await asyncio.to_thread(stop.wait)

    thread = threading.Thread(target=lambda: asyncio.run(run()), daemon=True)
    thread.start()
    assert ready.wait(30)
    try:
        yield found[0]
    finally:
        stop.set()
        thread.join(30)


@contextmanager
def dialled(port: int, files: tuple[bytes, bytes | None, bytes | None]) -> Iterator[Any]:
    """A channel that shows this certificate, or none."""
    authority, key, certificate = files
    credentials = grpc.ssl_channel_credentials(authority, key, certificate)
    with grpc.secure_channel(f"localhost:{port}", credentials, options=OPTIONS) as channel:
        yield channel


@contextmanager
def node_stub(port: int, made: MadeOffice, node_id: str) -> Iterator[Any]:
    """The Relay as this node would call it."""
    with dialled(port, tls_files(made, node_id)) as channel:
        yield rim.RelayStub(channel)


@contextmanager
def registry_stub(port: int, files: tuple[bytes, bytes, bytes]) -> Iterator[Any]:
    """The Registry as the holder of these files would call it."""
    with dialled(port, files) as channel:
        yield registry_service_pb2_grpc.RegistryStub(channel)
