"""A messy export as LEROs really have them, and the same a month later after someone renamed two columns.

Every fault is planted by hand, so that a test can say what must become of each row.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl  # type: ignore[import-untyped]

MAPPING = """\
version = 1
name = "Messy"
[profile]
complete_from = "2019-04-01"
[reading]
date_styles = ["dd/mm/yyyy"]
not_known = ["awaiting form"]
[members]
file = "members*.csv"
[members.columns]
member_id = { column = "Client Ref" }
birth_year = { column = "DOB", as = "date" }
sex = { column = "Gender", values = { "Wmn" = "female" } }
area = { column = "Local Authority" }
referred = { column = "Referred" }
joined = { column = "Start Date" }
left = { column = "End Date" }
objects = { column = "Opted out" }
[[reviews]]
file = "reviews.xlsx"
measures = ["sure.total", "ons4.satisfaction"]
[reviews.columns]
member_id = { column = "Ref" }
date = { column = "Reviewed on" }
measure = { column = "Tool" }
score = { column = "Score" }
[activities]
file = "attendance.csv"
[activities.columns]
member_id = { column = "ref" }
date = { column = "When" }
kind = { column = "What" }
"""

# cp1252, semicolons, two title lines, a blank line, a total at the foot. The first cell of each row is its reference.
_MEMBERS = (
    "Café Renewal – client list",
    "Printed 02/04/2026",
    "",
    "Client Ref;DOB;Gender;Local Authority;Referred;Start Date;End Date;Opted out;Name",
    "0007;13/05/1980;M;Leeds;01/02/2024;15/02/2024;;No;Zoë Canary",  # row 5, leading zeros stay
    "0008;01/01/1900;Wmn;E08000016;;03/03/2024;;;",  # row 6, no real birth date; old code of Barnsley
    "0009;31/12/1975;N/K;Atlantis;;04/03/2024;30/09/2024;;",  # row 7, authority that is none
    "0010;02/02/1990;F;Bristol;;05/06/2024;01/01/2024;;",  # row 8, left before joining
    "0011;02/02/1990;f;City of Bristol;;;;;",  # row 9, neither joined nor referred
    "0007;13/05/1980;M;Leeds;01/02/2024;15/02/2024;;No;Zoë Canary",  # row 10, the same again
    "0008;02/02/1991;F;Barnsley;;03/03/2024;;;",  # row 11, contradicts row 6
    ";02/02/1991;F;Barnsley;;03/03/2024;;;",  # row 12, no reference
    "0012;02/02/1991;F;Barnsley;;03/03/2024;;Yes;Rare Canary",  # row 13, objects
    "0013;not stated;prefer not to say;awaiting form;07/07/2025;;;;",  # row 14, referred only, much not known
    "0014;05/05/1985;M;Leeds;;31/02/2025;;;",  # row 15, no such day
    "0015;06/06/1986;M;Leeds;;01/08/2025;;maybe;",  # row 16, an objection that cannot be read
    "",
    "Total;;;;;11;;;",  # row 18
)
MEMBERS_READ = 13

_REVIEWS: tuple[tuple[object, ...], ...] = (
    ("Ref", "Reviewed on", "Tool", "Score"),
    ("0007", date(2024, 2, 20), "SURE", 44),  # row 2
    ("0007", "2024-05-20", "SURE", 64),  # row 3, above the range of SURE
    ("0007", date(2024, 8, 20), "SURE", "45.5"),  # row 4, SURE gives whole scores
    ("0099", date(2024, 8, 20), "SURE", 40),  # row 5, nobody
    ("0008", None, "SURE", 40),  # row 6, no time
    ("0012", date(2024, 8, 20), "SURE", 40),  # row 7, of the member who objects
    ("0009", date(2024, 3, 5), "Life satisfaction", 1e300),  # row 8
    ("0009", date(2024, 3, 6), "Blood pressure", 120),  # row 9, a measure nobody mapped
    ("0009", date(2027, 3, 6), "SURE", 50),  # row 10, in the future
    ("0009", date(2026, 4, 2), "SURE", 50),  # row 11, after the cut date, before today
    ("0009", date(2024, 3, 8), "SURE", ""),  # row 12, no score
)
REVIEWS_READ = 11

_ACTIVITIES = (
    "ref,When,What",
    "0007,2024-03-01,Group",  # row 2
    "0007,2024-03-01,Group",  # row 3, twice on one day is two
    '0007,2024-03-02,"1:1, by phone"',  # row 4, a word nobody knows
    "0008,someday,Group",  # row 5
    "7,2024-03-01,Group",  # row 6, not 0007
    "0009,2024-03-01,Group,extra",  # row 7, columns may have shifted
)
ACTIVITIES_READ = 6


def write_messy_export(folder: Path) -> Path:
    """The first month."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "members march.csv").write_bytes("\r\n".join(_MEMBERS).encode("cp1252"))
    (folder / "attendance.csv").write_bytes(("\ufeff" + "\n".join(_ACTIVITIES) + "\n").encode("utf-8"))
    workbook = openpyxl.Workbook()
    for row in _REVIEWS:
        workbook.active.append(row)
    workbook.save(folder / "reviews.xlsx")
    return folder


def write_renamed_export(folder: Path) -> Path:
    """The second month: somebody has renamed two columns of the member list."""
    write_messy_export(folder)
    renamed = "\r\n".join(_MEMBERS).replace(";DOB;", ";Date of birth;").replace(";Start Date;", ";Started on;")
    (folder / "members march.csv").write_bytes(renamed.encode("cp1252"))
    return folder
