"""The order of a process's system calls, by strace: what was synced to the disk before what was sent on a line."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

CALLS = "fsync,fdatasync,pwrite64,write,unlink,rename,sendmsg,sendto,writev"
_STARTED = re.compile(r"(?P<pid>\d+) +(?P<call>[a-z0-9]+)\((?P<rest>.*)")
_RESUMED = re.compile(r"(?P<pid>\d+) +<\.\.\. (?P<call>[a-z0-9]+) resumed>(?P<rest>.*)")
_OPEN_FILE = re.compile(r"\d+<(?P<path>/[^>]*)>")
_NAMED = re.compile(r'"(?P<path>[^"]*)"')
_SOCKET = re.compile(r"\d+<TCP(v6)?:")
_LENGTH = re.compile(r"iov_len=(\d+)")


@dataclass(frozen=True)
class Step:
    """One call. A file's at the moment it returned, a socket's at the moment it began. size: bytes sent, else 0."""

    call: str
    path: str
    size: int = 0


def strace(out: Path) -> tuple[str, ...]:
    """Words to put before a command. Skips the test by name where the program is missing."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    return ("strace", "-f", "-yy", "-s", "200", "-o", str(out), "-e", f"trace={CALLS}", "-e", "signal=none")


def steps(trace: str) -> Iterator[Step]:
    """The calls of a trace in their order; those that failed are left out."""
    begun: dict[tuple[str, str], str] = {}
    for line in trace.splitlines():
        if found := _RESUMED.match(line):
            text = begun.pop((found["pid"], found["call"]), "") + found["rest"]
            yield from _on_file(found["call"], text)
        elif found := _STARTED.match(line):
            call, rest = found["call"], found["rest"]
            if _SOCKET.match(rest):
                yield Step(call, "", sum(map(int, _LENGTH.findall(rest))))
            elif rest.endswith("<unfinished ...>"):
                begun[found["pid"], call] = rest
            else:
                yield from _on_file(call, rest)


def _on_file(call: str, text: str) -> Iterator[Step]:
    if " = -1 " in text:
        return
    if call in ("unlink", "rename") and (named := _NAMED.search(text)):
        yield Step(call, named["path"])
    elif opened := _OPEN_FILE.match(text):
        yield Step(call, opened["path"])
