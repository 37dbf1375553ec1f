"""The server's end of TLS as the home folder has it now: a new certificate or authority needs no restart."""

from __future__ import annotations

import logging
import threading

import grpc

from lero_contract.errors import LeroError
from lero_coordinator.config import Home
from lero_coordinator.service.relay import Clock
from lero_coordinator.tls_files import ServerFiles, server_files

log = logging.getLogger(__name__)


class Line:
    """Looks at the home's keys whenever somebody dials. What is set up stays when they cannot be read."""

    def __init__(self, home: Home, host: str, clock: Clock) -> None:
        """host: the name that nodes dial. Raises NotReady or Corrupt where there is nothing to begin with."""
        self._home = home
        self._host = host
        self._clock = clock
        self._turn = threading.Lock()  # gRPC asks from threads of its own
        self._files = server_files(home, host, clock())

    def credentials(self) -> grpc.ServerCredentials:
        """For the port: every caller must show a certificate of an authority in force."""
        return grpc.dynamic_ssl_server_credentials(
            _configuration(self._files),
            self._changed,  # type: ignore[arg-type]  # the stub does not know that None keeps what there is
            require_client_authentication=True,
        )

    def _changed(self) -> grpc.ServerCertificateConfiguration | None:
        """What holds from this handshake on, or None where it is what held before."""
        with self._turn:
            try:
                found = server_files(self._home, self._host, self._clock())
            except (LeroError, OSError) as reason:
                log.warning("the keys in the home folder could not be read: %s", type(reason).__name__)
                return None
            if found == self._files:
                return None
            self._files = found
            return _configuration(found)


def _configuration(files: ServerFiles) -> grpc.ServerCertificateConfiguration:
    return grpc.ssl_server_certificate_configuration(
        [(files.key, files.certificate)], root_certificates=files.authorities
    )
