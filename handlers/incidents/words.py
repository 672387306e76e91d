"""What severities, kinds and statuses mean, and the signs they are shown with. Pure."""

from __future__ import annotations

from datetime import datetime

from bot.store.incidents_rows import SEVERITIES as SEVERITIES  # noqa: PLC0414 views read it here
from bot.store.incidents_rows import IncidentRecord
from bot.store.incidents_rows import IncidentRole as IncidentRole  # noqa: PLC0414
from bot.store.incidents_rows import Kind as Kind  # noqa: PLC0414
from bot.store.incidents_rows import RoomState as RoomState  # noqa: PLC0414
from bot.store.incidents_rows import Status as Status  # noqa: PLC0414

SEVERITY_MEANINGS = {
    "SEV1": "the platform is down, or data is at risk: everybody stops other work",
    "SEV2": "a main part fails, or many people are affected: work on it now",
    "SEV3": "something is worse than it should be, and there is a way around it",
    "SEV4": "slight: fix it in working hours",
}
SEVERITY_SIGNS = {
    "SEV1": ":red_circle:",
    "SEV2": ":large_orange_circle:",
    "SEV3": ":large_yellow_circle:",
    "SEV4": ":large_blue_circle:",
}
STATUS_MEANINGS = {
    Status.INVESTIGATING: "the cause is being looked for",
    Status.IDENTIFIED: "the cause is known",
    Status.MITIGATING: "a remedy is being applied",
    Status.MONITORING: "the remedy works; it is being watched",
    Status.RESOLVED: "it is over; nothing more is asked of anybody",
    Status.CLOSED: "the follow-up is done as well",
}
KIND_MEANINGS = {
    Kind.OUTAGE: "people cannot use the platform, or a main part of it",
    Kind.DEGRADATION: "it works, but slowly or badly",
    Kind.SECURITY: "somebody may have got in, or tries to; private",
    Kind.DATA_BREACH: "data of people may have got out; private, with a legal clock",
    Kind.DRILL: "practice: nothing is wrong; kept out of the statistics",
}
ROLE_DUTIES = {
    IncidentRole.COMMANDER: "decides, and keeps the whole in view",
    IncidentRole.COMMUNICATIONS: "tells people outside of the response",
    IncidentRole.SCRIBE: "keeps the timeline",
    IncidentRole.RESPONDER: "works on it",
}
# The delivered playbook for each kind.
PLAYBOOKS = {
    Kind.OUTAGE: ("service-outage", "Service outage"),
    Kind.DEGRADATION: ("high-response-times", "High response times"),
    Kind.SECURITY: ("security-incident", "Security incident"),
    Kind.DATA_BREACH: ("data-breach", "Data breach"),
    Kind.DRILL: ("service-outage", "Service outage"),
}


def kind_of(word: str) -> Kind:
    return Kind(word.replace("-", " "))


KIND_CHOICES = tuple(kind.value.replace(" ", "-") for kind in Kind)


def marked(record: IncidentRecord) -> str:
    """The beginning of every line about a drill."""
    return "DRILL: " if record.drill else ""


def sign(record: IncidentRecord) -> str:
    if record.over:
        return ":white_check_mark:"
    return ":dart:" if record.drill else SEVERITY_SIGNS[record.severity]


def utc(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
