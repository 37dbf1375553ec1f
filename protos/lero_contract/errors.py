"""The one error family. Every expected failure is a `LeroError`; anything else is a bug.

Each class carries a stable code, the gRPC status it travels as, the exit code a command ends with, and a fixed public
text. The public text never depends on member data: a refusal is an output too. `detail` is for the local screen and
log; it may name a file, a column or a row number, never a value of a member.
"""

from __future__ import annotations

from typing import ClassVar


class LeroError(Exception):
    """Base of every expected failure.

    detail: what happened, in words for the person at this computer.
    next_step: what they can do about it, one sentence, may be empty.
    """

    code: ClassVar[str] = "error"
    status: ClassVar[str] = "UNKNOWN"
    exit_code: ClassVar[int] = 1
    public: ClassVar[str] = "The request failed."

    def __init__(self, detail: str = "", next_step: str = "") -> None:
        super().__init__(detail or self.public)
        self.detail = detail or self.public
        self.next_step = next_step


class Malformed(LeroError):
    """The message breaks the contract."""

    code = "malformed"
    status = "INVALID_ARGUMENT"
    exit_code = 6
    public = "The message does not follow the contract."


class Refused(LeroError):
    """Policy, roster or time says no."""

    code = "refused"
    status = "FAILED_PRECONDITION"
    exit_code = 3
    public = "The node's rules do not allow this request."


class RequestNotAllowed(Refused):
    """The node's own policy does not allow this request."""

    code = "not_allowed"
    public = "The node's policy does not allow this request."


class OutOfTime(Refused):
    """A request or roster that is not yet valid, or no longer."""

    code = "out_of_time"
    public = "The request or the roster is not valid at this time. Check the clock of both computers."


class Conflict(Refused):
    """A known id with other content."""

    code = "conflict"
    public = "This id was used before with other content."


class Declined(Refused):
    """A person said no."""

    code = "declined"
    public = "The operator declined this request."


class Withheld(Refused):
    """A person said no after the computation: whole, and without having seen a figure. The charge stays."""

    code = "withheld"
    public = "The operator decided not to send the answer."


class Restored(Refused):
    """The request was issued before this node's ledger was restored, or its history was lost."""

    code = "restored"
    public = "This node was restored after the request was issued. Ask again in a new request."


class Stale(Refused):
    """The node's records end before the day the request asks about; it answers after the next import."""

    code = "stale"
    public = "This LERO's records end before the day the request asks about."


class TooFewAnswers(Refused):
    """Not enough nodes answered for a release."""

    code = "too_few_answers"
    exit_code = 4
    public = "Too few nodes have answered."


class BudgetSpent(LeroError):
    """The price would pass the year's allowance, the lifetime cap, or no year is open."""

    code = "budget_spent"
    status = "RESOURCE_EXHAUSTED"
    exit_code = 3
    public = "The privacy allowance left does not cover the price of this request."


class Unauthorised(LeroError):
    """The caller or signer is not on the roster in the role this needs; an unlisted method is refused too."""

    code = "unauthorised"
    status = "PERMISSION_DENIED"
    exit_code = 3
    public = "The caller or signer may not do this."


class Unavailable(LeroError):
    """Try again later with the same id."""

    code = "unavailable"
    status = "UNAVAILABLE"
    exit_code = 5
    public = "The other side cannot be reached now. Trying again is safe."


class Corrupt(LeroError):
    """Ledger, log, snapshot or key does not verify: stop, keep the file, tell a person."""

    code = "corrupt"
    status = "DATA_LOSS"
    exit_code = 6
    public = "Stored records do not verify. Nothing is answered until a person has looked."


class RolledBack(Corrupt):
    """A witness knows a newer head of this ledger: a restored backup, a copied folder, or two nodes of one name."""

    code = "rolled_back"
    public = "This node's ledger is older than it was. Nothing is answered until a person has looked."


class DataNotValid(LeroError):
    """An import, mapping or settings file that cannot be used as it is."""

    code = "data_not_valid"
    status = "INVALID_ARGUMENT"
    exit_code = 6
    public = "The file cannot be used as it is."


class NotReady(LeroError):
    """A step that comes before this one has not been done on this computer."""

    code = "not_ready"
    status = "FAILED_PRECONDITION"
    exit_code = 2
    public = "An earlier step is missing."


def all_errors() -> dict[str, type[LeroError]]:
    """Every class of the family by its code; codes are unique (checked by a test)."""
    found: dict[str, type[LeroError]] = {}
    waiting: list[type[LeroError]] = [LeroError]
    while waiting:
        family = waiting.pop()
        found[family.code] = family
        waiting.extend(family.__subclasses__())
    return found
