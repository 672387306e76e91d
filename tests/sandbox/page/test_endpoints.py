"""The page's questions and acts over real sockets."""

from __future__ import annotations

import asyncio
import json

import pytest
from aiohttp import ClientSession

from bot.sandbox.faults import Faults
from bot.sandbox.workspace import ANA, GUS, LEADERSHIP, OMAR, OPS, RITA, VIC, File, Workspace
from tests.sandbox.page.conftest import Gate
from tests.sandbox.workspace.stage import until


async def get(http: ClientSession, path: str, **query: str) -> tuple[int, dict[str, object]]:
    async with http.get(path, params=query) as answer:
        return answer.status, await answer.json()


async def post(http: ClientSession, path: str, **body: object) -> tuple[int, dict[str, object]]:
    async with http.post(path, json=body) as answer:
        return answer.status, await answer.json()


async def test_the_page_allows_no_inline_script_and_no_framing(http: ClientSession) -> None:
    async with http.get("/") as answer:
        html = await answer.text()
        policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert "<script type=" in html
    assert "style=" not in html
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_everything_the_page_names_is_served(http: ClientSession) -> None:
    async with http.get("/") as answer:
        html = await answer.text()
    addresses = [part.split('"')[0] for part in html.split('="/page/static/')[1:]]
    assert len(addresses) >= 8
    for address in addresses:
        async with http.get(f"/page/static/{address}") as found:
            assert found.status == 200


async def test_state_tells_places_people_commands(http: ClientSession) -> None:
    status, state = await get(http, "/page/state", person=GUS)
    assert status == 200
    assert [one["name"] for one in state["channels"]] == ["general"]
    roles = {one["id"]: one["role"] for one in state["people"]}
    assert (roles[ANA], roles[GUS], roles[VIC]) == ("Bot admin", "Guest", "Member")
    assert state["commands"][0]["hint"] == "health | form | restart"
    assert {one["kind"] for one in state["shortcuts"]} == {"global", "message"}


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("/page/state", {"person": "U404"}, 404),
        ("/page/messages", {"person": VIC, "channel": LEADERSHIP}, 404),
        ("/page/messages", {"person": VIC, "channel": "C404"}, 404),
        ("/page/messages", {"person": VIC, "channel": OPS, "limit": "0"}, 400),
        ("/page/messages", {"person": VIC, "channel": OPS, "limit": "x"}, 400),
        ("/page/message", {"person": VIC, "channel": OPS, "id": "nothing"}, 404),
        ("/page/live", {"person": "nobody"}, 404),
        ("/page/record", {"since": "-1"}, 400),
        ("/page/files/F404", {}, 404),
    ],
)
async def test_wrong_questions_are_refused_in_words(
    http: ClientSession, path: str, query: dict[str, str], status: int
) -> None:
    got, body = await get(http, path, **query)
    assert got == status
    assert body["error"]


async def test_messages_come_in_parts_oldest_first(
    http: ClientSession, workspace: Workspace
) -> None:
    for number in range(130):
        await workspace.act.say(OMAR, OPS, f"line {number}")
    _, newest = await get(http, "/page/messages", person=ANA, channel=OPS)
    assert len(newest["messages"]) == 100
    assert newest["more"] is True
    assert "line 129" in newest["messages"][-1]["html"]
    before = newest["messages"][0]["ts"]
    _, earlier = await get(http, "/page/messages", person=ANA, channel=OPS, before=before)
    assert len(earlier["messages"]) == 30
    assert earlier["more"] is False
    assert "line 0<" in earlier["messages"][0]["html"]


async def test_an_ephemeral_message_is_seen_by_one_person(
    http: ClientSession, workspace: Workspace, app: None
) -> None:
    with workspace.changes() as changes:
        line = {"channel": OPS, "text": "/pitchey health"}
        outcome = await post(http, "/page/act/slash", person=ANA, **line)
        assert outcome[1]["ok"] is True
        async with asyncio.timeout(120):
            while (await anext(changes))["kind"] != "message":
                pass
    message = workspace.messages(OPS, ANA)[0]
    _, mine = await get(http, "/page/message", person=ANA, channel=OPS, id=message.id)
    assert "Only visible to you" in mine["channel_html"]
    status, _ = await get(http, "/page/message", person=RITA, channel=OPS, id=message.id)
    assert status == 404


async def test_an_app_that_is_not_there_is_told_in_words(http: ClientSession) -> None:
    _, outcome = await post(http, "/page/act/slash", person=ANA, channel=OPS, text="/pitchey x")
    assert outcome["ok"] is False
    assert outcome["message"]


@pytest.mark.parametrize(
    ("verb", "body", "status"),
    [
        ("say", {"person": "U404", "channel": OPS, "text": "x"}, 404),
        ("say", {"person": ANA, "channel": OPS, "text": 5}, 400),
        ("submit", {"person": ANA, "view": "V1", "values": [1]}, 400),
        ("dance", {"person": ANA}, 404),
    ],
)
async def test_wrong_acts_are_refused(
    http: ClientSession, verb: str, body: dict[str, object], status: int
) -> None:
    got, answer = await post(http, f"/page/act/{verb}", **body)
    assert got == status
    assert answer["error"]


