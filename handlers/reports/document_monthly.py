"""The monthly review as a document for the files. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.documents import Bullets, Document, Grid, Heading, Note, Part, Text
from handlers.reports.charts import Chart
from handlers.reports.document import (
    about,
    details,
    grid,
    incidents,
    opening,
    recommendations,
    trends,
)
from handlers.reports.lines import planned_words, work_summary
from handlers.reports.result import Made, Review
from handlers.reports.review_lines import (
    TOO_FEW_DAYS,
    change_words,
    delivery_words,
    documentation_words,
    improvement_words,
    objective_words,
    security_words,
)
from handlers.reports.verdict import verdict
from handlers.reports.wording import amount, missing


def review_document(made: Made, review: Review, charts: Sequence[Chart]) -> Document:
    facts = made.facts
    return Document(
        f"Monthly Review, {facts.words}", verdict(facts), about(made),
        tuple(_parts(made, review, charts)),
    )  # fmt: skip


def _parts(made: Made, review: Review, charts: Sequence[Chart]) -> Iterator[Part]:
    facts = made.facts
    yield from opening(made)
    yield Heading("1. Performance trends")
    yield grid(facts.health, facts.kind_noun)
    yield Text(objective_words(review))
    if told := missing(facts):
        yield Note(told)
    yield from trends(charts)
    yield Heading("Incidents")
    yield from incidents(facts)
    yield Heading("Maintenance performed")
    yield Bullets(tuple(work_summary(facts)) or ("None recorded.",))
    yield Heading("2. Security incidents and audit")
    yield Bullets(tuple(security_words(facts, review)))
    yield Heading("3. Capacity")
    yield from _capacity(review)
    yield Heading("4. Documentation")
    yield Bullets(tuple(documentation_words(review)))
    yield Heading("5. Improvements")
    yield Bullets(tuple(improvement_words(facts, review)))
    if review.done:
        yield Text("Done this month:")
        yield Bullets(tuple(planned_words(each, facts.zone) for each in review.done))
    yield Heading("How changes reach people")
    yield Bullets(tuple(delivery_words(facts, review)))
    yield Heading("Proposed next")
    yield from recommendations(facts)
    yield from details(facts)


def _capacity(review: Review) -> Iterator[Part]:
    if not review.forecasts:
        yield Text(TOO_FEW_DAYS)
        return
    yield Grid(
        ("What", "Now", "Change in 30 days", "Limit", "Reached"),
        tuple(
            (
                each.title, amount(each.now, each.unit), change_words(each),
                amount(each.limit, each.unit) if each.limit is not None else "none",
                f"{each.reaches:%d %b %Y}" if each.reaches else "not within a year",
            )
            for each in review.forecasts
        ),
    )  # fmt: skip
    days = max(each.days for each in review.forecasts)
    yield Note(f"A straight line through daily values of up to {days} days.")
