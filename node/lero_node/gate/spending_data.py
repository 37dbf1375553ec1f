"""The year of the allowance for machines: everything that `budget show` says in words, in whole units of 1e-9 rho."""

from __future__ import annotations

from lero_node.gate.spending import Line, Year, sentence
from lero_node.privacy.account import Spent, Total, by_joining_year, total

Data = dict[str, object]


def account_data(year: Year) -> Data:
    """For JSON. Joining years are over the life of the node; first 0 means any year before, last 9999 any after."""
    life, running = total(year.life), 0
    months: list[Data] = []
    for month, spent in year.months.items():
        charged = total(spent)
        running += charged.nano_rho
        months.append({"month": month, **_total(charged), "running_nano_rho": running})
    return {
        "year": year.opened.year,
        "is_open": year.is_open,
        "opened_at_s": year.opened.at_s,
        "spent_year_nano_rho": year.total.nano_rho,
        "spent_year_nano_rho_worst": year.total.nano_rho_worst,
        "spent_lifetime_nano_rho": life.nano_rho,
        "spent_lifetime_nano_rho_worst": life.nano_rho_worst,
        "year_nano_rho": year.caps.year_nano_rho,
        "lifetime_nano_rho": year.caps.lifetime_nano_rho,
        "months": months,
        "charges": [_line(line, year.caps.year_nano_rho) for line in year.lines],
        "by_joining_year": [
            {"first": span.first, "last": span.last, **_total(span.total), "epsilon": span.total.epsilon}
            for span in by_joining_year(year.life)
        ],
        "sentence": sentence(year),
    }


def _line(line: Line, cap: int) -> Data:
    spent = line.spent
    return {
        "row": spent.sequence,
        "date": line.day,
        "request": spent.request_id,
        "title": line.title,
        "analyst": line.analyst,
        "organisation": line.organisation,
        "purpose": line.purpose,
        "state": spent.state.value,
        "state_in_words": line.state,
        **_total(spent),
        "share_of_year": spent.nano_rho / cap,
        "joined_from": spent.joined_from,
        "joined_to": spent.joined_to,
    }


def _total(spent: Total | Spent) -> Data:
    return {"nano_rho": spent.nano_rho, "nano_rho_worst": spent.nano_rho_worst}
