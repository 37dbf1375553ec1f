"""Real `lero-node` and `lero-coordinator` processes on this machine: started, spoken to by pipe, and stopped."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from lero_contract.errors import Unavailable

_NODE = "lero_node"  # by name only: neither side of the contract imports the other
_COORDINATOR = "lero_coordinator"
_PATIENCE_S = 60.0
KEY_BYTES = 32


class NodeHome:
    """One LERO's computer. Its storage key stays in this process and is handed over on a pipe for each command."""

    def __init__(self, folder: Path) -> None:
        """Draws the storage key. folder: for the node's home and what it prints."""
        self.folder = folder
        self.home = folder / "home"
        self._marks = folder / "marks"  # beside the home and not in it, as on a real computer
        self._key = os.urandom(KEY_BYTES)
        self._running: subprocess.Popen[bytes] | None = None

    def command(self, *words: str) -> str:
        """Runs one command to its end and returns what it printed. Raises Unavailable, with its remarks, on failure."""
        process = self._start(words, subprocess.PIPE, subprocess.PIPE)
        out, remarks = process.communicate()
        with (self.folder / "node.log").open("ab") as log:
            log.write(remarks)
        if process.returncode:
            raise Unavailable(f"`lero-node {words[0]}` failed: {remarks.decode(errors='replace').strip()}")
        return out.decode()

    def start(self) -> None:
        """`lero-node run`, in the background."""
        with (self.folder / "node.log").open("ab") as log:
            self._running = self._start(("run",), subprocess.DEVNULL, log)

    def ask_to_stop(self) -> None:
        """Sends the signal and does not wait."""
        if self._running is not None:
            self._running.terminate()

    def stop(self) -> None:
        """Stops `run` and waits for its end."""
        if self._running is not None:
            self._running.terminate()
            _await_end(self._running)
            self._running = None

    def _start(self, words: Sequence[str], out: int, remarks: int | IO[bytes]) -> subprocess.Popen[bytes]:
        reader, writer = os.pipe()
        os.write(writer, self._key)
        os.close(writer)
        try:
            return subprocess.Popen(
                _python(_NODE, "--home", str(self.home), "--marks", str(self._marks), "--key", f"fd:{reader}", *words),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=remarks,
                pass_fds=(reader,),
            )
        finally:
            os.close(reader)


class Server:
    """`lero-coordinator serve` on a free port of the loopback address."""

    def __init__(self, home: Path, log: Path) -> None:
        """Starts it and waits until nodes can dial. Raises Unavailable where it does not come up."""
        port_file = home / "port"
        port_file.unlink(missing_ok=True)
        with log.open("ab") as remarks:
            self._process = subprocess.Popen(
                _python(_COORDINATOR, "--home", str(home), "serve", "--port", "0", "--port-file", str(port_file)),
                stdin=subprocess.DEVNULL,
                stdout=remarks,
                stderr=remarks,
            )
        deadline = time.monotonic() + _PATIENCE_S
        while not (port_file.exists() and port_file.read_text().strip()):
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise Unavailable("The coordinator did not start to listen.", f"See {log.name}.")
            time.sleep(0.05)
        self.address = f"localhost:{port_file.read_text().strip()}"

    def stop(self) -> None:
        """Stops it and waits for its end."""
        self._process.terminate()
        _await_end(self._process)


def _python(module: str, *words: str) -> list[str]:
    return [sys.executable, "-m", module, *words]


def _await_end(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(_PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
