"""Documents as Markdown, HTML and PDF: every text as it was written, nothing from outside."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from bot.documents import Bullets, Document, Grid, Heading, Note, Picture, Text
from bot.documents.markdown import markdown
from bot.documents.page import page
from bot.documents.pdf import pdf

NOW = datetime(2026, 11, 9, 8, tzinfo=UTC)
ODD = "<b>&amp; *star* | pipe ` tick \\ back \u202e 日本 \U0001f600 " + "long" * 40


def picture() -> bytes:
    written = BytesIO()
    Image.new("RGB", (120, 90), "#0b61a4").save(written, "PNG")
    return written.getvalue()


def document(rows: int = 3) -> Document:
    return Document(
        f"Report {ODD}", ODD, ODD,
        (
            Heading(ODD), Text(ODD), Note(ODD), Bullets((ODD, "short")),
            Grid(("What", "How much"), ((ODD, ODD), *((f"row {n}", "1") for n in range(rows)))),
            Picture(picture(), ODD), Picture(picture(), ODD), Picture(picture(), ODD),
        ),
    )  # fmt: skip


def test_markdown_keeps_data_out_of_its_markup() -> None:
    text = markdown(document())
    assert "<b>" not in text
    assert "\\*star\\*" in text
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {3}


def test_html_loads_nothing_and_escapes_everything() -> None:
    text = page(document())
    assert "<b>" not in text
    assert not re.search(r"(src|href)=\"(?!data:image/png;base64,)", text)
    assert "<script" not in text
    assert text.count("<img") == 3
    assert text.count('alt="') == 3
    assert "prefers-color-scheme: dark" in text


def test_pdf_takes_every_letter_and_many_rows() -> None:
    made = pdf(document(90), NOW)
    assert made.startswith(b"%PDF-")
    assert made == pdf(document(90), NOW)


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")
def test_the_text_of_a_pdf_can_be_searched(tmp_path: Path) -> None:
    file = tmp_path / "report.pdf"
    file.write_bytes(pdf(document(), NOW))
    done = subprocess.run(["pdftotext", "-layout", file, "-"], capture_output=True, check=True)
    text = done.stdout.decode()
    assert "<b>&amp; *star* | pipe" in text
    assert "row 2" in text
    assert "page 1 of" in text


def test_an_empty_document() -> None:
    bare = Document("", "", "", ())
    assert pdf(bare, NOW).startswith(b"%PDF-")
    assert page(bare)
    assert markdown(bare)
