"""Prints every figure beside the bare app's, from one run, and says what falls short."""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import uvloop
from slack_bolt.request.async_request import AsyncBoltRequest

from tests.bench import (
    alerts,
    backups,
    bare,
    canary,
    database,
    deploy_kills,
    diagnosis,
    health,
    incidents,
    outbox,
    playbooks,
    purging,
    replicas,
    reports,
    rollback,
    samples,
    secrets,
    slack,
    stores,
    texts,
)
from tests.bench.process import Running, environment, import_seconds, start

ROUNDS = 7
SENDERS = (1, 50, 200)
REQUESTS = 2_000
BARE = "tests.bench.bare"
OURS = "tests.bench.held"


@dataclass
class Report:
    """Lines as they come, and the goals that were missed."""

    missed: list[str] = field(default_factory=list)

    def say(self, text: str) -> None:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()

    def goal(self, name: str, value: float, most: float) -> None:
        met = value <= most
        self.say(f"    goal {name} ≤ {most:g}: {value:.2f} {'met' if met else 'MISSED'}")
        if not met:
            self.missed.append(f"{name} {value:.2f}, goal {most:g}")


async def in_process(report: Report, folder: Path, slack_port: int) -> None:
    """Acknowledgements without a network: the same signed requests into both Bolt apps."""
    from bot.app import House, Workspace
    from bot.settings import load
    from tests.bench.held import HeldDispatcher

    variables = environment(9, slack_port, folder)
    house = House.open(load(environ=variables))
    parts = house.dispatcher
    house.dispatcher = HeldDispatcher(
        parts.settings,
        parts.clients,
        parts.store,
        parts.catalogue,
        parts.redactor,
        parts.observability,
    )
    workspace = Workspace.connect(house)
    base = f"http://127.0.0.1:{slack_port}"
    apps = {"bare": bare.app(slack.TOKEN, slack.SECRET, f"{base}/api/"), "ours": workspace.bolt}
    medians: dict[str, list[float]] = {name: [] for name in apps}
    for _ in range(ROUNDS):
        for name, app in apps.items():
            times = []
            for _ in range(400):
                body, headers = slack.signed("health", f"{base}/response")
                began = time.perf_counter()
                answer = await app.async_dispatch(AsyncBoltRequest(body=body, headers=headers))
                times.append((time.perf_counter() - began) * 1000)
                if answer.status != 200:
                    raise RuntimeError(f"{name} did not acknowledge: {answer.status}")
                await asyncio.sleep(0)
            medians[name].append(statistics.median(times))
    ours, other = statistics.median(medians["ours"]), statistics.median(medians["bare"])
    report.say(f"  in process      bare {other:.3f} ms   ours {ours:.3f} ms   p50")
    report.goal("ack ratio in process, p50", ours / other, 1.25)
    await workspace.aclose()
    await house.aclose()


async def over_http(report: Report, servers: dict[str, Running], slack_port: int) -> None:
    """Acknowledgements over signed HTTP, rounds of both apps one after the other."""
    response_url = f"http://127.0.0.1:{slack_port}/response"
    for senders in SENDERS:
        rounds: dict[str, list[slack.Load]] = {name: [] for name in servers}
        for _ in range(ROUNDS):
            for name, server in servers.items():
                load = await slack.send(server.port, "health", senders, REQUESTS, response_url)
                rounds[name].append(load)

        middle = {name: slack.median(loads) for name, loads in rounds.items()}
        for name, load in middle.items():
            report.say(
                f"  HTTP, {senders:>3} senders  {name}: p50 {load.p50:6.2f} ms"
                f"  p99 {load.p99:6.2f} ms  {load.per_second:6.0f} a second"
            )
        ratio = middle["ours"].p50 / middle["bare"].p50
        report.goal(f"ack ratio over HTTP, {senders} senders, p50", ratio, 1.25)


async def starting(
    report: Report, folder: Path, slack_port: int
) -> tuple[dict[str, Running], list[Running]]:
    """Start both apps several times in turn; the last of each stays for the load."""
    imports = {
        name: statistics.median(import_seconds(module) for _ in range(3))
        for name, module in (("bare", "tests.bench.bare"), ("ours", "bot.transports"))
    }
    report.say(f"  import          bare {imports['bare']:.2f} s   ours {imports['ours']:.2f} s")
    seconds: dict[str, list[float]] = {"bare": [], "ours": []}
    kept: dict[str, Running] = {}
    for _ in range(3):
        for name, module in (("bare", BARE), ("ours", OURS)):
            if name in kept:
                await kept[name].stop()
            kept[name] = await start(module, slack_port, folder, hold=True)
            seconds[name].append(kept[name].ready_seconds)
    ready = {name: statistics.median(times) for name, times in seconds.items()}
    report.say(f"  start to ready  bare {ready['bare']:.2f} s   ours {ready['ours']:.2f} s")
    report.goal("seconds to ready", ready["ours"], 1.5)
    whole = await start(OURS, slack_port, folder, services=True)
    return kept, [*kept.values(), whole]


