"""Regenerates lero_contract/v1 from its .proto files; `--check` fails where the committed code differs."""

from __future__ import annotations

import argparse
import sys
import tempfile
from importlib.resources import files
from pathlib import Path

from grpc_tools import protoc

HERE = Path(__file__).parent
PACKAGE = Path("lero_contract") / "v1"


def generate(into: Path) -> None:
    """Write the modules and stubs of every .proto file below `into`. Raises SystemExit where protoc fails."""
    sources = sorted(str(p.relative_to(HERE)) for p in (HERE / PACKAGE).glob("*.proto"))
    services = [s for s in sources if s.endswith("_service.proto")]
    include = [f"-I{HERE}", f"-I{files('grpc_tools') / '_proto'}"]
    scripts = Path(sys.executable).parent  # not resolved: a virtual environment's own programs
    stubs = [f"--plugin=protoc-gen-{name}={scripts / f'protoc-gen-{name}'}" for name in ("mypy", "mypy_grpc")]
    python = [f"--python_out={into}", f"--mypy_out=quiet:{into}"]
    grpc = [f"--grpc_python_out={into}", f"--mypy_grpc_out=quiet:{into}"]
    run(["protoc", *include, *stubs, *python, *sources])
    run(["protoc", *include, *stubs, *grpc, *services])


def run(arguments: list[str]) -> None:
    """One call of protoc."""
    if protoc.main(arguments) != 0:
        raise SystemExit("protoc failed")


def differences() -> list[str]:
    """Names of generated files that are missing, left over or differ from a fresh generation."""
    with tempfile.TemporaryDirectory() as scratch:
        generate(Path(scratch))
        fresh = {p.name: p.read_bytes() for p in (Path(scratch) / PACKAGE).iterdir()}
    kept = {p.name: p.read_bytes() for p in (HERE / PACKAGE).glob("*_pb2*")}
    return sorted(name for name in fresh.keys() | kept.keys() if fresh.get(name) != kept.get(name))


def main() -> int:
    """Generate, or with --check compare. Exit code 1 where they differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare only, change nothing")
    if not parser.parse_args().check:
        generate(HERE)
        return 0
    stale = differences()
    for name in stale:
        print(
            f"{PACKAGE / name} is not what the .proto files give; run: python protos/generate.py",
            file=sys.stderr,
        )
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
