"""Which views a report of each kind has: message, thread, files. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bot.command import Block
from bot.documents import Document
from handlers.reports.charts import Chart
from handlers.reports.document import document
from handlers.reports.document_monthly import review_document
from handlers.reports.result import Made
from handlers.reports.views import Pictures, message
from handlers.reports.views_details import Told, details
from handlers.reports.views_monthly import review_message


def message_of(made: Made, pictures: Pictures = ()) -> tuple[str, list[Block]]:
    review = made.facts.review
    return review_message(made, review, pictures) if review else message(made, pictures)


def thread_of(made: Made) -> tuple[Told, ...]:
    return details(made.facts)


def document_of(made: Made, charts: Sequence[Chart]) -> Document:
    review = made.facts.review
    return review_document(made, review, charts) if review else document(made, charts)