async def test_another_site_cannot_act_here(http: ClientSession, workspace: Workspace) -> None:
    text = json.dumps({"person": ANA, "channel": OPS, "text": "forged"})
    form = {"Content-Type": "text/plain"}
    async with http.post("/page/act/say", data=text, headers=form) as answer:
        assert answer.status == 415
    stranger = {"Content-Type": "application/json", "Origin": "https://elsewhere.example"}
    async with http.post("/page/act/say", data=text, headers=stranger) as answer:
        assert answer.status == 403
    async with http.post(
        "/page/act/say", data="{", headers={**stranger, "Origin": str(answer.url.origin())}
    ) as answer:
        assert answer.status == 400
    assert workspace.messages(OPS, ANA) == ()


async def test_faults_are_switched_with_amounts_and_cleared(
    http: ClientSession, faults: Faults
) -> None:
    _, panel = await get(http, "/page/faults")
    assert "Nothing is broken." in panel["html"]
    _, panel = await post(http, "/page/faults", name="api_slow", on=True, amount=2.5)
    assert faults.amount("api_slow") == 2.5
    assert "1 fault is on." in panel["html"]
    assert 'value="2.5"' in panel["html"]
    status, _ = await post(http, "/page/faults", name="api_slow", on=True, amount=-1)
    assert status == 400
    status, _ = await post(http, "/page/faults", name="api_errors", on=True, amount=101)
    assert status == 400
    assert "api_errors" not in faults.active()
    status, _ = await post(http, "/page/faults", name="nothing", on=True)
    assert status == 404
    _, panel = await post(http, "/page/faults", clear=True)
    assert panel["active"] == {}
    assert faults.active() == {}


async def test_a_switch_answers_once_it_is_in_force(
    http: ClientSession, faults: Faults, gate: Gate
) -> None:
    gate.open.clear()
    switching = asyncio.ensure_future(post(http, "/page/faults", name="pool_full", on=True))
    await until(lambda: faults.on("pool_full"))
    assert not switching.done()
    gate.open.set()
    status, panel = await switching
    assert (status, panel["active"]) == (200, {"pool_full": None})
    gate.problem = OSError("PostgreSQL does not start")
    status, problem = await post(http, "/page/faults", clear=True)
    assert status == 500
    assert "PostgreSQL does not start" in str(problem["error"])


async def test_backticks_of_a_fault_are_drawn_as_code(http: ClientSession) -> None:
    _, panel = await get(http, "/page/faults")
    assert "<code>degraded</code>" in str(panel["html"])
    assert "`" not in str(panel["html"])


async def test_a_modal_belongs_to_the_window_it_was_opened_in(
    http: ClientSession, workspace: Workspace, app: None
) -> None:
    line = {"channel": OPS, "text": "/pitchey form", "window": "one"}
    await post(http, "/page/act/slash", person=ANA, **line)
    await until(lambda: workspace.views_open(ANA))
    _, here = await get(http, "/page/views", person=ANA, window="one")
    _, elsewhere = await get(http, "/page/views", person=ANA, window="two")
    assert (here["depth"], elsewhere["depth"]) == (1, 0)


async def test_a_command_in_a_thread_is_refused_with_a_hint(
    http: ClientSession, workspace: Workspace
) -> None:
    await workspace.act.say(OMAR, OPS, "slow?")
    thread = workspace.messages(OPS, ANA)[0].ts
    line = {"channel": OPS, "text": "/pitchey health all", "thread": thread}
    _, outcome = await post(http, "/page/act/slash", person=ANA, **line)
    assert (outcome["error"], outcome["told"]) == ("not_in_threads", True)
    assert "`@Pitchey Ops health all`" in str(outcome["hint"])
    said = workspace.messages(OPS, ANA, thread)[-1].text
    assert said == "`/pitchey` is not supported in threads. Sorry!"  # Slack's own sentence


async def test_the_inspector_shows_calls_and_their_failure(
    http: ClientSession, workspace: Workspace
) -> None:
    async with http.post("/api/auth.test", headers={"Authorization": "Bearer wrong"}):
        pass
    _, record = await get(http, "/page/record")
    assert "auth.test" in record["html"]
    assert "failed: invalid_auth" in record["html"]
    _, nothing = await get(http, "/page/record", since=str(record["newest"]))
    assert nothing["html"] == ""


async def test_files_are_shown_only_when_they_are_pictures(
    http: ClientSession, workspace: Workspace
) -> None:
    def share(id_: str, mimetype: str) -> None:
        workspace.files[id_] = File(
            id_, "naïve.svg", "A file", ANA, 1, mimetype, b"<svg onload=alert(1)>",
            channel_ids=[OPS], uploaded=True, complete=True,
        )  # fmt: skip

    share("F1", "image/png")
    share("F2", "image/svg+xml")
    async with http.get("/page/files/F1") as answer:
        assert answer.headers["Content-Type"] == "image/png"
        assert answer.headers["Content-Disposition"].startswith("inline")
    async with http.get("/page/files/F2") as answer:
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert (
            answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''na%C3%AFve.svg"
        )
        assert "sandbox" in answer.headers["Content-Security-Policy"]


async def test_changes_arrive_live_and_only_where_they_may_be_seen(
    http: ClientSession, workspace: Workspace
) -> None:
    async with http.get("/page/live", params={"person": VIC}) as stream:
        assert stream.content_type == "text/event-stream"
        assert (await stream.content.readline()).startswith(b"retry:")
        await workspace.act.say(ANA, LEADERSHIP, "not for Vic")
        await workspace.act.say(ANA, OPS, "for everybody")
        async with asyncio.timeout(120):
            while not (line := await stream.content.readline()).startswith(b'data: {"kind": "mess'):
                assert LEADERSHIP.encode() not in line
    change = json.loads(line.removeprefix(b"data: "))
    assert change["channel_id"] == OPS
