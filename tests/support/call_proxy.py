"""Somebody in the middle who has the coordinator's keys: sees whole calls, and repeats, holds, swaps or forges them.

TLS lets nobody but the owner of the keys do this, so it is the worst coordinator there can be. Nodes are served with
the listener's own certificate; calls go on to the true coordinator with a certificate made for the node that called.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import grpc
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from lero_coordinator.authority import caller_named, node_certificate
from lero_coordinator.office import Office
from lero_coordinator.tls_files import read_authorities, server_files

LIMIT_S = 60
_ANY_SIZE = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]


@dataclass(frozen=True)
class Call:
    """A call of a node. deliver: makes it at the true coordinator, each time it is called, and returns the reply."""

    node_id: str
    method: str
    message: bytes
    deliver: Callable[[], bytes]


class Lost(Exception):
    """What a rule raises so that the node hears nothing but that the line failed."""


Rule = Callable[[Call], bytes]
"""What is done with a call, and what the node is answered."""


def pass_on(call: Call) -> bytes:
    """As if nobody were there."""
    return call.deliver()


class CallProxy(grpc.GenericRpcHandler):  # type: ignore[misc,unused-ignore]
    """rule: may be changed at any moment, and holds from the next call on."""

    def __init__(self, office: Office, upstream: int) -> None:
        self._office = office
        self._upstream = upstream
        self._channels: dict[str, grpc.Channel] = {}
        self.rule: Rule = pass_on
        self.squeezes = False  # replies are then compressed

    def service(self, handler_call_details: Any) -> Any:
        """Every method there is, as bytes."""
        method = handler_call_details.method
        return grpc.unary_unary_rpc_method_handler(lambda message, context: self._call(method, message, context))

    def credentials(self) -> grpc.ServerCredentials:
        """Of the true listener."""
        files = server_files(self._office.home, "localhost", int(time.time()))
        return grpc.ssl_server_credentials(
            [(files.key, files.certificate)], files.authorities, require_client_auth=True
        )

    def close(self) -> None:
        """Hangs up on the true coordinator."""
        for channel in self._channels.values():
            channel.close()

    def channel_as(self, node_id: str) -> grpc.Channel:
        """A line to the true coordinator in a node's name."""
        if node_id not in self._channels:
            self._channels[node_id] = dial_as(self._office, node_id, self._upstream, _ANY_SIZE)
        return self._channels[node_id]

    def _call(self, method: str, message: bytes, context: Any) -> bytes:
        node_id = caller_named(context.auth_context()["x509_pem_cert"][0]).id
        if self.squeezes:
            context.set_compression(grpc.Compression.Gzip)
        make: Callable[..., bytes] = self.channel_as(node_id).unary_unary(method)
        try:
            return self.rule(Call(node_id, method, message, lambda: bytes(make(message, timeout=LIMIT_S))))
        except Lost:
            context.abort(grpc.StatusCode.UNAVAILABLE, "lost")
        except grpc.RpcError as failure:
            assert isinstance(failure, grpc.Call)
            context.set_trailing_metadata(failure.trailing_metadata() or ())
            context.abort(failure.code(), failure.details() or "")
        raise AssertionError("an aborted call does not come back")


def dial_as(office: Office, node_id: str, port: int, options: list[tuple[str, Any]]) -> grpc.Channel:
    """A line with a new certificate in a node's name, made by who has the authority's key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, node_id)])
    wish = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, SHA256())
    authorities = read_authorities(office.home)
    certificate = node_certificate(authorities.newest, wish.public_bytes(Encoding.DER), node_id, int(time.time()))
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    credentials = grpc.ssl_channel_credentials(authorities.bundle, pem, certificate)
    return grpc.secure_channel(f"localhost:{port}", credentials, options=options)


@contextmanager
def in_the_middle(office: Office, upstream: int) -> Iterator[tuple[CallProxy, int]]:
    """One that listens on the port given back."""
    proxy = CallProxy(office, upstream)
    server = grpc.server(ThreadPoolExecutor(16), handlers=[proxy], options=_ANY_SIZE)
    port = server.add_secure_port("127.0.0.1:0", proxy.credentials())
    server.start()
    try:
        yield proxy, port
    finally:
        server.stop(0).wait()
        proxy.close()
