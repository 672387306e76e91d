"""A branch of a real checkout: real git, real programs, a real upload, all declared."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from bot.sandbox.workspace import ANA, OMAR
from bot.sandbox.world import World
from bot.settings.deploys import Checkout, CheckoutStep, StepName
from bot.store.deploys_rows import DeployOutcome, StepState
from tests.deploys.stage import Stage, crowd, staged
from tests.sandbox.workspace.stage import until

PYTHON = sys.executable
UPLOAD = """
    import json, os, sys, httpx
    script, tag = sys.argv[1:]
    base, account = os.environ["CLOUDFLARE_API_BASE_URL"], os.environ["CLOUDFLARE_ACCOUNT_ID"]
    token = os.environ["CLOUDFLARE_API_TOKEN"]
    metadata = {"main_module": "worker.js", "keep_bindings": ["secret_text"], "bindings": [],
        "annotations": {"workers/tag": tag, "workers/message": "from a checkout"}}
    answer = httpx.post(f"{base}/accounts/{account}/workers/scripts/{script}/versions",
        headers={"authorization": f"Bearer {token}"},
        files={"metadata": (None, json.dumps(metadata), "application/json"),
               "worker.js": ("worker.js", "export default {}", "application/javascript+module")})
    print("using", token)
    print("Worker Version ID:", answer.json()["result"]["id"])
