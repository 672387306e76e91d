"""Cloudflare's envelope, its refusals in words, GraphQL and the status page."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import web

from bot.clients.cloudflare import (
    Cloudflare,
    CloudflareError,
    CloudflareLimited,
    CloudflareRefused,
    read_envelope,
    read_graphql,
)
from bot.clients.cloudflare_status import read_status
from bot.clients.http import Http
from bot.errors import BadAnswer, NotConfigured, Unreachable
from tests.health.loopback import answer, serving


def refused(code: int, status: int = 400, message: str = "no") -> Any:
    return answer({"success": False, "errors": [{"code": code, "message": message}]}, status)


def test_a_result_is_unwrapped() -> None:
    page = read_envelope(
        answer({"success": True, "errors": [], "result": [1], "result_info": {"page": 1}}), "x"
    )
    assert page.result == [1]
    assert page.info == {"page": 1}


@pytest.mark.parametrize(("code", "status"), [(10000, 403), (9109, 400), (10000, 401)])
def test_a_refused_token_names_the_missing_permission(code: int, status: int) -> None:
    with pytest.raises(CloudflareRefused) as caught:
        read_envelope(refused(code, status), "Workers Scripts Read")
    assert "Workers Scripts Read" in caught.value.hint
    assert caught.value.permanent


@pytest.mark.parametrize(
    ("code", "words"), [(10007, "no such Worker"), (10220, "Secrets have changed"), (1, "no")]
)
def test_error_codes_in_words(code: int, words: str) -> None:
    with pytest.raises(CloudflareError) as caught:
        read_envelope(refused(code), "x")
    assert words in caught.value.message
    assert caught.value.codes == (code,)


def test_limits_faults_and_foreign_forms() -> None:
    with pytest.raises(CloudflareLimited, match="five minutes"):
        read_envelope(answer({}, 429), "x")
    with pytest.raises(Unreachable):
        read_envelope(answer(b"<html>", 503, "text/html"), "x")
    for body in (b"", b"<html>", b"[1]", b"{}"):
        with pytest.raises(BadAnswer):
            read_envelope(answer(body, 201 if body else 302), "x")


def test_graphql() -> None:
    assert read_graphql(answer({"data": {"viewer": {}}}), "x") == {"viewer": {}}
    with pytest.raises(CloudflareError):
        read_graphql(answer({"data": None, "errors": [{"message": "bad field"}]}), "x")
    with pytest.raises(CloudflareRefused):
        read_graphql(answer({"errors": [{"message": "not authorized for that account"}]}), "x")
    with pytest.raises(BadAnswer):
        read_graphql(answer(b"null"), "x")


async def test_the_token_goes_to_the_api_alone_and_is_hidden() -> None:
    seen: list[str] = []

    async def handle(request: web.Request) -> web.StreamResponse:
        seen.append(request.headers.get("authorization", ""))
        return web.json_response({"success": True, "result": {}, "status": {"indicator": "none"}})

    http = Http()
    async with serving(handle) as url:
        cloudflare = Cloudflare(http, url, "t0ken", "acc", None, url + "/summary.json")
        await cloudflare.get(cloudflare.script("w"), permission="x")
        await cloudflare.status(deadline=2)
    await http.aclose()
    assert seen == ["Bearer t0ken", ""]
    assert "t0ken" not in repr(cloudflare)


def test_what_is_not_configured_is_said_with_what_to_set() -> None:
    cloudflare = Cloudflare(Http(), "https://api.example", "t", None, None)
    with pytest.raises(NotConfigured, match="account_id"):
        _ = cloudflare.account
    with pytest.raises(NotConfigured, match="no Cloudflare zone"):
        _ = cloudflare.zone


def test_the_status_page_tells_our_parts_from_the_rest() -> None:
    status = read_status(
        {
            "status": {"indicator": "major", "description": "Outage"},
            "components": [
                {"name": "Workers", "status": "major_outage"},
                {"name": "Pages", "status": "operational"},
                {"name": "Tokyo, Japan", "status": "partial_outage"},
            ],
            "incidents": [
                {"name": "Workers failing", "status": "investigating", "impact": "major"},
                {"name": "Tokyo rerouted", "status": "monitoring", "impact": "minor"},
                {"name": "R2 slow", "status": "resolved"},
            ],
        }
    )
    assert status is not None
    assert [(part.name, part.outage) for part in status.affected] == [("Workers", True)]
    assert [incident.name for incident in status.our_incidents] == ["Workers failing"]
    assert read_status({"status": "up"}) is None
