"""What other hotlines and service desks got wrong, a line each, and which tests of ours prove that we do not.

A test says `@pytest.mark.case("T8")`. `python tests/test_cases.py` prints the map; with ids, those cases alone.
"""

from __future__ import annotations

import ast
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from click import echo

ROOT = Path(__file__).resolve().parents[1]

CASES: dict[str, str] = {
    # Due and elapsed time. Office hours of other desks, moments published by them.
    "Z1": "one to four office hours on one day",
    "Z3": "what is spare after an answer, and what is short",
    "Z5": "a start before opening counts from opening",
    "Z7": "two pauses on one morning",
    "Z9": "one pause: the due moves, the time that passed leaves it out",
    "Z11": "a pause at the very start, another at noon",
    "Z13": "a week open every day",
    "Z15": "seconds survive a limit of twenty hours",
    "Z17": "edited hours give a new due",
    "N1": "one day of thirteen hours",
    "N3": "a week with its weekend",
    "N5": "Christmas and the year's last day",
    "N7": "a start on Sunday",
    "N9": "Sunday to Sunday",
    "N11": "a night in between, to the second",
    "N13": "two hours within a day",
    "N15": "a limit that begins on Sunday",
    "N17": "a limit that goes on next morning",
    "N19": "a limit over New Year",
    "N21": "a start before opening, a limit in seconds",
    "N23": "a start after closing",
    "N25": "within one evening",
    "N27": "over the end of summer time",
    "N29": "minutes and hours from a Saturday; one that ends exactly at closing",
    "C1": "two hours on one day",
    "C3": "two hours from before opening",
    "C5": "two hours from Saturday",
    "C7": "over a weekend by the clock of New York",
    "C9": "an uneven week, ending exactly at closing",
    "C11": "a calendar that is never open is refused",
    "R1": "the only open day of a week",
    "R3": "the next opening, from inside, after closing and at the weekend",
    "R5": "the next opening by the clock of Moscow",
    "R7": "a second message of the person moves no limit",
    "R9": "a rest takes no time from the limit",
    "B1": "nineteen hours over a week in which no two days are alike",
    "B3": "a limit of nothing, or less, is refused",
    "O1": "Friday afternoon and four hours are Monday noon",
    "G1": "an hour before the due",
    "F1": "working days forwards and back over two holidays",
    "F3": "in and out of office hours",
    # How numbers are written.
    "H1": "German habits, read with German rules",
    "H2": "Chinese mobiles, landlines, extensions, short and withheld numbers, full width, two in a note",
    # Boundaries that must be settled once.
    "D1": "a limit that ends at closing stays at closing",
    "D2": "seconds are exact",
    "D3": "a start outside office hours counts from the next opening",
    "D4": "no minute is lost at midnight",
    "D5": "a limit of nothing is refused",
    "D6": "counting days is another rule than counting hours",
    "D7": "a calendar without an open hour in a year is refused when it is saved",
    "D8": "an edit of the calendar moves running limits only, keeps both values and undoes no lateness",
    "D9": "a year without a notice is provisional until the notice comes",
    "D10": "a change in mid-year has a source, a day and a version",
    "D11": "pauses are exact to the second",
    "D12": "limits survive a change of the clocks",
    # Five working days from the next day, against the published years.
    "K1": "received 2024-02-08, due 02-21",
    "K2": "received 2024-02-09, due 02-22",
    "K3": "received 2024-04-26, due 05-07",
    "K4": "received 2024-09-13, due 09-23",
    "K5": "received 2024-09-27, due 10-10",
    "K6": "received 2024-09-30, due 10-12",
    "K7": "received 2025-01-21, due 01-27",
    "K8": "received 2025-01-24, due 02-07",
    "K9": "received 2025-01-26, due 02-08",
    "K10": "received 2025-04-25, due 05-06",
    "K11": "received 2025-04-30, due 05-12",
    "K12": "received 2025-05-30, due 06-09",
    "K13": "received 2025-09-24, due 09-30",
    "K14": "received 2025-09-26, due 10-10",
    "K15": "received 2025-09-28, due 10-11",
    "K16": "received 2025-09-30, due 10-14",
    "K17": "received 2025-10-01, due 10-14",
    "K18": "received 2025-10-09, due 10-15",
    "K19": "a limit into a year without a notice is provisional",
    "K20": "three years differ from plain weeks exactly as published",
    "K21": "single days, open and off, as published",
    # Faults other desks had.
    "P1": "all that are overdue climb in one run, however many are open",
    "P2": "a thousand at the top do not hide the one below",
    "P3": "a comment does not hold an escalation back",
    "P4": "an overdue ticket without a unit is an alarm, not a skip",
    "P5": "where nobody can receive, somebody else does, with an alarm",
    "P6": "all three tiers are reached with the settings as they come",
    "P7": "a unit that gets a ticket back is told again",
    "P8": "two reminders of one kind on one day both go out when both are due",
    "P9": "as many notices as steps, not one for every run",
    "P10": "a weekend is not lateness",
    "P11": "a preview changes nothing",
    "P12": "Friday evening plus four hours",
    "P13": "a week of four open days",
    "P14": "an hour before the end of a noon break",
    "P15": "a day of twenty-four hours loses no minute",
    "P16": "a feed's wrong day is shown and confirmed before it moves anything",
    "P17": "a closed or merged ticket is not warned about",
    "P18": "a worker killed while sending sends nothing twice; a person is shown what is unknown",
    "P19": "of several messages only the one that failed goes again",
    "P20": "an album of five pictures is one draft",
    "P21": "a message delivered three times is one ticket",
    "P22": "two workers that renew a token together renew it once",
    "P23": "a number that stands in somebody's text claims nobody's identity",
    "P24": "a form that shows masked values, sent as it is, changes nothing",
    "P25": "nobody finds another's tickets by words, digits or codes",
    "P26": "the count is the list",
    "P27": "a day begins at midnight in Shanghai",
    "P28": "two workers send one invitation",
    "P29": "what is added to a merged ticket reaches the one that goes on",
    "P30": "a week's brief costs what its week costs, whatever the years hold",
    "P31": "a tip-off reaches no unit unless a person sends it there",
    # Exactly once, whatever befalls.
    "T1": "two workers at one tick: one line of the ledger, one message",
    "T2": "killed after sending and before writing: unknown, never repeated by itself",
    "T3": "a second round is reminded afresh",
    "T4": "the queue is lost and nothing with it",
    "T5": "the clock jumps an hour and nothing is repeated or lost",
    "T6": "a finished job in the queue stops no later one",
    "T7": "a provider that answers late is one message",
    "T8": "among very many open tickets every overdue one is handled in one run, the oldest first",
    "T9": "a poisoned ticket stops nobody",
    "T10": "after three days without a worker: one notice for each tier, tiers in order",
    "T11": "two timetables double nothing",
    "T12": "a timetable that stands still is noticed within ten minutes",
    "T13": "a comment, a look, a file move no limit",
    "T14": "a pause keeps what is left to the second",
    "T15": "a corrected kind or matter is reckoned from the original start, with both values on record",
    "T16": "another unit has a clock of its own; the person's goes on",
    "T17": "an extension moves a limit once",
    "T18": "what the preview shows is what happens",
    "T19": "the turn of the year",
    "T20": "no ordinary notice at night or on a day off, urgent ones at any hour",
    "T21": "forty tickets of one person fold into one message",
    "T22": "a limit of sending delays and drops nothing",
    "T23": "what the person's channel refuses goes on by the next one",
    "T24": "whoever is on leave is stood in for, and both are on record",
    "T25": "what was merged goes along with its target, and stands where it stood when the merging is undone",
    "T26": "the lead answers when every part is there or excused",
    "T27": "everybody whose ticket was merged gets the answer",
    "T29": "what is masked on a page never comes back as the value",
    "T33": "a week begins on Monday, local time",
    "T35": "one form, one ticket",
    "T36": "one message, one ticket, whatever is repeated",
    "T37": "a number is one number in every spelling",
    "T40": "a huge, empty, half or foreign file, three hundred of them, and odd names: a clear answer, nothing half-written",
}  # fmt: skip


def claims() -> dict[str, list[str]]:
    """Case → tests that prove it, as `file::test`, read from the sources."""
    found: dict[str, list[str]] = defaultdict(list)
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                for case in _marked(node):
                    found[case].append(f"{file.relative_to(ROOT).as_posix()}::{node.name}")
    return found


def _marked(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.case":
            yield from (str(ast.literal_eval(one)) for one in decorator.args)


def test_every_case_is_proved_by_a_test() -> None:
    assert set(CASES) - set(claims()) == set()


def test_no_test_proves_a_case_that_is_not_told_here() -> None:
    assert set(claims()) - set(CASES) == set()


def main() -> None:
    """Print the map, or the part that was asked for."""
    proofs = claims()
    for case in sys.argv[1:] or CASES:
        echo(f"{case}  {CASES[case]}")
        for test in proofs[case]:
            echo(f"      {test}")


if __name__ == "__main__":
    main()
