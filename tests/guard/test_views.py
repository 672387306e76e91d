"""Every card at its widest is one that Slack takes, and hostile text stays text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot import approval_views, guard_answers, request_views, run_views
from bot.access.approvers import Approvers
from bot.ask_buttons import reason_modal
from bot.command import Block, Plan, Risk, Role
from bot.sandbox.workspace.validation import check_message, check_view
from bot.store.operation_rows import OperationRecord, State, Step
from tests.guard.test_decisions import CHANGE, COMMAND, NOW, RECORD

HOSTILE = '<!channel> *bold* `code` & <@U0ANA> "quoted" \\ ' * 4
WIDE = replace(
    RECORD,
    request=replace(
        RECORD.request,
        line="purge " + "x" * 900,
        target="t" * 200,
        effect="e" * 500,
        lines=("l" * 200,) * 40,
        reason="r" * 400,
    ),
)
NASTY = replace(
    RECORD,
    request=replace(
        RECORD.request, target=HOSTILE, effect=HOSTILE, reason=HOSTILE, lines=(HOSTILE,)
    ),
)
STEPS = tuple(Step(f"step {n} " + "s" * 60, NOW, NOW + timedelta(seconds=n)) for n in range(40))


def cards(record: OperationRecord) -> list[tuple[str, list[Block]]]:
    who = Approvers(Role.OPERATOR, ("<@U0ANA>",), ("@oncall",), 2).sentence
    resuming = replace(record, resumes="OP-BBBBBB")
    rival = replace(record, id="OP-CCCCCC")
    before = tuple(step.name for step in STEPS)
    found = [
        request_views.request_card(record, "/pitchey", who, rival=rival),
        request_views.request_card(resuming, "/pitchey", who, before),
        run_views.running(replace(resuming, started_at=NOW), COMMAND, STEPS, NOW, "", before),
        run_views.cut_off(replace(resuming, state=State.INTERRUPTED), STEPS, before),
    ]
    for state in State:
        at = replace(
            record, state=state, decided_at=NOW, decider_id="U0ANA", decider_name="ana",
            decision=record.request.reason, ended_at=NOW,
            started_at=None if state in (State.REJECTED, State.EXPIRED) else NOW,
        )  # fmt: skip
        found.append(request_views.decided_card(at, "/pitchey"))
        if word := request_views.word_to_requester(at):
            found.append(word)
        found.append(run_views.running(at, COMMAND, STEPS, NOW, record.request.effect))
        found.append(run_views.result(at, STEPS, COMMAND))
        found.append(run_views.glass_notice(replace(at, glass="a SEV1"), "/pitchey"))
        told = guard_answers.told(at)
        found.append((told.text, told.blocks))
    for reply in (
        approval_views.question(
            replace(record, request=replace(record.request, risk="changes")), "/pitchey", 15
        ),
        approval_views.question(
            replace(resuming, request=replace(record.request, risk="changes")),
            "/pitchey",
            15,
            before,
            rival,
        ),
        approval_views.terminal_question(record, "/pitchey", before, "an admin at the terminal"),
        approval_views.waiting(record, "C0OPS00001", who, commands=True),
        approval_views.reason_wanted(record.request.line, Plan("t", "e"), "/pitchey", "Why?"),
        guard_answers.not_run(record, stopped=True, waits=True),
        guard_answers.stopped_here(record, STEPS, resumable=True),
        guard_answers.left(record, "#ops"),
        guard_answers.why_rejected(record, "x"),
        guard_answers.busy(replace(record, started_at=NOW)),
    ):
        found.append((reply.text, reply.blocks))
    return found


@pytest.mark.parametrize(
    "record", [RECORD, CHANGE, WIDE, NASTY], ids=["one", "change", "wide", "nasty"]
)
def test_slack_takes_every_card(record: OperationRecord) -> None:
    for text, blocks in cards(record):
        assert check_message({"text": text, "blocks": blocks}) == (), text
        assert text.startswith(":")


def markup(part: object) -> Iterator[str]:
    """Every text in which Slack would read a mention; plain text is not read so."""
    if isinstance(part, list):
        for one in part:
            yield from markup(one)
    elif isinstance(part, dict):
        if part.get("type") == "mrkdwn":
            yield str(part["text"])
        for one in part.values():
            yield from markup(one)


def test_data_mentions_nobody() -> None:
    for text, blocks in cards(NASTY):
        shown = "\n".join([text, *markup(blocks)])
        shown = shown.replace(":rotating_light: <!here> Glass broken", "")
        assert "<!channel>" not in shown
        assert "<!here>" not in shown


def test_a_decided_card_has_no_button_that_decides() -> None:
    for state in State:
        if state is State.REQUESTED:
            continue
        _, blocks = request_views.decided_card(
            replace(RECORD, state=state, started_at=None, decided_at=NOW), "/pitchey"
        )
        for act in ("approve", "reject", "cancel"):
            assert f"{RECORD.id} {act}" not in str(blocks), state


def test_the_modal_is_one_that_slack_takes() -> None:
    assert check_view(reason_modal(None, {"act": "Reject", "ask": "w" * 300})) == ()


def test_interrupted_says_the_last_step_and_the_next_act() -> None:
    steps = (Step("Backing up", NOW, NOW), Step("Restoring", NOW, None))
    interrupted = replace(RECORD, state=State.INTERRUPTED, started_at=NOW)
    resumable = replace(COMMAND, resumable=True)
    text, blocks = run_views.interrupted(interrupted, steps, resumable)
    shown = str(blocks)
    assert "Interrupted" in text
    assert "Last finished step: *Backing up*" in shown
    assert "*Restoring* had begun" in shown
    assert f"operation {RECORD.id} resume" in shown
    _, blocks = run_views.interrupted(RECORD, steps, COMMAND)
    assert "Ask again for practise danger" in str(blocks)


def test_risk_grows() -> None:
    assert Risk.READS.weight < Risk.CHANGES.weight < Risk.DANGEROUS.weight
