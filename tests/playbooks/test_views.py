"""Every card and answer at its widest is one that Slack takes, and hostile text stays text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.command import Block
from bot.escalation import Call, Climb
from bot.limits import MESSAGE_BLOCKS_CHARACTERS
from bot.playbooks.changes import changes
from bot.playbooks.clocks import alarms
from bot.playbooks.library import Library, delivered_folder, load
from bot.playbooks.models import Playbook
from bot.playbooks.progress import RunView, view
from bot.playbooks.reading import Problem
from bot.playbooks.records import Entry, RunState, StepRecord, StepState
from bot.playbooks.scoring import score
from bot.redaction import Redactor
from bot.sandbox.workspace.validation import check_message
from bot.settings.tables import Contacts
from handlers.playbooks import alarm_views, drill_views, list_views, status_views
from handlers.playbooks.card_views import phase_card
from handlers.playbooks.result import (
    DrillResult,
    Linted,
    Planned,
    PlannedPhase,
    PlannedStep,
    Shelf,
    Status,
)
from tests.playbooks.made import HOUR, START, automatic, playbook, run

HOSTILE = '<!channel> *b* `c` & <@U0EVIL> "q" \\ @here '
LONG = (HOSTILE * 4)[:150]


def widest() -> Playbook:
    """Twenty phases of forty steps with everything as long and as nasty as it may be."""
    phases = [
        {
            "id": f"p{phase}",
            "title": LONG,
            "ends": f"{phase + 1}h",
            "steps": [
                {
                    "id": f"s{phase}-{number}",
                    "title": LONG,
                    "owner": LONG,
                    "do": (HOSTILE * 30)[:1_000],
                    "run": "health",
                    "evidence": LONG,
                    "critical": True,
                    "when": "cause is one" if number == 5 else None,
                }
                for number in range(40)
            ],
        }
        for phase in range(20)
    ]
    return Playbook.model_validate(
        {
            **playbook().model_dump(exclude={"phases", "legal_clock", "choices"}),
            "title": LONG,
            "summary": (HOSTILE * 30)[:1_000],
            "legal_clock": {"title": LONG, "length": "72h", "stopped_by": "s3-1"},
            "choices": {
                "cause": {
                    "title": LONG,
                    "choices": ["one", *(f"c{n}" for n in range(9))],
                    "default": "c1",
                }
            },
            "phases": phases,
        }
    )


def views() -> list[RunView]:
    found = []
    for book in (widest(), playbook()):
        for state in StepState:
            records = {
                step.id: StepRecord(
                    step.id, state, "U0RITA", LONG, START, note=HOSTILE * 10,
                    assignee_id="terminal:x", assignee_name=LONG, result=HOSTILE * 6,
                    duration_ms=12_345, operation="OP-123456",
                )
                for step in book.steps
            }  # fmt: skip
            for drill in (True, False):
                record = run(title=book.title, drill=drill)
                found.append(view(record, book, records, START + 9 * HOUR, automatic))
    found.append(view(run(), widest(), {}, START + 9 * HOUR, automatic))
    ended = run(state=RunState.STOPPED, ended_at=START)
    found.append(view(ended, widest(), {}, START, automatic))
    return found


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


def every_text(part: object) -> Iterator[str]:
    if isinstance(part, list):
        for one in part:
            yield from every_text(one)
    elif isinstance(part, dict):
        if isinstance(part.get("text"), str):
            yield part["text"]
        for one in part.values():
            yield from every_text(one)


def right(text: str, blocks: list[Block]) -> None:
    assert text
    assert check_message({"text": text, "blocks": blocks}) == (), text
    read = "\n".join([text, *markup(blocks)])
    assert sum(map(len, every_text(blocks))) < MESSAGE_BLOCKS_CHARACTERS
    assert "<!channel>" not in read
    assert "<@U0EVIL>" not in read


@pytest.fixture(scope="module")
def library() -> Library:
    from bot.app import catalogue

    return load([delivered_folder()], catalogue(), date(2026, 11, 24))


@pytest.mark.parametrize("seen", views(), ids=lambda one: one.run.state.value)
def test_cards_status_and_scores_are_taken(seen: RunView) -> None:
    for phase in seen.phases:
        right(*phase_card(seen, phase, "/pitchey"))
    history = tuple(Entry(START, "note", "U0RITA", LONG, HOSTILE * 10) for _ in range(9))
    different = changes(playbook(), seen.playbook)
    reply = status_views.status_reply(Status(seen, history, different))
    right(reply.text, reply.blocks)
    reply = status_views.acted_reply(seen, seen.steps[0])
    right(reply.text, reply.blocks)
    right(*drill_views.score_message(DrillResult(seen, score(seen))))


def test_what_a_run_says_by_itself_is_taken() -> None:
    seen = view(run(title=LONG), widest(), {}, START + 9 * HOUR, automatic)
    for alarm in alarms(seen.run, seen.playbook):
        for late in (True, False):
            right(*alarm_views.alarm_message(seen, alarm, late=late))
    levels = (*Contacts().escalation, None)
    for number, level in enumerate(levels):
        call = Call(level, number, START, timedelta(hours=1), Climb())
        right(*alarm_views.call_message(seen, call, seen.steps, "<@U0OMAR>"))
    right(*alarm_views.offer_message(seen, changes(playbook(), widest())))
    right(*drill_views.announcement(widest(), seen.run))


def test_lists_plans_and_mistakes_are_taken(library: Library) -> None:
    seen = view(run(title=LONG), widest(), {}, START, automatic)
    wrong = tuple(Problem(HOSTILE, n, HOSTILE * 5, HOSTILE * 5, n % 2 == 0) for n in range(90))
    many = {f"n{n}": replace(next(iter(library.sources.values()))) for n in range(120)}
    for shelf in (
        Shelf(library, ()),
        Shelf(Library({}, wrong), (seen,) * 60),
        Shelf(Library(many), ()),
    ):
        reply = list_views.list_reply(shelf)
        right(reply.text, reply.blocks)
    for problems in (wrong, (), wrong[:1]):
        reply = list_views.lint_reply(Linted(90, problems))
        right(reply.text, reply.blocks)
    steps = tuple(PlannedStep("1.1", "t" * 150, "o" * 150, "`health`", True) for _ in range(40))
    phases = tuple(PlannedPhase("p" * 150, "0 h to 1 h", steps) for _ in range(20))
    reply = list_views.plan_reply(Planned(widest(), phases, 3, 800), dry_run=True)
    right(reply.text, reply.blocks)
    reply = status_views.runs_reply((seen,) * 50, active=True)
    right(reply.text, reply.blocks)
    result = DrillResult(seen, score(seen))
    for results in ((), (result,), (result,) * 40):
        reply = drill_views.report_reply(results)
        right(reply.text, reply.blocks)


def test_no_delivered_playbook_reads_like_a_secret(library: Library) -> None:
    """What is said of a step must come through the redaction of every message as it is."""
    hide = Redactor([]).text
    for book in library.playbooks:
        for state in StepState:
            records = {
                step.id: StepRecord(step.id, state, "U0RITA", "rita", START, note="as planned")
                for step in book.steps
            }
            record = run(title=book.title)
            seen = view(record, book, records, START + 99 * HOUR, automatic)
            said = [phase_card(seen, phase, "/pitchey") for phase in seen.phases]
            said += [
                alarm_views.alarm_message(seen, alarm, late=True) for alarm in alarms(record, book)
            ]
            call = Call(Contacts().escalation[0], 1, START, timedelta(), Climb())
            said.append(alarm_views.call_message(seen, call, seen.steps, ""))
            for step in seen.steps:
                reply = status_views.acted_reply(seen, step)
                said.append((reply.text, reply.blocks))
                for word in ("done", "skipped: reasons", "failed: why", "`health` started."):
                    said.append((f"{step.number} {step.step.title}, {word}", []))
            for text, blocks in said:
                for each in (text, *every_text(blocks)):
                    assert hide(each) == each
