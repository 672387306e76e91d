"""The weekly report as one message, in the order of the guide's template. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from bot.blocks import (
    actions,
    clip,
    command_button,
    context,
    divider,
    escape,
    section,
)
from bot.command import Block
from handlers.reports.lines import (
    SIGNS,
    figure_words,
    incident_words,
    incidents_summary,
    planned_words,
    work_summary,
)
from handlers.reports.result import Advice, Facts, Figure, Incident, Made
from handlers.reports.verdict import mood, verdict
from handlers.reports.wording import missing, moment

SHOWN_INCIDENTS, SHOWN_PLANNED, SHOWN_CHANGES = 5, 6, 10
Pictures = Sequence[tuple[str, str]]  # id of the file, the finding in words


def headline(facts: Facts) -> str:
    """The first line, and the notification."""
    return f"{mood(facts).value} {verdict(facts)}"


def message(made: Made, pictures: Pictures = ()) -> tuple[str, list[Block]]:
    """The whole report. Without `pictures` it says where the plots are."""
    facts = made.facts
    text = headline(facts)
    blocks: list[Block] = [section(f"*{escape_first(text)}*"), context(about(made))]
    blocks += corrected(made)
    blocks += words_of(facts)
    blocks.append(section("*System Health*\n" + _health(facts)))
    if told := missing(facts):
        blocks.append(context(f":warning: {escape(told)}"))
    blocks += [section(incidents_section(facts)), section(_work(facts)), section(_planned(facts))]
    blocks.append(section(f"*Metrics Trends*\n{_trends(facts, pictures)}"))
    blocks += plots(pictures)
    blocks += recommendations(facts)
    blocks += [context(_footnote(facts)), _buttons(facts)]
    return text, blocks


def plots(pictures: Pictures) -> list[Block]:
    return [
        {
            "type": "image",
            "slack_file": {"id": identifier},
            "alt_text": clip(finding, 1_900),
        }
        for identifier, finding in pictures
    ]


def about(made: Made) -> str:
    """Which period, who prepared it, which revision, how it came to be sent."""
    facts = made.facts
    name = "Weekly Operations Report" if facts.kind == "weekly" else "Monthly Review"
    by = f"prepared by {escape(made.prepared_by)}" if made.prepared_by else ""
    revision = f"revision {made.revision}" if made.revision > 1 else ""
    of = "Week of " if facts.kind == "weekly" else ""
    running = "" if facts.over else f"not over yet, up to {moment(facts.made_for, facts.zone)}"
    parts = (f"{of}{facts.words} ({facts.period})", by, running, revision, escape(made.note))
    return f"*{name}* · " + " · ".join(each for each in parts if each)


def words_of(facts: Facts) -> list[Block]:
    """The preparer's own words."""
    if not facts.summary:
        return []
    return [section("\n".join(f">{escape(line)}" for line in facts.summary.splitlines()))]


def corrected(made: Made) -> list[Block]:
    """What is different from the revision before; nothing for the first one."""
    if not made.changes:
        return []
    shown = "\n".join(f"• {escape(clip(each, 200))}" for each in made.changes[:SHOWN_CHANGES])
    more = len(made.changes) - SHOWN_CHANGES
    rest = f"\n• {more} more in the files" if more > 0 else ""
    return [section(f"*Corrected since revision {made.revision - 1}:*\n{shown}{rest}")]


def recommendations(facts: Facts, title: str = "Recommendations") -> list[Block]:
    if not facts.advice:
        return [section(f"*{title}*\nNone: nothing in this time asks for action.")]
    blocks: list[Block] = [divider(), section(f"*{title}*")]
    pressed: set[str] = set()
    for each in facts.advice:
        # Two rules may begin with the same command; one button for it is enough.
        button = None
        if each.line and each.line not in pressed:
            pressed.add(each.line)
            button = command_button(each.label, each.line)
        blocks.append(section(_advice(each), accessory=button))
    return blocks


