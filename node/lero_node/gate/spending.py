"""What was spent, as a trustee reads it: the year by month, each charge with its request, one sentence at the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from lero_contract.dictionary import Dictionary
from lero_contract.price import NANO, epsilon_of
from lero_contract.roster import Roster
from lero_node.gate.inbox import Decision, Item
from lero_node.gate.words import BAR, bar, percent
from lero_node.privacy.account import LAST_YEAR, Account, Opened, Span, Spent, Total, by_joining_year, by_month, total
from lero_node.privacy.ledger import Caps, State

WRITTEN_OFF = "written off"
_STATES = {
    State.RESERVED: "charged, not computed yet",
    State.RELEASED: "waiting to leave",
    State.SENT: "sent",
    State.FAILED: "failed: the charge stays",
    State.WRITTEN_OFF: WRITTEN_OFF,
}
Find = Callable[[str], Item | None]


@dataclass(frozen=True)
class Line:
    """A charge and what it was for; the words are empty where the inbox no longer knows the request."""

    spent: Spent
    title: str
    analyst: str
    organisation: str
    purpose: str
    state: str

    @property
    def day(self) -> str:
        """When it was charged: an ISO date, UTC."""
        return iso_day(self.spent.at_s)

    @property
    def asked_by(self) -> str:
        """As in "asker of The national body"."""
        return f"{self.analyst} of {self.organisation}" if self.organisation else self.analyst


@dataclass(frozen=True)
class Year:
    """One year of the allowance, with everything charged to it and, for `life`, to any other."""

    opened: Opened
    lines: tuple[Line, ...]
    life: tuple[Spent, ...]
    caps: Caps
    is_open: bool
    last_month: str

    @property
    def total(self) -> Total:
        """Charged to it."""
        return total(line.spent for line in self.lines)

    @property
    def months(self) -> dict[str, tuple[Spent, ...]]:
        """Charges by month (YYYY-MM)."""
        first = f"{datetime.fromtimestamp(self.opened.at_s, UTC):%Y-%m}"
        return by_month([line.spent for line in self.lines], first, max(first, self.last_month))


def year_of_account(
    account: Account, number: int, caps: Caps, find: Find, roster: Roster, dictionary: Dictionary, now_s: int
) -> Year:
    """number: of a year that was opened. find: a request of the inbox by its id."""
    opened = next(each for each in account.opened if each.year == number)
    lines = tuple(line_of(each, find(each.request_id), roster, dictionary) for each in account.of_year(number))
    is_open = number == account.year
    until_s = now_s if is_open else next(each.at_s for each in account.opened if each.year == number + 1)
    return Year(opened, lines, account.spent, caps, is_open, f"{datetime.fromtimestamp(until_s, UTC):%Y-%m}")


def line_of(spent: Spent, item: Item | None, roster: Roster, dictionary: Dictionary) -> Line:
    """A charge beside its request."""
    state = _STATES[spent.state]
    if item is None:
        title = "The rest of the year, after a restore" if spent.state is State.WRITTEN_OFF else ""
        return Line(spent, title, "", "", "", state)
    if spent.state is State.RELEASED and item.decision is Decision.WITHHELD:
        state = "withheld: the charge stays"
    elif spent.state is State.RELEASED and item.settled:
        state = "not taken by the coordinator: the charge stays"
    request = item.request
    organisations = {a.party_id: roster.organisation(a.organisation_id).name for a in roster.analysts}
    return Line(
        spent,
        request.title,
        item.analyst_id,
        organisations.get(item.analyst_id, ""),
        dictionary.purposes.get(request.purpose, request.purpose),
        state,
    )


def year_in_words(year: Year) -> list[str]:
    """The chart, the sums, every charge and the sentence."""
    cap = year.caps.year_nano_rho
    life, most = total(year.life), year.caps.lifetime_nano_rho
    return [
        f"Year {year.opened.year} of the allowance, {'open since' if year.is_open else 'opened'} "
        f"{iso_day(year.opened.at_s)}",
        *_chart(year),
        f"{'':<8} # charged in that month, = before it",
        f"{'Year':<8} {bar(year.total.nano_rho / cap)} {_used(year.total, cap)}",
        f"{'Lifetime':<8} {bar(life.nano_rho / most)} {_used(life, most)}",
        *_charges(year),
        "Someone who joined yesterday has had nothing spent on them; someone who stays has had all of it.",
        sentence(year),
    ]


def joining_in_words(spent: Sequence[Spent]) -> list[str]:
    """What was spent on members by the year they joined: over the life of this node."""
    lines = ["Spent on a member, by the year they joined:"]
    for span in by_joining_year(spent):
        lines.append(f"  {span_words(span):<16} {_price(span.total)}")
    return lines


def sentence(year: Year) -> str:
    """What left this computer, so that a trustee can say it on."""
    cap = year.caps.year_nano_rho
    sent = [line.spent for line in year.lines if line.spent.state is State.SENT]
    kept = [line.spent for line in year.lines if line.spent.state not in (State.SENT, State.WRITTEN_OFF)]
    lost = [line.spent for line in year.lines if line.spent.state is State.WRITTEN_OFF]
    when = "So far this year" if year.is_open else f"In year {year.opened.year}"
    if sent:
        who = "together they" if len(sent) > 1 else "it"
        parts = [
            f"{when} {_answers(len(sent))} left this computer: noisy figures only, never a record; {who} used "
            f"{_share(total(sent), cap)} of the year's allowance."
        ]
    else:
        parts = [f"{when} nothing has left this computer."]
    if kept:
        used = f"{_share(total(kept), cap)} of the allowance"
        parts.append(f"Charged, and not left: {_answers(len(kept))}, {used}.")
    if lost:
        parts.append(f"{_share(total(lost), cap)} was written off after a restore.")
    return " ".join(parts)


def span_words(span: Span) -> str:
    """Joining years, as in "2019 to 2026"."""
    if span.last == LAST_YEAR:
        return "any year" if span.first == 0 else f"{span.first} or after"
    if span.first == 0:
        return f"{span.last} or before"
    return str(span.first) if span.first == span.last else f"{span.first} to {span.last}"


def iso_day(at_s: int) -> str:
    """The date of a moment, UTC."""
    return datetime.fromtimestamp(at_s, UTC).date().isoformat()


def _chart(year: Year) -> list[str]:
    cap, before, lines = year.caps.year_nano_rho, 0, []
    for month, spent in year.months.items():
        charged = total(spent)
        after = before + charged.nano_rho
        start, end = (min(BAR, round(BAR * each / cap)) for each in (before, after))
        drawn = "=" * start + "#" * (end - start) + "." * (BAR - end)
        said = f"{_share(charged, cap)} charged, " if spent else ""
        lines.append(f"{month:<8} [{drawn}] {said}{percent(after / cap)} used by then")
        before = after
    return lines


def _charges(year: Year) -> list[str]:
    if not year.lines:
        return []
    cap = year.caps.year_nano_rho
    lines = ["What it was spent on:"]
    for line in year.lines:
        request = f"request {line.spent.request_id[:8]}, " if line.spent.request_id else ""
        name = f"“{line.title}”" if line.title else "not in the inbox any more"
        lines.append(f"  {line.day}  {_share(line.spent, cap)}  {name} ({request}{line.state})")
        if line.analyst:
            lines.append(f"              asked by {line.asked_by}, for: {line.purpose}")
    return lines


def _used(spent: Total, cap: int) -> str:
    small_print = f" ({_price(spent)} at delta 1e-6)" if spent.nano_rho_worst else ""
    return f"{_share(spent, cap)} of {cap / NANO:g} rho used{small_print}"


def _price(spent: Total) -> str:
    """Both ends of a pooled price, where they differ."""
    if not spent.nano_rho_worst:
        return "nothing"
    rho, worst = spent.nano_rho / NANO, spent.nano_rho_worst / NANO
    said = f"{rho:g} rho, epsilon {epsilon_of(rho):.2f}"
    return said if worst == rho else f"{said}; if the others collude {worst:g} rho, epsilon {epsilon_of(worst):.2f}"


def _share(spent: Total | Spent, cap: int) -> str:
    least, worst = percent(spent.nano_rho / cap), percent(spent.nano_rho_worst / cap)
    return least if spent.nano_rho == spent.nano_rho_worst else f"{least} ({worst} if the others collude)"


def _answers(count: int) -> str:
    return f"{count} answer" + ("" if count == 1 else "s")
