"""The child in which the noise sampler proves itself when nothing is to be computed. It reads no record.

Run as `python -m lero_node.compute.noise_check` by `parent.py`, with the scales on standard input: the parent imports
nothing that draws noise.
"""

from __future__ import annotations

import json
import signal
import sys

from lero_contract.errors import LeroError
from lero_node.compute.job import Outcome
from lero_node.privacy.noise import draw
from lero_node.privacy.sampler_check import check_sampler


def main() -> None:
    """Scales in, outcome out, as in `child.py`."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.tracebacklimit = 0
    try:
        check_sampler(draw, [float(scale) for scale in json.loads(sys.stdin.buffer.read())])
        outcome = Outcome(())
    except LeroError as error:
        outcome = Outcome((), error.code, error.detail)
    except Exception as error:
        outcome = Outcome((), LeroError.code, f"The noise sampler cannot be asked: {type(error).__name__}.")
    sys.stdout.buffer.write(outcome.to_bytes())


if __name__ == "__main__":
    main()