def escape_first(text: str) -> str:
    """The first line with its emoji; its words come from rules alone."""
    emoji, _, words = text.partition(" ")
    return f"{emoji} {escape(words)}"


def incident_line(incident: Incident, zone: str) -> str:
    """One incident with the channel it lives in."""
    where = f" <#{incident.channel}>" if incident.channel.startswith(("C", "G")) else ""
    sign = ":red_circle:" if incident.ended is None else "•"
    return f"{sign} {escape(clip(incident_words(incident, zone), 220))}{where}"


def _health(facts: Facts) -> str:
    return "\n".join(health_line(each, facts.kind_noun) for each in facts.health)


def health_line(figure: Figure, noun: str) -> str:
    return f"{SIGNS[figure.standing]} *{figure.title}*: {escape(figure_words(figure, noun))}"


def incidents_section(facts: Facts) -> str:
    shown = [incident_line(each, facts.zone) for each in facts.incidents[:SHOWN_INCIDENTS]]
    more = len(facts.incidents) - len(shown)
    if more > 0:
        shown.append(f"_{more:,} more in the thread and the files._")
    return "\n".join([f"*Incidents*\n{incidents_summary(facts)}", *shown])


def _work(facts: Facts) -> str:
    lines = work_summary(facts) or ["None recorded."]
    return "\n".join(["*Maintenance Performed*", *(f"• {escape(each)}" for each in lines[:8])])


def _planned(facts: Facts) -> str:
    if not facts.planned:
        return "*Upcoming Work*\nNothing is planned."
    shown = [
        f"• {escape(clip(planned_words(each, facts.zone), 220))}"
        for each in facts.planned[:SHOWN_PLANNED]
    ]
    more = len(facts.planned) - len(shown)
    if more > 0:
        shown.append(f"_{more:,} more in the thread and the files._")
    return "\n".join(["*Upcoming Work*", *shown])


def _trends(facts: Facts, pictures: Pictures) -> str:
    if pictures:
        return f"The {facts.kind_noun} in colour, the one before in grey behind it."
    if all(each.value is None for each in facts.health):
        return "Nothing was measured, so there is nothing to draw."
    return "The plots follow; they are below this message and in its files."


def _advice(advice: Advice) -> str:
    return f"*{escape(advice.text)}*\nbecause {escape(advice.reason)}."


def _footnote(facts: Facts) -> str:
    zone = facts.zone.replace("_", " ")
    return (
        f"Of {escape(facts.environment)}; days and times are those of {escape(zone)}. Drills and "
        "private incidents are never part of a report. "
        "*Explain the figures* says how each was computed."
    )


def _buttons(facts: Facts) -> Block:
    kind = facts.kind
    return actions(
        command_button("Explain the figures", f"report explain all {facts.period}"),
        command_button("Incidents", "incident list"),
        command_button("Preview it as of now",
                       f"report preview {kind} {facts.period}"),
    )  # fmt: skip


def data(made: Made) -> dict[str, object]:
    """What `--json` prints."""
    facts = made.facts
    return {
        "kind": facts.kind,
        "period": facts.period,
        "since": facts.since.isoformat(),
        "until": facts.until.isoformat(),
        "revision": made.revision,
        "verdict": verdict(facts),
        "figures": {
            each.name: {
                "value": each.value, "before": each.before, "unit": each.unit,
                "target": each.target, "standing": each.standing.value,
                "measurements": each.count, "covered_percent": round(each.covered, 2),
            }
            for each in facts.every
        },
        "incidents": [
            {
                "id": each.id, "severity": each.severity, "title": each.title,
                "minutes": round(each.open_for.total_seconds() / 60, 1),
                "open": each.ended is None,
            }
            for each in facts.incidents
        ],
        "work": Counter(each.group for each in facts.work),
        "deployments": facts.deployments.total,
        "gaps_minutes": round(sum(each.length.total_seconds() for each in facts.gaps) / 60, 1),
        "recommendations": [
            {"text": each.text, "reason": each.reason, "command": each.line}
            for each in facts.advice
        ],
        "changes": list(made.changes),
    }  # fmt: skip
