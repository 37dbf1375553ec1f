"""The listener as its own process: started, dialled, told to stop, killed."""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lero_contract.v1 import relay_service_pb2 as pb
from support.listeners import node_stub
from support.offices import MadeOffice, answer_to, make_node, make_office

EAST, WEST = "eastern", "western"


@pytest.fixture
def made(tmp_path: Path) -> Iterator[MadeOffice]:
    office = make_office(tmp_path / "home", [make_node(EAST), make_node(WEST)], now_s=int(time.time()))
    yield office
    office.office.close()


@contextlib.contextmanager
def process(made: MadeOffice, *words: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "lero_coordinator", "--home", str(made.office.home.folder), "serve", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        try:
            yield running
        finally:
            running.kill()


def said_port(running: subprocess.Popen[str]) -> int:
    assert running.stdout is not None
    line = running.stdout.readline()
    assert line.startswith("Listening on 127.0.0.1:")
    return int(line.rpartition(":")[2])


def test_it_says_one_line_writes_its_port_and_stops_when_told(made: MadeOffice, tmp_path: Path) -> None:
    port_file = tmp_path / "port"
    with process(made, "--port", "0", "--port-file", str(port_file)) as running:
        port = said_port(running)
        with node_stub(port, made, EAST) as stub:
            assert stub.Poll(pb.PollRequest(), timeout=20).rosters
        assert int(port_file.read_text()) == port
        running.send_signal(signal.SIGTERM)
        out, err = running.communicate(timeout=30)
    assert (running.returncode, out, err) == (0, "", "")


def test_a_waiting_poll_does_not_hold_up_the_stop(made: MadeOffice) -> None:
    with process(made, "--port", "0") as running, node_stub(said_port(running), made, EAST) as stub:
        waiting = stub.Poll.future(pb.PollRequest(roster_version=1, wait_s=60), timeout=60)
        running.send_signal(signal.SIGTERM)
        assert running.wait(30) == 0
        assert waiting.exception(30) is not None


def test_an_answer_with_a_receipt_survives_a_kill(made: MadeOffice) -> None:
    request = made.submitted(int(time.time()))
    message = pb.SendAnswerRequest(answer=answer_to(made, request, EAST).to_message())
    with process(made, "--port", "0") as running:
        with node_stub(said_port(running), made, EAST) as stub:
            receipt = stub.SendAnswer(message, timeout=20)
        running.kill()
        running.wait(30)
    assert made.office.round_state(request.request_id, int(time.time())).answered == (EAST,)
    with process(made, "--port", "0") as again, node_stub(said_port(again), made, EAST) as stub:
        assert stub.SendAnswer(message, timeout=20) == receipt


def test_a_port_that_is_taken_is_said_in_words(made: MadeOffice) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        with process(made, "--port", str(holder.getsockname()[1])) as running:
            out, err = running.communicate(timeout=30)
    assert (running.returncode, out) == (5, "")
    assert "\nCannot listen on 127.0.0.1:" in "\n" + err
    assert "Traceback" not in err
