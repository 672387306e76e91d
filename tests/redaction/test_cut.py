"""A secret that was cut on its way is not shown in part."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blocks import clip
from bot.clients.cloudflare import CloudflareError, read_envelope
from bot.clients.health_words import tidy
from bot.clients.http import Answer
from bot.clients.platform import report_of
from bot.errors import OpsError
from bot.judging.reading import describe
from bot.redaction import Redactor

TOKEN = "Zq7vR2mK9xT4bN8cW1pL6sD3fG5hJ0aYuE_iO-kQ"
PASSWORD = "h4&Kp,9;Wz!r(3)Vq"
ADDRESS = "postgresql://bot:an0ther-pass-w0rd@db.example.org/pitchey"
SECRETS = (TOKEN, PASSWORD, ADDRESS)
REDACTOR = Redactor(SECRETS)
FILLING = "status of the worker: {a, b} "


def pieces(secret: str) -> set[str]:
    return {secret[start : start + 8] for start in range(len(secret) - 7)}


def shows(secret: str, text: str) -> list[str]:
    given_away = pieces("an0ther-pass-w0rd" if secret == ADDRESS else secret)
    return [piece for piece in given_away if piece in text]


def answer(body: str, status: int = 200) -> Answer:
    raw = body.encode()
    return Answer("GET", "http://x/", status, {}, raw, 0.1, redact=REDACTOR.text)


def plant(secret: str, offset: int, length: int, filling: str = FILLING) -> str:
    text = filling * (max(offset, length) // len(filling) + 1)
    return text[:offset] + secret + text[:length]


planted = st.builds(
    plant,
    st.shared(st.sampled_from(SECRETS), key="secret"),
    st.integers(0, 1_300),
    st.integers(0, 1_300),
    st.sampled_from([FILLING, "x", " ", "ab ", "\n\n\t"]),
)
which = st.shared(st.sampled_from(SECRETS), key="secret")


@given(which, planted)
def test_never_in_evidence_of_any_body(secret: str, body: str) -> None:
    shown = REDACTOR.text(clip(describe("x", answer(body, 500)), 200))
    assert shows(secret, shown) == []


@given(which, planted)
def test_never_in_what_a_health_report_says(secret: str, text: str) -> None:
    body = {
        "status": "down",
        "error": text,
        "services": {"database": {"status": "down", "error": text}},
    }
    report = report_of(answer(json.dumps(body)))
    assert report is not None
    told = " ".join([report.detail, *(part.detail for part in report.parts)])
    assert shows(secret, told) == []
    assert shows(secret, json.dumps(REDACTOR.json([told, clip(told, 60)]))) == []


@given(which, planted)
def test_never_in_cloudflares_words(secret: str, text: str) -> None:
    body = {"success": False, "errors": [{"code": 1, "message": text}]}
    with pytest.raises(OpsError) as caught:
        read_envelope(answer(json.dumps(body), 400), "Workers Scripts Read")
    assert isinstance(caught.value, CloudflareError)
    assert shows(secret, f"{caught.value.message} {caught.value.hint}") == []


@given(st.integers(0, 400), st.integers(2, 400))
def test_a_word_is_never_cut(offset: int, most: int) -> None:
    """Where nobody redacted before: what is left is hidden at the end, or was not left."""
    text = plant(TOKEN, offset, 400)
    for cut in (tidy(text, most), clip(text, most), f"({clip(text, most)}) and more"):
        assert shows(TOKEN, REDACTOR.text(cut)) == []


def test_the_beginning_at_the_end_of_a_text() -> None:
    assert REDACTOR.text(f"token {TOKEN[:12]}") == "token [redacted]"
    assert REDACTOR.text(f"token {TOKEN[:8]}… and on") == "token [redacted]… and on"
    for harmless in ("see postgresql://", "postgresql://…", f"token {TOKEN[:7]}…"):
        assert REDACTOR.text(harmless) == harmless
