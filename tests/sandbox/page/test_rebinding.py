"""Who reaches the page by another name than this machine's is refused: DNS rebinding."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from aiohttp import ClientSession

from bot.sandbox.workspace import ANA, OPS, Workspace


@pytest.mark.parametrize(
    "host",
    ["evil.com", "evil.com:{port}", "127.0.0.1.evil.com:{port}", "127.0.0.1:1", "localhost", "[:"],
)
async def test_another_host_sees_and_does_nothing(
    http: ClientSession, workspace: Workspace, host: str
) -> None:
    told = host.format(port=urlsplit(workspace.base_url).port)
    headers = {"Host": told, "Origin": f"http://{told}"}
    for path in ("/", f"/page/channels?person={ANA}", "/page/faults"):
        async with http.get(path, headers=headers) as answer:
            assert answer.status == 403
    body = {"person": ANA, "channel": OPS, "text": "hello"}
    for path in ("/page/act/say", "/page/faults"):
        async with http.post(path, json=body, headers=headers) as answer:
            assert answer.status == 403
    assert workspace.messages(OPS, ANA) == ()


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "[::1]"])
async def test_this_machine_by_its_names_is_welcome(
    http: ClientSession, workspace: Workspace, name: str
) -> None:
    host = f"{name}:{urlsplit(workspace.base_url).port}"
    async with http.get("/", headers={"Host": host}) as answer:
        assert answer.status == 200
    headers = {"Host": host, "Origin": "http://["}
    async with http.post("/page/faults", json={}, headers=headers) as answer:
        assert answer.status == 403
