"""The audit over the sandbox: what it finds, what is fixed, what somebody bears, what fails."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.sandbox.world import World
from bot.schedule import run_now
from bot.settings import Settings
from bot.store.security_findings import Finding
from handlers.security.commands import WEEKLY
from tests.logs.stage import opened, run, settings_of

KEY = "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc"


def with_checkout(world: World, folder: Path) -> tuple[Settings, Path]:
    settings = settings_of(world, folder)
    checkout = folder / "checkout"
    (checkout / "src").mkdir(parents=True)
    (checkout / "node_modules/x").mkdir(parents=True)
    (checkout / "src/pay.ts").write_text(f"// pays\nexport const key = '{KEY}';\n")
    (checkout / "node_modules/x/a.js").write_text(f"const key = '{KEY}x';\n")
    for line in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "pay"]):
        author = ["-c", "user.name=Dana", "-c", "user.email=dana@pitchey.example"]
        subprocess.run(["git", *author, *line], cwd=checkout, check=True)
    security = settings.security.model_copy(update={"checkout": checkout})
    return settings.model_copy(update={"security": security}), checkout


async def test_a_secret_is_found_shown_redacted_fixed_and_found_again(
    world: World, tmp_path: Path
) -> None:
    settings, checkout = with_checkout(world, tmp_path)
    async with opened(world, tmp_path, settings) as house:
        first = await run(house, "security audit secrets")
        assert first.text.startswith(
            ":red_circle: Security audit: 1 new finding, 0 still open, 1 critical"
        )
        assert KEY not in str(first.blocks)
        assert "src/pay.ts, line 2" in str(first.blocks)
        assert "in commit" in str(first.blocks)
        assert first.exit_code == 2
        # A part asked alone says nothing of the others.
        elsewhere = Finding("traffic", "production", "scan", "A scan", "critical", "x", "y")
        house.store.security_findings.record(
            [elsewhere], ("traffic",), (), house.dispatcher.runtime.now()
        )
        again = await run(house, "security audit secrets")
        assert "0 new findings, 1 still open" in again.text
        (checkout / "src/pay.ts").write_text("export const key = env.STRIPE_KEY;\n")
        fixed = await run(house, "security audit secrets")
        assert "nothing found" in fixed.text
        assert "Fixed since the last audit" in str(fixed.blocks)
        (checkout / "src/pay.ts").write_text(f"export const key = '{KEY}';\n")
        back = await run(house, "security audit secrets")
        assert "1 new" in back.text


async def test_a_risk_is_borne_for_a_while_with_a_reason(world: World, tmp_path: Path) -> None:
    settings, _ = with_checkout(world, tmp_path)
    async with opened(world, tmp_path, settings) as house:
        await run(house, "security audit secrets")
        (found,) = house.store.security_findings.open()
        bare = await run(house, f"security accept {found.id} --for 7d")
        assert "Say why" in bare.text
        late = await run(house, f'security accept {found.id} --for 900d --reason "for ever"')
        assert "a year at most" in late.text
        unknown = await run(house, 'security accept SF-nothing --reason "x"')
        assert "No open finding" in unknown.text
        until = house.dispatcher.runtime.now() + timedelta(days=7)
        assert house.store.security_findings.accept(found.id, until, "moves in May", "ana")
        borne = await run(house, "security audit secrets")
        assert "0 new findings, 0 still open" in borne.text or "nothing found" in borne.text
        listed = await run(house, "security risks")
        assert "0 security findings are open, 1 accepted" in listed.text
        assert "moves in May" in str(listed.blocks)
        house.dispatcher.runtime.clock = lambda: until + timedelta(hours=1)
        over = await run(house, "security audit secrets")
        assert "0 new findings, 1 still open" in over.text
        assert "accepted is over" in str(over.blocks)


async def test_headers_of_every_host_are_graded(world: World, tmp_path: Path) -> None:
    async with opened(world, tmp_path) as house:
        reply = await run(house, "security headers")
    grades = {each["host"]: each["grade"] for each in reply.data}
    roles = {each["role"] for each in reply.data}
    assert {"production API", "production site"} <= roles
    assert len(grades) == 4
    assert reply.text.startswith(":large_orange_circle: Security headers: ")
    assert "Content-Security-Policy" in str(reply.blocks)


async def test_what_is_broken_is_not_checked_and_fixes_nothing(
    world: World, tmp_path: Path
) -> None:
    async with opened(world, tmp_path) as house:
        known = Finding("traffic", "production", "scan", "A scan", "warning", "x", "y")
        house.store.security_findings.record([known], (), (), house.dispatcher.runtime.now())
        for fault in ("cloudflare_forbidden", "site_down", "certificate_expired"):
            world.faults.switch(fault, True)
        await world.settled()
        reply = await run(house, "security audit")
        told = reply.data["unchecked"]
        assert "refuses the bot's token" in told["traffic"]
        assert {"headers", "cookies"} <= set(told)
        assert "expired" in str(reply.blocks)
        assert [each["title"] for each in reply.data["fixed"]] == []
        assert reply.exit_code == 2


async def test_the_weekly_audit_is_told_once(world: World, tmp_path: Path) -> None:
    async with opened(world, tmp_path) as house:
        runtime = house.dispatcher.runtime
        due = runtime.now().replace(microsecond=0)
        await run_now(runtime, WEEKLY, due)
        await run_now(runtime, WEEKLY, due)
        posted = house.store.outbox.find(f"security-audit:{due:%Y-%m-%dT%H:%M}")
        assert posted is not None
        assert "Security audit" in posted.text


def test_the_same_finding_is_the_same_every_week() -> None:
    one = Finding("headers", "h", "Content-Security-Policy", "t", "warning", "seen", "do")
    assert one.id == replace(one, evidence="other words", title="another").id
    assert one.id != replace(one, place="other").id


@pytest.mark.parametrize("part", ["ports", "everything"])
async def test_an_unknown_part_is_told(part: str, tmp_path: Path, world: World) -> None:
    async with opened(world, tmp_path) as house:
        reply = await run(house, f"security audit {part}")
    assert "secrets" in reply.text + str(reply.blocks)
