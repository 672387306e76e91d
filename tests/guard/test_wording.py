"""What people read of operations: who may approve, where it stands, what was done. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot import approval_views, clearance, guard_answers, request_views, run_views
from bot.access.approvers import KnownGroup, approvers
from bot.ask_buttons import REASON
from bot.blocks import context, section
from bot.command import Block, Role
from bot.guard_input import no_reason
from bot.settings import Roles
from bot.store.operation_rows import State, Step
from handlers.operations.result import OperationDetail, OperationList
from handlers.operations.views import detail_reply, list_reply
from tests.guard.test_decisions import ANA, COMMAND, NOW, OMAR, RECORD

LATER = NOW + timedelta(seconds=90)
STEPS = (Step("Backing up", NOW, NOW + timedelta(seconds=1.6)), Step("Restoring", NOW, None))
ROLES = Roles(responder=("URITA0001",), operator=("UOMAR0001", "@oncall"), admin=("UANA00001",))


def group(_written: str) -> KnownGroup:
    return KnownGroup("<!subteam^S1|@oncall>", frozenset({"UOMAR0001", "URITA0001"}))


def nobody(_person: str) -> bool:
    return False


def test_who_may_approve_leaves_out_the_requester_and_lesser_roles() -> None:
    found = approvers(ROLES, Role.OPERATOR, "UOMAR0001", group, nobody)
    assert found.people == ("<@UANA00001>",)
    assert found.groups == ("<!subteam^S1|@oncall>",)
    assert "operator* or a higher one" in found.sentence
    alone = approvers(Roles(admin=("UANA00001",)), Role.ADMIN, "UANA00001", group, nobody)
    assert alone.sentence.startswith("Nobody else has the role *admin*:")
    gone = approvers(ROLES, Role.ADMIN, "UOMAR0001", group, lambda person: person == "UANA00001")
    assert gone.people == ()


def test_a_group_of_the_requester_alone_is_not_called_and_a_crowd_is_counted() -> None:
    def own(_written: str) -> KnownGroup:
        return KnownGroup("@oncall", frozenset({"UOMAR0001"}))

    assert approvers(ROLES, Role.OPERATOR, "UOMAR0001", own, nobody).groups == ()
    many = Roles(operator=tuple(f"UP{number:07}" for number in range(9)))
    found = approvers(many, Role.OPERATOR, "UP0000000", own, nobody)
    assert (len(found.people), found.more) == (5, 3)


@pytest.mark.parametrize(
    ("reason", "words"),
    [("", "needs a reason"), ("x", "`x` of `purge` is too short"), ("  ", "needs"), ("why", "")],
)
def test_a_short_reason_is_called_short(reason: str, words: str) -> None:
    told = no_reason(COMMAND, {"reason": reason})
    assert bool(told) == bool(words)
    assert words in told


def test_blanks_are_refused_in_the_dialog() -> None:
    assert REASON.check is not None
    assert "reason" in REASON.check({"reason": "   "}, {})
    assert REASON.check({"reason": "why"}, {}) == {}


def test_resuming_says_from_where_and_what_is_left_out() -> None:
    resuming = replace(RECORD, resumes="OP-BBBBBB", started_at=NOW, state=State.RUNNING)
    asked = approval_views.question(resuming, "/pitchey", 15, ("Backing up", "Copying"))
    assert "*Resumes* `OP-BBBBBB` from step 3." in str(asked.blocks)
    assert "left out now: Backing up, Copying" in str(asked.blocks)
    text, blocks = run_views.running(resuming, COMMAND, STEPS, NOW, "", ("One", "Two"))
    assert "step 4: Restoring" in text
    assert "3. Backing up, done in 2 s" in str(blocks)


def _ended(state: State, text: str, *blocks: Block, **stored: object) -> tuple[str, list[Block]]:
    result = {"text": text, "blocks": list(blocks), **stored}
    record = replace(RECORD, state=state, started_at=NOW, ended_at=LATER, result=result)
    return run_views.result(record, (), COMMAND)


def test_what_came_of_it_is_the_first_line_and_is_said_once() -> None:
    passed = ":white_check_mark: Drill passed: 12 tables"
    text, blocks = _ended(State.SUCCEEDED, passed, section(f"*{passed}*"), context("Dropped."))
    assert text == passed
    assert blocks[0] == section(f"*{passed}*")
    assert str(blocks).count("Drill passed") == 1
    assert "`practise danger` on stage" in str(blocks[-1])


def test_an_answer_without_a_line_of_its_own_gets_one() -> None:
    text, blocks = _ended(State.SUCCEEDED, "Twelve tables.", context("Dropped."))
    assert text == ":white_check_mark: Twelve tables."
    assert blocks[:2] == [section(f"*{text}*"), context("Dropped.")]
    text, blocks = _ended(State.SUCCEEDED, "")
    assert text == ":white_check_mark: Done: `practise danger` on stage."
    assert blocks[0] == section(f"*{text}*")


def test_a_bad_result_is_an_answer_and_an_error_says_what_it_ended() -> None:
    differs = ":warning: The copy differs: 3 rows"
    text, blocks = _ended(State.FAILED, differs, section(f"*{differs}*"), answered=True)
    assert text == differs
    assert blocks[0] == section(f"*{differs}*")
    error = (section(":x: No disk."), context("Make room."))
    text, blocks = _ended(State.FAILED, ":x: No disk.", *error, answered=False)
    assert text == ":x: Failed: `practise danger` on stage. No disk."
    heading = section("*:x: Failed: `practise danger` on stage.*\nNo disk.")
    assert blocks[:2] == [heading, context("Make room.")]


def test_an_early_end_says_command_target_and_what_was_done() -> None:
    failed = replace(
        RECORD, state=State.FAILED, started_at=NOW, ended_at=LATER, result={"text": ":x: No disk."}
    )
    text, blocks = run_views.result(failed, STEPS, COMMAND)
    assert text == ":x: Failed: `practise danger` on stage. No disk."
    assert "*1 step finished* and stays done. *Restoring* had begun" in str(blocks)
    assert "not finished after 1 min 30 s" in str(blocks)


def test_what_showed_the_progress_is_no_second_interrupted_message() -> None:
    interrupted = replace(RECORD, state=State.INTERRUPTED, started_at=NOW, ended_at=LATER)
    text, blocks = run_views.cut_off(interrupted, STEPS)
    assert "Interrupted" not in text
    assert RECORD.id in str(blocks)
    assert "actions" not in [block["type"] for block in blocks]


def test_what_was_typed_is_shown_exactly_and_links_are_not_live() -> None:
    request = replace(
        RECORD.request, line='practise danger "my stage &lt;b&gt;"', reason="see http://x.example"
    )
    record = replace(RECORD, request=request)
    _, blocks = request_views.request_card(record, "/pitchey", "Ana.")
    assert '/pitchey practise danger "my stage &lt;b&gt;"`' in str(blocks)
    assert "&amp;lt;" not in str(blocks)
    assert "`see http://x.example`" in str(blocks)


def test_who_asked_is_not_called_for_what_they_did() -> None:
    decided = replace(RECORD, state=State.REJECTED, decider_id=ANA.id, decision="not now")
    told = request_views.word_to_requester(decided)
    assert told is not None
    assert told[0].startswith(f":no_entry: <@{OMAR.id}>: <@{ANA.id}> rejected")
    assert request_views.word_to_requester(replace(decided, decider_id=OMAR.id)) is None
    terminal = replace(RECORD.request, person_id="terminal:oncall")
    assert request_views.word_to_requester(replace(decided, request=terminal)) is None


@pytest.mark.parametrize(
    ("state", "code"),
    [(State.SUCCEEDED, 0), (State.CANCELLED, 1), (State.REJECTED, 3), (State.EXPIRED, 75)],
)
def test_exit_codes_are_those_of_run_md(state: State, code: int) -> None:
    assert guard_answers.told(replace(RECORD, state=state)).exit_code == code


def test_names_of_cancellers_old_and_new() -> None:
    assert clearance.canceller(replace(RECORD, canceller="<@U0ANA>")) == "<@U0ANA>"
    assert clearance.canceller(replace(RECORD, canceller="<ana>")) == "&lt;ana&gt;"


def test_the_list_counts_all_and_marks_broken_glass() -> None:
    record = replace(RECORD, state=State.SUCCEEDED, glass="a SEV1", ended_at=LATER)
    reply = list_reply(OperationList((record,), total=7, waiting=3, running=1))
    assert (
        reply.text == ":clipboard: 7 operations, the newest 1 shown; 3 waiting and 1 running now."
    )
    assert "glass broken" in str(reply.blocks)


def test_the_detail_offers_what_the_person_may_do() -> None:
    def shown(*acts: str, record: object = RECORD) -> str:
        detail = OperationDetail(record, STEPS, LATER, frozenset(acts), "Ana may.")  # type: ignore[arg-type]
        return str(detail_reply(detail).blocks)

    assert "Waits until" in shown()
    assert "approve" not in shown("cancel")
    assert f"operation {RECORD.id} approve" in shown("approve", "reject")
    ended = replace(RECORD, state=State.FAILED, started_at=NOW, ended_at=NOW)
    assert "ago" not in shown(record=ended)