"""


def git(folder: Path, *arguments: str) -> None:
    own = ("-c", "user.name=dana", "-c", "user.email=dana@pitchey.example")
    subprocess.run(["git", *own, *arguments], cwd=folder, check=True, capture_output=True)


def repository(folder: Path) -> Path:
    """A clone whose origin has a branch `saved-searches`."""
    origin, clone = folder / "origin", folder / "clone"
    origin.mkdir()
    git(origin, "init", "-q", "-b", "main")
    (origin / "upload.py").write_text(textwrap.dedent(UPLOAD))
    git(origin, "add", "-A")
    git(origin, "commit", "-qm", "first")
    git(origin, "branch", "saved-searches")
    git(folder, "clone", "-q", str(origin), str(clone))
    return clone


def says(text: str, minutes: int = 1) -> CheckoutStep:
    return CheckoutStep(commands=((PYTHON, "-c", text),), minutes=minutes)


def declared(clone: Path, **others: CheckoutStep) -> Checkout:
    steps: dict[StepName, CheckoutStep] = {
        "branch": CheckoutStep(
            commands=(
                ("git", "fetch", "-q", "origin"),
                ("git", "checkout", "-q", "-B", "deploy-{date}", "origin/{branch}"),
            )
        ),
        "tests": says("import os; print('17 passed', 'CLOUDFLARE_API_TOKEN' in os.environ)"),
        "validate": says("print('valid')"),
        "upload": CheckoutStep(
            commands=((PYTHON, "upload.py", "{script}", "{tag}"),),
            secrets=("CLOUDFLARE_API_TOKEN",),
        ),
        "staging_test": says("print('staging answers as it should')"),
    }
    return Checkout(folder=clone, steps=steps | others)


@pytest_asyncio.fixture(loop_scope="session")
async def clone(tmp_path: Path) -> Path:
    return repository(tmp_path)


@pytest_asyncio.fixture(loop_scope="session")
async def stage(world: World, tmp_path: Path, clone: Path) -> AsyncIterator[Stage]:
    async with crowd(world), staged(world, tmp_path, checkout=declared(clone)) as made:
        yield made


def states(stage: Stage, run: str) -> dict[str, StepState]:
    return {name: kept.state for name, kept in stage.store.deploys.steps(run).items()}


async def test_a_branch_is_tested_built_uploaded_staged_and_deployed(stage: Stage) -> None:
    line = 'deploy saved-searches to production --canary none --without-backup "a test"'
    told = await stage.says(OMAR, f'{line} --reason "the weekly release"')
    (asked,) = stage.store.operations.newest(1)
    assert "not configured, so not done: Build" in asked.request.lines
    assert "goes to staging first" in str(told.data) + str(asked.request.lines)
    await stage.says(ANA, f"operation {asked.id} approve")
    done = await stage.ended(1)
    assert done.outcome is DeployOutcome.SUCCEEDED, done.detail
    assert done.tag.startswith("saved-search")
    assert stage.live() == {done.tag: 100}
    newest = stage.staging.newest
    assert newest is not None
    assert dict(stage.staging.live.versions) == {newest.id: 100}
    found = states(stage, done.id)
    assert found["tests"] is found["branch"] is found["upload"] is StepState.PASSED
    assert found["build"] is StepState.NOT_CONFIGURED
    steps = stage.store.deploys.steps(done.id)
    assert "17 passed False" in steps["tests"].output  # no secret that was not declared
    token = stage.world.environment["CLOUDFLARE_API_TOKEN"]
    assert token not in steps["upload"].output
    assert "using [redacted]" in steps["upload"].output
    assert "staging answers as it should" in steps["staging_test"].output
    shown = await stage.says(OMAR, f"deploy status {done.id} tests")
    assert "17 passed" in str(shown.blocks)


async def test_failing_tests_end_it_before_anything_is_uploaded(
    world: World, tmp_path: Path, clone: Path
) -> None:
    failing = says("import sys; print('3 failed'); sys.exit(1)")
    async with staged(world, tmp_path, checkout=declared(clone, tests=failing)) as stage:
        before = len(stage.staging.versions)
        done = await stage.deployed_to_staging("saved-searches")
        assert done.outcome is DeployOutcome.FAILED
        assert "Tests failed" in done.detail
        assert "ended with code 1" in done.detail
        assert "3 failed" in stage.store.deploys.steps(done.id)["tests"].output
        assert "upload" not in states(stage, done.id)
        assert len(stage.staging.versions) == before


async def test_stop_ends_the_program_that_runs(world: World, tmp_path: Path, clone: Path) -> None:
    slow = says("import time; print('begun', flush=True); time.sleep(600)", 30)
    async with staged(world, tmp_path, checkout=declared(clone, tests=slow)) as stage:
        await stage.says(OMAR, "deploy saved-searches to staging")
        await stage.says(OMAR, f"operation {stage.asked()} confirm")
        await stage.run_is(1, lambda run: "tests" in states(stage, run.id))
        await stage.says(ANA, "deploy abort")
        (asked,) = stage.store.operations.newest(1)
        assert "before staging is changed" in asked.request.effect
        await stage.says(ANA, f"operation {asked.id} confirm")
        done = await stage.ended(1)
        assert done.outcome is DeployOutcome.STOPPED
        assert "ana" in done.detail


async def test_a_program_that_takes_too_long_is_ended(
    world: World, tmp_path: Path, clone: Path
) -> None:
    slow = says("import time; time.sleep(600)").model_copy(update={"minutes": 0.02})
    async with staged(world, tmp_path, checkout=declared(clone, build=slow)) as stage:
        done = await stage.deployed_to_staging("saved-searches")
        assert "took longer than its 1 s" in done.detail


async def test_an_upload_that_uploads_nothing_deploys_nothing(
    world: World, tmp_path: Path, clone: Path
) -> None:
    async with staged(world, tmp_path, checkout=declared(clone, upload=says("pass"))) as stage:
        live = stage.staging.live
        done = await stage.deployed_to_staging("saved-searches")
        assert done.outcome is DeployOutcome.FAILED
        assert "lists 0 new versions" in done.detail
        assert stage.staging.live is live
        missing = await stage.says(OMAR, "deploy no-such-branch to staging")
        assert "no branch of the checkout either" in missing.text
        for odd in ("--upload-pack=evil", "a..b", "main;id"):
            told = await stage.says(OMAR, f"deploy version:{odd} to staging")
            assert "Cloudflare lists no version" in told.text, odd
        await until(lambda: not stage.house.dispatcher.guard.runner.tasks)
