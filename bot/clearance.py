"""Who may confirm, approve, reject or cancel an operation: pure decisions on its record."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from bot.access import TERMINAL
from bot.blocks import code, date, escape, mention
from bot.command import Person, Plan, Risk
from bot.store.operation_rows import OperationRecord, State


@dataclass(frozen=True, slots=True)
class Clearance:
    """`message` says why not, and what happened instead."""

    granted: bool
    message: str = ""


GRANTED = Clearance(True)
_MENTION = re.compile(r"<@[UW][A-Z0-9]+>")


def spoken(words: str) -> str:
    """What a person gave as a reason, exactly: no link in it is live, and nobody is called."""
    return code(" ".join(words.split()))


def canceller(record: OperationRecord) -> str:
    """Who cancelled what ran; older entries of the journal hold a name only."""
    who = record.canceller
    return who if _MENTION.fullmatch(who) else escape(who or "somebody")


def same_person(record: OperationRecord, person: Person) -> bool:
    """Is it the requester? A login of a terminal and a Slack name that are equal count as one."""
    request = record.request
    if person.id == request.person_id:
        return True
    crossed = person.id.startswith(TERMINAL) != request.person_id.startswith(TERMINAL)
    return crossed and person.name.casefold() == request.person_name.casefold()


def waits(record: OperationRecord, now: datetime) -> Clearance:
    """Can it still be decided?"""
    if record.state is not State.REQUESTED:
        return Clearance(False, happened(record))
    if record.expires_at <= now:
        return Clearance(False, f"{code(record.id)} expired at {_at(record.expires_at)}.")
    return GRANTED


def may_confirm(record: OperationRecord, person: Person, now: datetime) -> Clearance:
    """The requester's own yes to a change."""
    if not (waiting := waits(record, now)).granted:
        return waiting
    if record.request.risk != Risk.CHANGES:
        return Clearance(False, f"{code(record.id)} needs the approval of a second person.")
    if person.id != record.request.person_id:
        asked = mention(record.request.person_id, record.request.person_name)
        return Clearance(False, f"Only {asked}, who asked for it, can confirm {code(record.id)}.")
    return GRANTED


def may_approve(record: OperationRecord, person: Person, now: datetime) -> Clearance:
    """The second person's yes; their role is looked at besides."""
    if not (waiting := waits(record, now)).granted:
        return waiting
    if record.request.risk != Risk.DANGEROUS:
        return Clearance(False, f"{code(record.id)} waits for its requester, not for an approval.")
    if person.id.startswith(TERMINAL):
        return Clearance(
            False, "Approve it in Slack: a terminal does not prove that you are a second person."
        )
    if same_person(record, person):
        return Clearance(False, "You asked for this yourself: a second person has to approve it.")
    return GRANTED


def may_reject(record: OperationRecord, person: Person, now: datetime) -> Clearance:
    """The second person's no. The requester cancels instead."""
    if not (waiting := waits(record, now)).granted:
        return waiting
    if same_person(record, person):
        return Clearance(False, "You asked for this yourself: press *Cancel the request* instead.")
    return GRANTED


def may_withdraw(record: OperationRecord, person: Person, now: datetime) -> Clearance:
    """Taking back one's own request."""
    if not (waiting := waits(record, now)).granted:
        return waiting
    if not same_person(record, person):
        asked = mention(record.request.person_id, record.request.person_name)
        return Clearance(
            False, f"Only {asked}, who asked for it, can cancel it; you can reject it."
        )
    return GRANTED


def changed(record: OperationRecord, plan: Plan, risk: Risk) -> bool:
    """Is the plan of now another than the one that people saw?"""
    request = record.request
    return (
        plan.state != request.fingerprint
        or plan.target != request.target
        or risk.weight > Risk(request.risk).weight
    )


def held(holder: OperationRecord) -> str:
    """Who has the target, and since when."""
    who = mention(holder.request.person_id, holder.request.person_name)
    since = _at(holder.started_at or holder.requested_at)
    return (
        f"{escape(holder.request.target)} is taken: {code(holder.request.command)} of {who} "
        f"has been running on it since {since} ({code(holder.id)})."
    )


def happened(record: OperationRecord) -> str:
    """What became of an operation, by whom and when, in one sentence."""
    name, by = code(record.id), mention(record.decider_id, record.decider_name)
    when = _at(record.ended_at or record.decided_at or record.requested_at)
    reason = f": {spoken(record.decision)}" if record.decision else ""
    match record.state:
        case State.REQUESTED:
            return f"{name} still waits, until {_at(record.expires_at)}."
        case State.REJECTED:
            return f"{name} was rejected by {by} at {when}{reason}."
        case State.EXPIRED:
            return f"{name} expired at {_at(record.expires_at)}: nobody decided in time."
        case State.CHANGED:
            why = escape(record.decision) or f"what it was planned on had changed at {when}"
            return f"{name} did not run: {why}."
        case State.CANCELLED if record.started_at is None:
            return f"{name} was cancelled by {by} at {when}."
        case State.RUNNING:
            return f"{name} runs already: {_let_run(record)}."
    return f"{name} has {_ended(record.state)} at {when}: {_let_run(record)}."


def _ended(state: State) -> str:
    return {State.CANCELLED: "been cancelled", State.INTERRUPTED: "been interrupted"}.get(
        state, str(state)
    )


def _let_run(record: OperationRecord) -> str:
    by = mention(record.decider_id, record.decider_name)
    when = _at(record.decided_at or record.requested_at)
    if record.glass:
        return f"{by} ran it without a second person at {when}"
    word = "approved" if record.request.risk == Risk.DANGEROUS else "confirmed"
    return f"{word} by {by} at {when}"


def _at(moment: datetime) -> str:
    return date(moment, "{time}")
