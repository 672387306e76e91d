"""Which view a report of each kind has: message, thread, files."""

from __future__ import annotations

from collections.abc import Sequence

from bot.command import Block
from bot.documents import Document
from handlers.reports.charts import Chart
from handlers.reports.document import document
from handlers.reports.result import Made
from handlers.reports.views import Pictures, message
from handlers.reports.views_details import Told, details


def message_of(made: Made, pictures: Pictures = ()) -> tuple[str, list[Block]]:
    return message(made, pictures)


def thread_of(made: Made) -> tuple[Told, ...]:
    return details(made.facts)


def document_of(made: Made, charts: Sequence[Chart]) -> Document:
    return document(made, charts)
