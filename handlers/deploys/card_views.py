"""The pipeline as one message: what runs, the canary's numbers, what can be pressed. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.blocks import (
    actions,
    clip,
    code,
    command_button,
    context,
    date,
    escape,
    mention,
    section,
    table,
)
from bot.command import Block
from bot.phrases import elapsed
from handlers.deploys.evidence import evidence, latency_evidence, total
from handlers.deploys.steps import BACKUP, LAST_NUMBER
from handlers.deploys.wording import OUTCOME_SIGNS, STATE_SIGNS, new_words, old_words, share

if TYPE_CHECKING:
    from bot.store.deploys_rows import DeployStep
    from handlers.deploys.comparison import Speed
    from handlers.deploys.result import Sight
    from handlers.deploys.steps import PipelineStep

_NOTE_MOST = 220
_DETAIL_MOST = 1_500


def card(seen: Sight, word: str) -> tuple[str, list[Block]]:
    """The first line, which is the notification too, and the blocks."""
    text = headline(seen)
    blocks: list[Block] = [section(f"*{text}*")]
    if seen.run.detail:
        blocks.append(section(escape(clip(seen.run.detail, _DETAIL_MOST))))
    blocks.append(section("\n".join(_lines(seen))))
    blocks += canary_blocks(seen)
    if buttons := _buttons(seen):
        blocks.append(actions(*buttons))
    blocks.append(context(_origin(seen, word)))
    return text, blocks


def headline(seen: Sight) -> str:
    """`v1.10.0 to production: 25 % of the requests, next 50 %`."""
    run, canary = seen.run, seen.canary
    name = f"{escape(run.called)} to {escape(run.environment)}"
    if run.outcome is not None:
        return f"{OUTCOME_SIGNS[run.outcome.value]} {_ended(seen)}"
    if not seen.alive:
        at = f" at {canary.percent} % of the requests" if canary.percent is not None else ""
        return f":warning: {name}: interrupted{at}, nobody carries it on now"
    if canary.going_back:
        return f":rewind: {name}: going back to {escape(run.previous_called)}"
    if canary.percent is None or canary.percent == 100:
        current = seen.current
        step = f"step {current.number} of {LAST_NUMBER}, {current.title}" if current else "begins"
        return f":hourglass_flowing_sand: {name}: {step}"
    if canary.held_since is not None:
        return f":raised_hand: {name}: held at {canary.percent} % of the requests"
    following = f", next {canary.following} %" if canary.following else ""
    return f":hourglass_flowing_sand: {name}: {canary.percent} % of the requests{following}"


def canary_blocks(seen: Sight) -> list[Block]:
    """Both versions side by side, what the comparison says, and how sure it is."""
    run, canary = seen.run, seen.canary
    if not canary.percent and not canary.seen:
        return []
    windows = canary.closed if canary.open is None else (*canary.closed, canary.open)
    both = total(windows)
    old, new, percent = both.old, both.new, canary.percent or 0
    rows = [
        ["", f"old {run.previous_called}", f"new {run.called}"],
        ["Share now", f"{100 - percent} %", f"{percent} %"],
        ["Requests", f"{old.requests:,}", f"{new.requests:,}"],
        ["Failed", share(old.errors, old.requests), share(new.errors, new.requests)],
        ["90th percentile", _ms(canary.old, "p90"), _ms(canary.new, "p90")],
        ["99th percentile", _ms(canary.old, "p99"), _ms(canary.new, "p99")],
    ]
    blocks: list[Block] = [table(rows, align=("left", "right", "right"))]
    told = [canary.held_why] if canary.held_why else []
    told += [words for words in canary.reasons if words not in told]
    if told and run.outcome is None:
        blocks.append(section(escape(clip(" ".join(told), _DETAIL_MOST))))
    strength = (
        f"Evidence against the new version: errors {_strength(evidence(windows, 'errors'))}, "
        f"slowness {_strength(latency_evidence(windows))}; "
        f"{seen.enough:,.0f} is enough to go back."
    )
    blocks.append(context(strength, *_when(seen)))
    return blocks


def _ended(seen: Sight) -> str:
    run = seen.run
    name, place = new_words(run), escape(run.environment)
    match run.outcome:
        case "succeeded":
            before = f", before {old_words(run)}" if run.previous else ""
            return f"{name} is live in {place}{before}"
        case "rolled back":
            return f"{place} is back on {old_words(run)}: {name} did not stay"
        case "stopped":
            return f"Stopped: {name} to {place}"
    untouched = seen.canary.percent is None and not seen.staging
    still = f"; {place} is as it was" if untouched else ""
    return f"Failed: {name} to {place}{_at(seen)}{still}"


def _at(seen: Sight) -> str:
    step = _failed(seen)
    return f", at step {step.number}: {step.title[:1].lower()}{step.title[1:]}" if step else ""


def _failed(seen: Sight) -> PipelineStep | None:
    return next((step for step, kept in seen.steps if kept and kept.state.value == "failed"), None)


def _lines(seen: Sight) -> list[str]:
    """One line a step; those that were not run here for the same reason share one."""
    told: list[str] = []
    apart: list[PipelineStep] = []
    why = ""
    for step, kept in seen.steps:
        if kept is not None and kept.state.value == "not run":
            apart.append(step)
            why = kept.note
        else:
            told.append(_line(step, kept))
    if apart:
        titles = ", ".join(step.title.lower() for step in apart)
        numbers = f"{apart[0].number}–{apart[-1].number}"
        sign = STATE_SIGNS["not run"]
        told.insert(
            0, f"{sign} {numbers} {titles[:1].upper()}{titles[1:]} · not run: {escape(why)}"
        )
    return told


def _line(step: PipelineStep, kept: DeployStep | None) -> str:
    state = kept.state.value if kept is not None else "waiting"
    took = ""
    if kept is not None and kept.started_at is not None and kept.ended_at is not None:
        length = kept.ended_at - kept.started_at
        took = f" in {elapsed(length)}" if length.total_seconds() >= 1 else ""
    note = f": {escape(clip(kept.note, _NOTE_MOST))}" if kept is not None and kept.note else ""
    words = f" · {state}{took}{note}" if state != "waiting" else ""
    return f"{STATE_SIGNS[state]} {step.number} {step.title}{words}"


def _buttons(seen: Sight) -> list[Block]:
    run, canary = seen.run, seen.canary
    status = command_button("Show all of it", f"deploy status {run.id}")
    if run.outcome is not None:
        return [*afterwards(seen), status]
    if not seen.alive:
        return [*stranded_buttons(seen), status]
    if canary.going_back:
        return [status]
    back = command_button(
        f"Roll back to {run.previous_called}" if canary.percent is not None else "Stop",
        f"deploy abort {run.id}",
        style="danger",
    )
    if not canary.percent or canary.percent == 100:
        return [back, status]
    promote = command_button(
        f"Promote to {canary.following} %", f"deploy promote {run.id}", style="primary"
    )
    hold = command_button(f"Hold at {canary.percent} %", f"deploy hold {run.id}")
    return [promote, *([] if canary.held_since else [hold]), back, status]


def stranded_buttons(seen: Sight) -> list[Block]:
    """Resume or Roll back, for a deployment that nobody carries on."""
    run = seen.run
    touched = seen.canary.percent is not None or seen.canary.going_to is not None
    label = f"Roll back to {run.previous_called}" if touched else "Give it up"
    back = command_button(label, f"deploy abort {run.id}", style="danger")
    if seen.canary.going_back:
        return [back]
    line = f"deploy {run.asked} to {run.environment}"
    if seen.operation_state == "interrupted":
        line = f"operation {run.operation} resume"
    return [command_button("Resume", line, style="primary"), back]


def afterwards(seen: Sight) -> list[Block]:
    run = seen.run
    if run.outcome == "succeeded" and seen.staging:
        return [
            command_button(
                f"Deploy {run.called} to {seen.default_environment}",
                f"deploy {run.tag or run.asked} to {seen.default_environment}",
                style="primary",
            )
        ]
    if run.outcome in ("rolled back", "failed") and seen.canary.percent is not None:
        return [incident_button(seen.run.called, run.environment)]
    if run.outcome == "failed" and _failed(seen) is BACKUP:
        return [
            command_button("Make a backup now", "backup now", style="primary"),
            command_button("Deploy it again", f"deploy {run.asked} to {run.environment}"),
        ]
    return []


def incident_button(called: str, environment: str) -> Block:
    """Offers an incident about a release that did not stay."""
    plain = "".join(each for each in called if each.isalnum() or each in "._-")[:40]
    line = f"incident declare Release {plain} failed in {environment} --severity SEV3"
    return command_button("Declare an incident", line)


def _when(seen: Sight) -> list[str]:
    run, canary = seen.run, seen.canary
    if run.outcome is not None or canary.since is None or not canary.percent:
        return []
    step = sum(window.new.requests for window in canary.of_this_step)
    told = [f"At {canary.percent} % since {date(canary.since, '{time_secs}')}."]
    if canary.held_since is None and canary.percent != 100:
        told.append(
            f"Next step not before {date(canary.since + seen.wait, '{time_secs}')}, and with "
            f"{step:,} of {seen.minimum_requests:,} requests."
        )
    return told


def _ms(speed: Speed, which: str) -> str:
    value = getattr(speed, which)
    return f"{value:,.0f} ms" if value is not None else "–"


def _strength(found: float) -> str:
    if found >= 1e6:
        return "over a million"
    return f"{found:,.0f}" if found >= 10 else f"{found:.1f}"


def _origin(seen: Sight, word: str) -> str:
    run = seen.run
    began = date(run.started_at)
    took = f", took {elapsed(run.ended_at - run.started_at)}" if run.ended_at else ""
    who = mention(run.person_id, run.person_name)
    return (
        f"{code(run.id)}, operation {code(run.operation)}, {who} "
        f"{began}{took}. {code(f'{word} deploy status {run.id}')}"
    )
