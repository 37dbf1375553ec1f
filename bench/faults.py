"""Kills nodes and coordinator with signal 9, again and again, while requests are answered; then counts what it cost.

    .venv/bin/python bench/faults.py --kills 300

In each round a request is put to every node, and each node and the coordinator dies once on its way: at a named point
(tests/support/killing.py) or at a random moment. Every second coordinator is left alone, so that nodes die beside a
healthy one too. At the end every answer must be at the coordinator, once, as the bytes that its node released; every
node must have charged each request once; and no ledger may ever have said less than before.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from support.faulty import Faulty, FaultyNode, FaultyServer, Launch, faulty_federation, launched, until
from support.killing import COORDINATOR_POINTS, NODE_POINTS, Point, SpendWatch, toll_of

AT_RANDOM = ("at random", "")
PATIENCE_S = 20.0  # for a point to be reached; then it is killed all the same
ANSWER_S = 300.0


@dataclass
class Kills:
    """What was killed, and where."""

    rng: random.Random
    wanted: int
    done: Counter[Point] = field(default_factory=Counter)

    @property
    def count(self) -> int:
        """So far."""
        return self.done.total()

    def point(self, points: tuple[Point, ...]) -> Point:
        """The next for a process: a random moment every third time."""
        return AT_RANDOM if self.rng.random() < 1 / 3 else self.rng.choice(points)


def launch_of(point: Point) -> Launch:
    """Dies there at the first call."""
    return Launch() if point == AT_RANDOM else Launch(die=((*point, 1),))


def await_end(process: FaultyNode | FaultyServer, point: Point, kills: Kills) -> None:
    """Until it has died at its point; or a random moment; what does not reach its point is killed at the end."""
    moment_s = kills.rng.uniform(0, 4) if point == AT_RANDOM else PATIENCE_S
    deadline = time.monotonic() + moment_s
    while process.is_running and time.monotonic() < deadline:
        time.sleep(0.05)
    reached = point if not process.is_running else AT_RANDOM
    process.kill()
    kills.done[reached] += 1


def one_round(made: Faulty, kills: Kills, number: int) -> str:
    """One request; everybody dies once and comes back. Returns the request's id."""
    with_server = number % 2 == 0
    server_point = kills.point(COORDINATOR_POINTS)
    if with_server:
        made.server.kill()
        made.server.start_again(launch_of(server_point))
    points = {name: kills.point(NODE_POINTS) for name in made.nodes}
    for name, node in made.nodes.items():
        node.kill()
        with launched(node.home, launch_of(points[name])):
            node.start()
    request_id = made.ask()
    if with_server:
        await_end(made.server, server_point, kills)
        made.server.start_again()
    for name, node in made.nodes.items():
        await_end(node, points[name], kills)
        node.start()
    until(lambda: set(made.held(request_id)) == set(made.nodes), ANSWER_S)
    return request_id


def main() -> int:
    """Prints progress, a table of points, and the RESULT lines. Exit code 1 where anything was lost or doubled."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--leros", type=int, default=6)
    parser.add_argument("--seed", type=int, default=2026)
    given = parser.parse_args()
    kills, asked = Kills(random.Random(given.seed), given.kills), list[str]()
    with (
        tempfile.TemporaryDirectory(prefix="lero-faults-") as folder,
        faulty_federation(Path(folder), given.leros) as made,
    ):
        before = {name: node.spent() for name, node in made.nodes.items()}
        with SpendWatch(made.nodes) as watch:
            while kills.count < given.kills:
                asked.append(one_round(made, kills, len(asked)))
                print(f"{kills.count} of {given.kills} kills, {len(asked)} requests", file=sys.stderr, flush=True)
            made.mend()
            for request_id in asked:
                made.check_answered_once(request_id)
        toll = toll_of(made, asked, before)
    for (place, when), count in sorted(kills.done.items()):
        print(f"{count:>4}  {when:<6} {place}")
    print(f"{len(asked)} requests to {given.leros} nodes")
    print(f"ledgers looked at {watch.looks} times; {watch.fell} times less than before")
    print(f"RESULT faults_survived {kills.count} kills")
    print(f"RESULT answers_lost {toll.lost} answers")
    print(f"RESULT answers_doubled {toll.doubled} answers")
    print(f"RESULT spend_lost {toll.spend} nano_rho")
    return int(bool(toll.lost or toll.doubled or toll.spend or watch.fell))


if __name__ == "__main__":
    sys.exit(main())
