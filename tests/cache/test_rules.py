"""The guide's page rules as cache rules: the difference first, and nobody else's touched."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from bot.app import House
from bot.clients.cloudflare_rulesets import CacheRule, Ruleset
from bot.sandbox.cloudflare.account import Token
from bot.sandbox.world import World
from bot.sandbox.zone.expression import ExpressionError, compiled, facts
from bot.settings.cache import Cdn, rule_of
from bot.shell import TerminalDesk
from handlers.cdn.difference import MARK, difference, headers_file, rule_for
from tests.cache.stage import run, visit, whole, zoned

SITE = "https://pitchey.example"
THEIRS = {
    "expression": '(http.host eq "127.0.0.1" and http.request.uri.path eq "/login")',
    "description": "Somebody's",
    "action": "set_cache_settings",
    "action_parameters": {"cache": False},
}


async def put(world: World, body: dict[str, object]) -> None:
    """As somebody else would, in the dashboard."""
    zone = world.account.zone
    assert zone is not None
    path = f"/zones/{zone.id}/rulesets/phases/http_request_cache_settings/entrypoint"
    token: Token = world.account.token
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.put(
            world.cloudflare.api_url + path, json=body,
            headers={"Authorization": f"Bearer {token.value}"},
        )  # fmt: skip
    assert answer.status_code == 200, answer.text


def names(world: World) -> list[str]:
    return [str(rule.body["description"]) for rule in world.cloudflare.edge.rules or ()]


def ours(*which: str) -> list[str]:
    return [f"{MARK}{each}" for each in which]


async def applied(house: House) -> str:
    reply = await run(house, "cdn rules apply")
    assert reply.outcome == "succeeded", reply.text
    return reply.text


async def test_made_once_in_the_right_order_and_they_act(world: World, tmp_path: Path) -> None:
    async with zoned(world, tmp_path) as house:
        before = await run(house, "cdn rules plan")
        assert (before.exit_code, world.cloudflare.edge.rules) == (1, None)
        assert "3 changes made" in await applied(house)
        # The most important page rule came first; here the last one holds.
        assert names(world) == ours("scripts", "api", "assets")
        house.dispatcher.guard.desk = TerminalDesk(yes=False)  # nobody confirms nothing
        assert "nothing was changed" in await applied(house)
        assert (await run(house, "cdn rules")).exit_code == 0
    asset = await visit(world, "/assets/index.js")
    assert asset.headers["cache-control"] == "public, max-age=31536000"
    assert (await visit(world, "/assets/index.js")).headers["cf-cache-status"] == "HIT"
    assert (await visit(world, "/api/x.js")).headers["cf-cache-status"] == "BYPASS"


async def test_rules_of_others_stay_as_they_are(world: World, tmp_path: Path) -> None:
    async with zoned(world, tmp_path) as house:
        await put(world, {"rules": [THEIRS]})
        theirs = (world.cloudflare.edge.rules or [])[0].id
        await applied(house)
        assert names(world) == ["Somebody's", *ours("scripts", "api", "assets")]
        assert (world.cloudflare.edge.rules or [])[0].id == theirs
        shown = await run(house, "cdn rules")
        assert "Rules of others, never touched (1)" in whole(shown)


async def test_what_drifted_is_put_right(world: World, tmp_path: Path) -> None:
    async with zoned(world, tmp_path) as house:
        await applied(house)
        scripts, api, assets = world.cloudflare.edge.rules or []
        assets.body["action_parameters"] = {"cache": True}
        api.body["enabled"] = False
        world.cloudflare.edge.rules = [assets, scripts, api]
        told = whole(await run(house, "cdn rules plan"))
        assert "switched off" in told
        assert "2 changes" in await applied(house)
        assert names(world) == ours("scripts", "api", "assets")
        assert (await run(house, "cdn rules")).exit_code == 0


def test_translated_to_expressions() -> None:
    host = '(http.host eq "h" and '
    for match, path in {
        "/assets/*": 'starts_with(http.request.uri.path, "/assets/")',
        "*.js": 'ends_with(http.request.uri.path, ".js")',
        "/a": 'http.request.uri.path eq "/a"',
        "*mid*": 'http.request.uri.path contains "mid"',
        "/a/*/b": 'http.request.uri.path wildcard "/a/*/b"',
        '/q"*': 'starts_with(http.request.uri.path, "/q\\"")',
    }.items():
        rule = rule_for(rule_of("x", f"{match} bypass"), "h")
        assert rule.expression == f"{host}{path})"
        assert compiled(rule.expression)(facts("GET", "h", match.replace("*", "z"), ""))


def test_only_the_relative_order_of_ours_matters() -> None:
    wanted = Cdn().wanted
    made = [rule_for(each, "pitchey.example") for each in reversed(wanted)]
    rules = [CacheRule(str(at), r.description, r.expression, r.parameters)
             for at, r in enumerate(made)]  # fmt: skip
    other = CacheRule("o", "other", "true", {"cache": True})
    mixed = Ruleset("r", "1", (rules[0], other, rules[1], rules[2]))
    assert difference(wanted, SITE, mixed).needed == ()
    turned = Ruleset("r", "1", (rules[2], rules[0], rules[1]))
    (moved,) = difference(wanted, SITE, turned).needed
    assert (moved.act, moved.wanted.name) == ("move", "assets")
    extra = Ruleset("r", "1", (*rules, CacheRule("9", f"{MARK}old", "true", {})))
    assert [rule.id for rule in difference(wanted, SITE, extra).left] == ["9"]


def test_pages_has_a_file_for_the_same() -> None:
    assert headers_file(Cdn().wanted).splitlines()[:2] == [
        "/assets/*", "  Cache-Control: public, max-age=31536000, s-maxage=2592000",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["/a", "/a cache edge x", "a b", "/a bypass edge 3d", "/é cache"])
def test_a_rule_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a rule|no time"):
        rule_of("x", text)


@pytest.mark.parametrize(
    "text",
    ["", "http.host", "http.host eq", 'nonsense eq "x"', "(true", "true)", 'http.host ~ "x"'],
)
def test_the_sandbox_refuses_an_expression_that_is_none(text: str) -> None:
    with pytest.raises(ExpressionError):
        compiled(text)
