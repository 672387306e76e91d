"""The weekly report as a document for the files. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.documents import Bullets, Document, Grid, Heading, Note, Part, Picture, Text
from bot.phrases import span
from handlers.reports.charts import Chart
from handlers.reports.lines import (
    advice_words,
    incidents_summary,
    planned_words,
    work_summary,
    work_words,
)
from handlers.reports.result import Facts, Figure, Made, Standing
from handlers.reports.verdict import verdict
from handlers.reports.wording import amount, arrow, limit, missing, moment

_MOST_WORK = 400


def document(made: Made, charts: Sequence[Chart]) -> Document:
    """The guide's template, in its order."""
    facts = made.facts
    title = f"Weekly Operations Report, {facts.words}"
    return Document(title, verdict(facts), about(made), tuple(_parts(made, charts)))


def about(made: Made) -> str:
    facts = made.facts
    told = [
        f"{'Week' if facts.kind == 'weekly' else 'Month'} {facts.period}",
        f"prepared by {made.prepared_by}" if made.prepared_by else "",
        f"revision {made.revision}" if made.revision > 1 else "",
        made.note,
        f"of {facts.environment}",
        f"times of {facts.zone}",
        "" if facts.over else f"not over yet, up to {moment(facts.made_for, facts.zone)}",
    ]
    return " · ".join(each for each in told if each)


def _parts(made: Made, charts: Sequence[Chart]) -> Iterator[Part]:
    facts = made.facts
    yield from opening(made)
    yield Heading("System Health")
    yield grid(facts.health, facts.kind_noun)
    if told := missing(facts):
        yield Note(told)
    yield Heading("Incidents")
    yield from incidents(facts)
    yield Heading("Maintenance Performed")
    yield Bullets(tuple(work_summary(facts)) or ("None recorded.",))
    yield Heading("Upcoming Work")
    planned = tuple(planned_words(each, facts.zone) for each in facts.planned)
    yield Bullets(planned or ("Nothing is planned.",))
    yield Heading("Metrics Trends")
    yield from trends(charts)
    yield Heading("Recommendations")
    yield from recommendations(facts)
    yield from details(facts)


def opening(made: Made) -> Iterator[Part]:
    """What changed, and the words of the preparer."""
    if made.changes:
        yield Heading(f"Corrected since revision {made.revision - 1}")
        yield Bullets(made.changes)
    for line in made.facts.summary.splitlines():
        yield Text(line)


def grid(figures: Sequence[Figure], noun: str) -> Grid:
    rows = tuple(
        (
            each.title, amount(each.value, each.unit),
            f"{amount(each.before, each.unit)} {arrow(each)}".strip(),
            limit(each).removeprefix("target ") or "–", _state(each),
        )
        for each in figures
    )  # fmt: skip
    return Grid(("Figure", f"This {noun}", f"The {noun} before", "Target", "State"), rows)


def _state(figure: Figure) -> str:
    if figure.standing is Standing.FREE:
        return "–"
    return figure.standing.value


def incidents(facts: Facts) -> Iterator[Part]:
    yield Text(incidents_summary(facts))
    if facts.incidents:
        yield Grid(
            ("Incident", "Severity", "Title", "Open for", "Began", "Ended"),
            tuple(
                (
                    each.id, each.severity, each.title, span(each.open_for),
                    moment(each.began, facts.zone),
                    moment(each.ended, facts.zone) if each.ended else "still open",
                )
                for each in facts.incidents
            ),
        )  # fmt: skip


def trends(charts: Sequence[Chart]) -> Iterator[Part]:
    if not charts:
        yield Text("Nothing was measured, so there is nothing to draw.")
    for each in charts:
        yield Picture(each.png, each.finding)


def recommendations(facts: Facts) -> Iterator[Part]:
    if not facts.advice:
        yield Text("None: nothing in this time asks for action.")
        return
    yield Bullets(
        tuple(
            advice_words(each) + (f" Begin with: /pitchey {each.line}" if each.line else "")
            for each in facts.advice
        )
    )


def details(facts: Facts) -> Iterator[Part]:
    """Every operation, the other figures, and how each figure was computed."""
    if facts.work:
        yield Heading("Every operation")
        shown = tuple(work_words(each, facts.zone) for each in facts.work[:_MOST_WORK])
        yield Bullets(shown)
        if len(facts.work) > _MOST_WORK:
            yield Note(f"{len(facts.work) - _MOST_WORK:,} more are in the journal.")
    if facts.capacity:
        yield Heading("Capacity and safety")
        yield grid(facts.capacity, facts.kind_noun)
    yield Heading("How the figures were computed")
    yield Grid(
        ("Figure", "Rule", "Sum", "Source", "Measured"),
        tuple(
            (each.title, each.how, each.working, each.source, f"{each.covered:.1f} %")
            for each in facts.every
        ),
    )
    yield Note(
        f"From {moment(facts.since, facts.zone)} to {moment(facts.made_for, facts.zone)}, "
        f"{facts.zone}. Drills and private incidents are never part of a report."
    )
