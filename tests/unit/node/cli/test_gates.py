"""The gates as an operator works them: policies confirmed, yeses given beforehand, answers let go, questions asked."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lero_contract.codec import encode_reply
from lero_contract.conversation import REASONS, Reply
from lero_contract.envelope import REPLY, sign
from lero_node.answer import answer
from lero_node.cli import cli
from lero_node.compute import parent
from lero_node.conversing import hear_reply
from lero_node.data.keys import Surroundings, create_key, offer_on_descriptor, system_vault
from lero_node.gate.in_force import confirm
from lero_node.gate.inbox import Decision
from support.nodes import KEY, POLICY, MadeNode, make_node
from support.requests import table

Run = Callable[..., Result]
ASKS = POLICY.replace('run = "automatic"', 'run = "ask"')
HOLDS = ASKS.replace('release = "automatic"', 'release = "ask"')
BY_AREA = table(dimensions=["area"])
FIGURES = (4711, *[-1234] * 11)


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MadeNode]:
    """Asks a person before and after; its computation gives numbers that stand nowhere else."""
    found = make_node(tmp_path, HOLDS)
    create_key(f"fd:{offer_on_descriptor(KEY)}", found.home.folder, Surroundings(str, {}, system_vault))
    found.import_rows()
    # The commands read this computer's own clock, so nothing may have expired when the test runs.
    found.accept(expires_at_s=2**33 - 1)
    monkeypatch.setattr(parent, "run", lambda job: FIGURES)
    yield found
    found.node.close()


@pytest.fixture
def run(made: MadeNode) -> Run:
    def typed(*words: str, answers: str = "") -> Result:
        place = ("--home", str(made.home.folder), "--key", f"fd:{offer_on_descriptor(KEY)}")
        return CliRunner().invoke(cli, [*place, *words], input=answers)

    return typed


def finished(made: MadeNode, number: int = 1) -> str:
    """A request whose answer waits to be let go."""
    asked = made.asked(BY_AREA, number=number)
    item = made.heard(asked)
    made.node.inbox.decide_waiting(item.request_id, Decision.APPROVED, "", made.node.now_s)
    answer(made.node, made.item(asked))
    return item.request_id


def edit(made: MadeNode, old: str, new: str) -> None:
    text = made.home.policy.read_text()
    assert old in text
    made.home.policy.write_text(text.replace(old, new))


def test_an_edited_policy_is_said_as_differences_and_confirmed(made: MadeNode, run: Run) -> None:
    edit(made, "year = 1.0", "year = 0.5")
    stopped = run("request", "list")
    assert (stopped.exit_code, "lero-node policy confirm" in stopped.stderr) == (6, True)
    diff = run("policy", "diff")
    assert [line.partition(" (epsilon")[0] for line in diff.stdout.splitlines()] == [
        "Stricter:",
        "  - now:  A year's privacy allowance is 1.0 rho",
        "  - then: A year's privacy allowance is 0.5 rho",
    ]
    assert run("policy", "confirm", answers="n\n").exit_code == 1
    assert run("request", "list").exit_code == 6
    yes = run("policy", "confirm", answers="y\n")
    assert yes.stdout == "Confirmed: 1 change. It is in force now.\n"
    assert "then: A year's privacy allowance is 0.5 rho" in yes.stderr
    assert run("request", "list").exit_code == 0
    assert "policy confirmed" in made.log()
    assert run("policy", "diff").stdout == "Nothing would change.\n"


def test_a_misspelt_policy_is_not_confirmed_and_the_one_in_force_stays(made: MadeNode, run: Run) -> None:
    edit(made, "slot_s", "slots")
    refused = run("policy", "confirm", "--yes")
    assert (refused.exit_code, "gates.slots: Extra inputs" in refused.stderr) == (6, True)
    assert made.home.confirmed_policy.read_text() == HOLDS
    assert "every 2 seconds" in run("policy", "explain").stdout


def test_a_file_is_taken_as_the_policy_only_after_a_yes(made: MadeNode, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "new.toml"
    file.write_text(POLICY)
    assert len(json.loads(run("policy", "diff", str(file), "--json").stdout)) == 2
    assert run("policy", "use", str(file), answers="n\n").exit_code == 1
    assert made.home.policy.read_text() == HOLDS
    used = run("policy", "use", str(file), answers="y\n")
    assert "Looser:" in used.stderr and used.exit_code == 0
    assert made.home.policy.read_text() == made.home.confirmed_policy.read_text() == POLICY


def test_a_computer_that_was_not_set_up_confirms_nothing(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text(POLICY)
    nowhere = CliRunner().invoke(cli, ["--home", str(tmp_path / "nowhere"), "policy", "use", str(file), "--yes"])
    assert (nowhere.exit_code, "lero-node init" in nowhere.stderr) == (2, True)
    assert not (tmp_path / "nowhere").exists()


def test_a_finished_answer_is_shown_by_shape_price_and_recipient_and_never_by_a_figure(
    made: MadeNode, run: Run
) -> None:
    request_id = finished(made)
    shown = run("request", "show", request_id)
    for fact in (
        "What would leave: 12 noisy figures in 1 tables.",
        "Who gets it: asker of The body, by way of the coordinator at localhost:1.",
        "2% of a year's allowance (0.02 rho)",
        "not shown before they leave, on purpose",
        "lero-node request send 00000000",
        "State: ready.",
    ):
        assert fact in shown.stdout, shown.output
    asked = [run("request", verb, request_id, answers="n\n") for verb in ("send", "withhold")]
    assert [result.exit_code for result in asked] == [1, 1]
    before = [shown, *asked, run("request", "figures", request_id), run("request", "list"), run("log", "show")]
    before += [run("request", "show", request_id, "--json"), run("budget", "show", "--json")]
    assert before[3].exit_code == 3
    assert not [r.output for r in before if "4711" in r.output or "4,711" in r.output or "1234" in r.output]


def test_figures_are_shown_after_sending_with_words_on_noise(made: MadeNode, run: Run) -> None:
    request_id = finished(made)
    assert run("request", "send", request_id, "--yes").exit_code == 0
    assert run("request", "figures", request_id).exit_code == 3, "let go, and not sent yet"
    made.node.ledger.mark_sent(request_id, made.node.now_s)
    shown = run("request", "figures", request_id).stdout
    assert "  West Northamptonshire: 4,711 +/- 10 people" in shown
    assert "The noise was drawn on this computer" in shown
    first = json.loads(run("request", "figures", request_id, "--json").stdout)[0]
    assert (first["number"], first["plus_minus"], first["unit"]) == (4711, 10, "people")


def test_a_withheld_answer_says_so_and_is_not_sent_by_another_command(made: MadeNode, run: Run) -> None:
    request_id = finished(made)
    done = run("request", "withhold", request_id, "--reason", "trustees-said-no", answers="y\n")
    assert "Its price stays charged." in done.stdout
    again = run("request", "send", request_id, "--yes")
    assert (again.exit_code, "No finished answer" in again.stderr) == (3, True)
    [row] = json.loads(run("request", "list", "--json").stdout)
    assert (row["state"], row["reason_code"], row["reason"]) == (
        "withheld",
        "trustees-said-no",
        REASONS["trustees-said-no"],
    )
    assert made.spent() == 20_000_000


def test_where_answers_leave_by_themselves_there_is_nothing_to_send(made: MadeNode, run: Run) -> None:
    confirm(made.home, ASKS)
    refused = run("request", "send", finished(made), "--yes")
    assert (refused.exit_code, "No finished answer" in refused.stderr) == (3, True)


def test_refusing_takes_a_reason_of_the_list_and_no_other(made: MadeNode, run: Run) -> None:
    request_id = made.heard(made.asked(BY_AREA)).request_id
    assert run("request", "refuse", request_id, "--reason", "they are all here on Tuesdays").exit_code == 2
    assert run("request", "refuse", request_id, "--reason", "too-dear").exit_code == 0
    assert f"State: declined. {REASONS['too-dear']}" in run("request", "show", request_id).stdout
    listed = run("request", "refuse", "--help").stdout
    assert all(code in listed for code in REASONS if code)


def test_a_yes_beforehand_is_bound_to_the_request_it_was_given_from(made: MadeNode, run: Run) -> None:
    first = made.heard(made.asked(BY_AREA, number=1)).request_id
    words = ("standing", "add", first, "--times", "2", "--until", "2199-12-31")
    no = run(*words, answers="n\n")
    assert (no.exit_code, "“A request” is answered without asking: at most 2 requests from" in no.stderr) == (1, True)
    assert json.loads(run("standing", "list", "--json").stdout) == []
    assert run(*words, "--yes").exit_code == 0
    [row] = json.loads(run("standing", "list", "--json").stdout)
    assert (row["used"], row["most_rho"], row["until"]) == ("0 of 2", "0.02", "2199-12-31")
    assert "Standing approval 1: “A request” is answered without asking" in run("policy", "explain").stdout
    removed = run("standing", "remove", "1", answers="y\n")
    assert "Stricter:" in removed.stderr and removed.exit_code == 0
    assert made.home.policy.read_text() == HOLDS
    assert run("standing", "remove", "1", "--yes").exit_code == 3


def test_a_yes_beforehand_covers_what_waits_and_taking_it_back_asks_again(made: MadeNode, run: Run) -> None:
    item = made.heard(made.asked(BY_AREA, closes_at_s=2**33 - 1))
    added = run("standing", "add", item.request_id, "--times", "2", "--until", "2199-12-31", "--yes")
    assert "Approved “A request”, which was waiting." in added.stdout
    assert json.loads(run("standing", "list", "--json").stdout)[0]["used"] == "1 of 2"
    removed = run("standing", "remove", "1", "--yes")
    assert "1 of its requests, not computed yet, now wait for you." in removed.stdout
    assert made.item(item.request).decision is Decision.WAITING


def test_a_ceiling_above_the_price_or_a_day_long_past_can_be_chosen_or_is_refused(made: MadeNode, run: Run) -> None:
    first = made.heard(made.asked(BY_AREA)).request_id
    words = ("standing", "add", first, "--times", "2", "--yes")
    assert run(*words, "--until", "2020-01-01").exit_code == 6
    for price in ("0", "-1", "much", "nan"):
        assert run(*words, "--until", "2199-12-31", f"--most-rho={price}").exit_code == 2
    assert run(*words, "--until", "2199-12-31", "--most-rho", "0.5").exit_code == 0
    assert made.node.policy.standing[0].most_rho.as_tuple().digits == (5,)


def test_a_question_is_shown_asked_about_kept_and_shown_again_with_its_reply(made: MadeNode, run: Run) -> None:
    request_id = made.heard(made.asked(BY_AREA)).request_id
    text = "What for?\nAnd for whom?"
    no = run("request", "ask", request_id, text, answers="n\n")
    assert (no.exit_code, "  | And for whom?" in no.stderr, "about a\nmember" in no.stderr) == (1, True, True)
    assert json.loads(run("request", "show", request_id, "--json").stdout)["questions"] == []
    assert run("request", "ask", request_id, text, answers="y\n").exit_code == 0
    [asked] = made.node.inbox.talk.about(request_id)
    reply = Reply(request_id, asked.envelope.digest, "harbour", "For the plan.\nState: approved.", made.node.now_s)
    assert hear_reply(made.node, sign(REPLY, encode_reply(reply), made.analyst))
    shown = run("request", "show", request_id).stdout
    assert "Reply of asker" in shown
    assert "  | For the plan.\n  | State: approved.\nState: waiting." in shown
    [said] = json.loads(run("request", "show", request_id, "--json").stdout)["questions"]
    assert (said["text"], said["state"], said["replies"][0]["analyst"]) == (text, "not sent yet", "asker")


def test_a_question_that_is_too_long_is_refused_before_anyone_is_asked(made: MadeNode, run: Run) -> None:
    request_id = made.heard(made.asked(BY_AREA)).request_id
    refused = run("request", "ask", request_id, "x" * 601, "--yes")
    assert (refused.exit_code, "1 to 600 characters" in refused.stderr) == (6, True)
