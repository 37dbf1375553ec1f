"""`run`: the node at work."""

from __future__ import annotations

import contextlib
import signal
import threading

import click

from lero_node.cli.common import open_here, place, remark


@click.command()
@click.pass_context
def run(ctx: click.Context) -> None:
    """Stay connected and answer what is approved, until stopped with Ctrl-C.

    Example: lero-node run
    """
    from lero_contract.codec.strict import require_safe_backend
    from lero_node.compute.parent import NOISE_SCALES, check_noise
    from lero_node.home import exclusively
    from lero_node.link.relay import Relay
    from lero_node.link.tls import open_tls
    from lero_node.run import run as work

    require_safe_backend()
    stop = threading.Event()
    with exclusively(place(ctx).home.lock, "This data folder's node is running already."), open_here(ctx) as node:
        relay = Relay(node.membership.address, open_tls(node.home.tls, node.key))

        def hang_up(*_: object) -> None:
            stop.set()
            relay.close()

        check_noise(NOISE_SCALES)  # before anything is charged: a broken sampler must not eat the allowance
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, hang_up)
        remark(f"{node.membership.organisation_name}: running. Stop with Ctrl-C.")

        def tell(words: str) -> None:
            with contextlib.suppress(OSError):  # where remarks go may be full: that stops no answer
                remark(words)

        work(node, relay, stop, tell)
        remark("Stopped.")