async def memory(report: Report, servers: dict[str, Running], moment: str) -> float:
    resident = {name: server.resident_megabytes() for name, server in servers.items()}
    ratio = resident["ours"] / resident["bare"]
    report.say(
        f"  memory {moment:<9} bare {resident['bare']:.0f} MB   ours {resident['ours']:.0f} MB"
        f"   ratio {ratio:.2f}"
    )
    return ratio


async def acknowledgements(report: Report) -> None:
    runner, slack_port = await slack.slack()
    with tempfile.TemporaryDirectory(prefix="pitchey-bench-") as name:
        folder = Path(name)
        try:
            report.say("Starting")
            servers, all_running = await starting(report, folder, slack_port)
            try:
                ratio = await memory(report, servers, "at start")
                report.goal("memory ratio at start", ratio, 1.5)
                report.say("Acknowledging `/pitchey health` (commands held back)")
                await in_process(report, folder, slack_port)
                await over_http(report, servers, slack_port)
                ratio = await memory(report, servers, "loaded")
                report.goal("memory ratio under load", ratio, 1.5)
                every = {"bare": servers["bare"], "ours": all_running[-1]}
                ratio = await memory(report, every, "complete")
                report.goal("memory ratio with the database's and S3's libraries", ratio, 1.5)
                report.say("Acknowledging `/pitchey help` with the whole command behind it")
                url = f"http://127.0.0.1:{slack_port}/response"
                whole = await slack.send(all_running[-1].port, "help", 50, 1_000, url)
                report.say(
                    f"  HTTP,  50 senders: p50 {whole.p50:.2f} ms  p99 {whole.p99:.2f} ms"
                    f"  {whole.per_second:.0f} a second, each answered and audited"
                )
            finally:
                for running in all_running:
                    await running.stop()
        finally:
            await runner.cleanup()


def main(names: Sequence[str]) -> None:
    """Measure the named parts, or all of them."""
    told = Report()
    parts: dict[str, tuple[str, Callable[[], object]]] = {
        "acknowledgements": ("", lambda: uvloop.run(acknowledgements(told))),
        "health": (
            "Health beside its slowest check",
            lambda: asyncio.run(health.measure(told.say, told.goal)),
        ),
        "outbox": (
            "The outbox while Slack fails",
            lambda: asyncio.run(outbox.measure(told.say, told.goal)),
        ),
        "alerts": (
            "Alert rules and a storm",
            lambda: asyncio.run(alerts.measure(told.say, told.goal)),
        ),
        "incidents": (
            "A large incident, alone and beside 5,000 others",
            lambda: incidents.measure(told.say, told.goal),
        ),
        "database": (
            "The database's overview beside pgbench",
            lambda: asyncio.run(database.measure(told.say, told.goal)),
        ),
        "backups": (
            "Backup and restore beside the guide's",
            lambda: asyncio.run(backups.measure(told.say, told.goal)),
        ),
        "diagnosis": (
            "Each fault, and pairs of them, diagnosed",
            lambda: asyncio.run(diagnosis.measure(told.say, told.goal)),
        ),
        "playbooks": (
            "Playbooks killed a hundred times, and fifty people at once",
            lambda: asyncio.run(playbooks.measure(told.say, told.goal)),
        ),
        "reports": (
            "A weekly report from a year",
            lambda: reports.measure(told.say, told.goal),
        ),
        "purging": (
            "Purging a thousand addresses within each plan's limits",
            lambda: asyncio.run(purging.measure(told.say, told.goal)),
        ),
        "replicas": (
            "Three copies of the bot against one",
            lambda: asyncio.run(replicas.measure(told.say, told.goal)),
        ),
        "canary": (
            "Simulated releases, good and bad",
            lambda: canary.measure(told.say, told.goal),
        ),
        "rollback": (
            "A rollback from the yes on, beside Cloudflare's own answers",
            lambda: asyncio.run(rollback.measure(told.say, told.goal)),
        ),
        "secrets": (
            "A scan for secrets",
            lambda: secrets.measure(told.say, told.goal),
        ),
        "deploy_kills": (
            "A deployment killed at each of its steps",
            lambda: asyncio.run(deploy_kills.measure(told.say, told.goal)),
        ),
        "stores": (
            "SQLite and PostgreSQL side by side",
            lambda: stores.measure(told.say, told.goal),
        ),
        "samples": (
            "A year of measurements",
            lambda: samples.measure(told.say, told.goal),
        ),
        "texts": (
            "Redaction, mrkdwn and Slack's rules, the best of many times",
            lambda: texts.measure(told.say, told.goal),
        ),
    }
    if unknown := set(names) - set(parts):
        raise SystemExit(f"Nothing is called {', '.join(unknown)}; there are {', '.join(parts)}.")
    for name in names or parts:
        title, measure = parts[name]
        if title:
            told.say(title)
        measure()
    told.say("All goals met." if not told.missed else "Missed: " + "; ".join(told.missed))


if __name__ == "__main__":
    main(sys.argv[1:])
