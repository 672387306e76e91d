"""The code of a Worker out of Cloudflare's form, byte for byte, or not at all."""

from __future__ import annotations

import io
import tarfile
from datetime import UTC, datetime

import httpx
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from bot.backups.bundle import archive
from bot.backups.deployed import live_code
from bot.backups.manifest import Code
from bot.clients.cloudflare import Cloudflare, CloudflareError
from bot.clients.cloudflare_content import Bundle, Module, bundle, read_bundle
from bot.clients.http import Answer, Http
from bot.errors import BadAnswer, OpsError
from bot.sandbox.cloudflare.account import WORKER
from bot.sandbox.world import World
from tests.health.loopback import serving

AT = datetime(2026, 11, 28, tzinfo=UTC)


def answer(body: bytes, kind: str, **headers: str) -> Answer:
    told = {"content-type": kind} | {name.replace("_", "-"): text for name, text in headers.items()}
    return Answer("GET", "http://cloudflare.test", 200, told, body, 0.0)


def form(*contents: bytes, end: bytes = b"--b--\r\n") -> bytes:
    parts = (
        b'--b\r\nContent-Disposition: form-data; name="m%d"; filename="m%d"\r\n'
        b"Content-Type: application/wasm\r\n\r\n%s\r\n" % (number, number, content)
        for number, content in enumerate(contents)
    )
    return b"".join(parts) + end


FORM = "multipart/form-data; boundary=b"


@given(st.lists(st.binary(max_size=200).filter(lambda each: b"--b" not in each), min_size=1))
def test_modules_come_out_as_they_went_in(contents: list[bytes]) -> None:
    found = read_bundle(answer(form(*contents), FORM, cf_entrypoint="m0"))
    assert [each.content for each in found.modules] == contents
    packed = archive(found, Code(script="s"), AT)
    with tarfile.open(fileobj=io.BytesIO(packed)) as tar:
        file = tar.extractfile("modules/m0")
        assert file is not None
        assert file.read() == contents[0]


@pytest.mark.parametrize(
    ("body", "kind", "entrypoint"),
    [
        (form(b"x", end=b""), FORM, "m0"),  # cut before its end
        (form(b"x")[:-4], FORM, "m0"),
        (form(b"x"), FORM, "m1"),
        (form(b"x"), FORM, ""),
        (form(b"x").replace(b"name=", b"nam="), FORM, "m0"),
        (form(b"x"), "multipart/form-data", "m0"),
        (b"<html>", "text/html", ""),
        (b"", "application/javascript", ""),
    ],
)
def test_what_is_not_whole_is_no_code(body: bytes, kind: str, entrypoint: str) -> None:
    with pytest.raises(BadAnswer):
        read_bundle(answer(body, kind, cf_entrypoint=entrypoint))


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "a/../../b", ""])
def test_no_module_leads_out_of_the_archive(name: str) -> None:
    found = Bundle(name, (Module(name, "text/plain", b"x"),))
    with pytest.raises(BadAnswer):
        archive(found, Code(), AT)


def test_a_worker_without_modules_is_one_file() -> None:
    found = read_bundle(answer(b"addEventListener()", "application/javascript"))
    assert (found.entrypoint, found.size) == ("index.js", 18)


async def test_the_code_of_a_version_and_every_refusal(world: World) -> None:
    http = Http()
    account = world.account
    cloudflare = Cloudflare(http, world.cloudflare.api_url, account.token.value, account.id)
    try:
        old = account.scripts[WORKER].versions[0]
        found = await bundle(cloudflare, WORKER, old.id)
        assert old.tag.encode() in found.modules[0].content
        with pytest.raises(CloudflareError) as unknown:
            await bundle(cloudflare, WORKER, "0" * 8)
        assert 10222 in unknown.value.codes
        for fault in ("cloudflare_forbidden", "cloudflare_lies", "cloudflare_down"):
            world.faults.switch(fault, True)
            with pytest.raises(OpsError):
                await bundle(cloudflare, WORKER, old.id)
            world.faults.switch(fault, False)
        async with httpx.AsyncClient() as anybody:
            url = f"{world.cloudflare.api_url}{cloudflare.script(WORKER)}/content/v2"
            assert (await anybody.get(url)).status_code in (400, 401, 403)
    finally:
        await http.aclose()


async def test_the_code_of_another_version_is_never_kept_as_the_live_one(world: World) -> None:
    """Should Cloudflare answer the newest code whichever version is asked for."""
    account, http = world.account, Http()
    account.upload("v3.0.0")  # which nobody is served
    live = account.scripts[WORKER].live.versions[0][0]
    code = Code(script=WORKER, version=live)

    async def forgetful(request: web.Request) -> web.Response:
        params = {name: text for name, text in request.query.items() if name != "version"}
        async with httpx.AsyncClient() as relay:
            told = await relay.get(
                world.cloudflare.api_url + request.path, params=params,
                headers={"authorization": request.headers["authorization"]},
            )  # fmt: skip
        kept = {name: told.headers[name] for name in ("content-type", "cf-entrypoint")
                if name in told.headers}  # fmt: skip
        return web.Response(body=told.content, status=told.status_code, headers=kept)

    def cloudflare(url: str) -> Cloudflare:
        return Cloudflare(http, url, account.token.value, account.id)

    try:
        found = await live_code(cloudflare(world.cloudflare.api_url), code)
        assert b"v3.0.0" not in found.modules[0].content
        async with serving(forgetful) as url:
            with pytest.raises(BadAnswer, match="another version is live"):
                await live_code(cloudflare(url), code)
    finally:
        await http.aclose()
