"""Listens over mutual TLS until told to stop; a caller without a certificate of our authorities hears nothing."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

from grpc import aio
from grpc_health.v1 import health_pb2, health_pb2_grpc  # type: ignore[import-untyped,unused-ignore]
from grpc_health.v1.health import aio as health  # type: ignore[import-untyped,unused-ignore]

from lero_contract.codec.strict import require_safe_backend
from lero_contract.errors import Unavailable
from lero_contract.rpc import OPTIONS
from lero_contract.v1 import registry_service_pb2_grpc, relay_service_pb2_grpc
from lero_coordinator.config import split_address
from lero_coordinator.files import replace
from lero_coordinator.office import Office
from lero_coordinator.service.access import Doorkeeper
from lero_coordinator.service.line import Line
from lero_coordinator.service.registry import Registry
from lero_coordinator.service.relay import Bell, Clock, Relay

# A node may ping once in half a minute; a line on which nothing is heard for a minute and a half is given up.
_KEEPALIVE = [
    ("grpc.keepalive_time_ms", 60_000),
    ("grpc.keepalive_timeout_ms", 30_000),
    ("grpc.http2.min_ping_interval_without_data_ms", 25_000),
    ("grpc.max_concurrent_streams", 16),
    ("grpc.so_reuseport", 0),
]
_GRACE_S = 3.0


def serve(office: Office, *, listen: str = "", port_file: Path | None = None, say: Callable[[str], None]) -> None:
    """Listen until SIGTERM or SIGINT. listen: host:port, else as in the settings; port 0 takes a free one.

    port_file: written, whole, with the port once nodes can dial. say: takes the one line said then. Raises
    Unavailable where the port is taken.
    """
    require_safe_backend()
    asyncio.run(_serve(office, listen or office.config.listen, port_file, say))


async def _serve(office: Office, listen: str, port_file: Path | None, say: Callable[[str], None]) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError):  # Windows has no signal handlers here; Ctrl-C still ends it
            loop.add_signal_handler(name, stopping.set)
    async with running(office, listen, lambda: int(time.time())) as port:
        host, _ = split_address(listen)
        say(f"Listening on {host}:{port}")
        if port_file is not None:
            replace(port_file, f"{port}\n".encode())
        await stopping.wait()


@contextlib.asynccontextmanager
async def running(office: Office, listen: str, clock: Clock) -> AsyncIterator[int]:
    """A server that listens while the block runs; yields its port."""
    host, _ = split_address(office.config.address)
    line = await asyncio.to_thread(Line, office.home, host, clock)
    bell = Bell(office, clock)
    relay = Relay(office, bell, clock)
    server = aio.server(interceptors=[Doorkeeper(relay.roles_of)], options=[*OPTIONS, *_KEEPALIVE])
    relay_service_pb2_grpc.add_RelayServicer_to_server(relay, server)
    registry_service_pb2_grpc.add_RegistryServicer_to_server(Registry(office, clock), server)
    health_pb2_grpc.add_HealthServicer_to_server(await _healthy(), server)
    port = _bind(server, listen, line)
    await server.start()
    watching = asyncio.create_task(bell.watch())
    try:
        yield port
    finally:
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching
        await server.stop(_GRACE_S)


def _bind(server: aio.Server, listen: str, line: Line) -> int:
    try:
        port = server.add_secure_port(listen, line.credentials())
    except RuntimeError as reason:
        raise _taken(listen) from reason
    if port == 0:
        raise _taken(listen)
    return int(port)


def _taken(listen: str) -> Unavailable:
    return Unavailable(
        f"Cannot listen on {listen}.", "Is another coordinator running, or the address not this computer's?"
    )


async def _healthy() -> Any:
    servicer = health.HealthServicer()
    await servicer.set("", health_pb2.HealthCheckResponse.SERVING)
    return servicer
