"""What a check found, in one line with what to do: pure, and about this computer only, never about a member."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum

from lero_contract.days import from_day
from lero_contract.errors import LeroError, NotReady, OutOfTime
from lero_contract.roster import CLOCK_TOLERANCE_S, Roster
from lero_node.data.manifest import Snapshot

DAY_S = 86_400
MIB = 1024 * 1024
SOON_DAYS = 14  # a list or certificate with less left is looked at
OLD_IMPORT_DAYS = 100  # a quarter, and a little
LITTLE_SPACE, NO_SPACE = 1024 * MIB, 100 * MIB  # bytes


class Mark(Enum):
    """How a check ended."""

    OK = "ok"
    LOOK = "look"
    WRONG = "wrong"


@dataclass(frozen=True)
class Verdict:
    """One line. next_step: empty where nothing is to be done. exit_code: of the error's family, 0 unless wrong."""

    check: str
    mark: Mark
    words: str
    next_step: str = ""
    exit_code: int = 0


def fine(check: str, words: str) -> Verdict:
    """Nothing to do."""
    return Verdict(check, Mark.OK, words)


def look(check: str, words: str, next_step: str) -> Verdict:
    """The node works, and a person should look."""
    return Verdict(check, Mark.LOOK, words, next_step)


def wrong(check: str, error: LeroError) -> Verdict:
    """The node cannot answer as it is."""
    return Verdict(check, Mark.WRONG, error.detail, error.next_step, error.exit_code)


def roster_verdict(roster: Roster, now_s: int) -> Verdict:
    """The newest signed list, by the days it has left."""
    check, until = "signed list", _day(roster.expires_at_s)
    left = (roster.expires_at_s - now_s) // DAY_S
    if roster.expires_at_s + CLOCK_TOLERANCE_S < now_s:
        return wrong(
            check,
            OutOfTime(
                f"Number {roster.version} expired on {until}: nobody is heard.",
                "Connect to the coordinator (lero-node run), or ask the national body for a new list.",
            ),
        )
    words = f"Number {roster.version}, valid until {until} ({_days(left)})."
    if left < SOON_DAYS:
        return look(check, words, "The next one comes by itself while lero-node run is at work.")
    return fine(check, words)


def entry_verdict(is_listed: bool) -> Verdict:
    """Whether the newest signed list names this node. Until one does, no request can."""
    if is_listed:
        return fine("entry", "This node is on the newest signed list, with this key.")
    words = "The newest signed list does not name this node: nobody can ask it anything."
    return look("entry", words, "Let lero-node run wait for the next list; if it takes long, ask the national body.")


def line_verdict() -> Verdict:
    """Of a node without a certificate: it works, by file."""
    words = "There is none: this node joined by file, and requests and answers go by file."
    return look("certificate", words, "For a line, ask the national body for an invite: lero-node join INVITE")


def certificate_verdict(not_after_s: int, now_s: int) -> Verdict:
    """The certificate by which this computer calls the coordinator, by the days it has left."""
    check, until = "certificate", _day(not_after_s)
    left = (not_after_s - now_s) // DAY_S
    if not_after_s < now_s:
        words = f"It expired on {until}: the coordinator does not let this computer in."
        return wrong(check, NotReady(words, "Ask the national body for an invite."))
    words = f"Valid until {until} ({_days(left)})."
    if left < SOON_DAYS:
        return look(check, words, "It is renewed while lero-node run is at work; if not, tell the national body.")
    return fine(check, words)


def snapshot_verdict(snapshot: Snapshot | None, now_s: int) -> Verdict:
    """The newest import, by the day that a person stated it is complete to."""
    check = "import"
    if snapshot is None:
        return look(check, "Nothing was imported yet.", "Run: lero-node import FOLDER")
    cut = from_day(snapshot.cut_date_day)
    age = now_s // DAY_S - snapshot.cut_date_day
    words = f"Snapshot {snapshot.snapshot_id} of {_day(snapshot.imported_at_s)}, complete to {cut.isoformat()}."
    if age > OLD_IMPORT_DAYS:
        return look(check, words, "Import a newer export: requests about later days wait for it.")
    return fine(check, words)


def space_verdict(free: int) -> Verdict:
    """free: bytes on the disk of the data folder."""
    check, words = "disk", f"{free // MIB:,} MiB free."
    if free < NO_SPACE:
        return wrong(check, NotReady(words, "Make room: nothing can be stored safely."))
    if free < LITTLE_SPACE:
        return look(check, words, "Make room before the next import.")
    return fine(check, words)


def clock_verdict(now_s: int, roster_issued_at_s: int, last_logged_s: int) -> Verdict:
    """This computer's clock, against the newest signed list and the newest line of the log."""
    check, here = "clock", datetime.fromtimestamp(now_s, UTC).strftime("%Y-%m-%d %H:%M")
    if now_s < roster_issued_at_s - CLOCK_TOLERANCE_S:
        return wrong(
            check,
            OutOfTime(f"It says {here} UTC; the newest signed list is from later.", "Set the clock of this computer."),
        )
    if now_s < last_logged_s - CLOCK_TOLERANCE_S:
        return look(check, f"It says {here} UTC; the log has a line from later.", "Set the clock of this computer.")
    return fine(check, f"It says {here} UTC, and nothing here is from later.")


def _day(at_s: int) -> str:
    return datetime.fromtimestamp(at_s, UTC).date().isoformat()


def _days(left: int) -> str:
    return f"{left} day{'' if left == 1 else 's'} left"
