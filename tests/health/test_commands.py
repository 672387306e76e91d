"""The declarations: every example and every button is a command line that parses."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from bot import parsing, words
from bot.arguments import UnknownWord
from bot.clients import Clients
from bot.command import Catalogue, Context
from bot.judging.states import State
from bot.settings import Settings
from bot.settings.metrics import guide_metrics
from bot.store import Store
from handlers import health, metrics
from handlers.health.result import COMPONENTS, Check, Health
from handlers.health.views import health_reply
from handlers.metrics.result import Metrics, weigh
from handlers.metrics.views import metrics_reply
from tests.health.loopback import settings_for

CATALOGUE = Catalogue((health.FEATURE, metrics.FEATURE))


def parsed(line: str) -> parsing.Parsed:
    found = parsing.parse(CATALOGUE, words.split(line))
    assert isinstance(found, parsing.Parsed)
    return found


@pytest.mark.parametrize(
    "line", [example for command in CATALOGUE.commands for example in command.examples]
)
def test_examples_parse(line: str) -> None:
    parsed(line)


def test_every_button_parses_back_to_what_it_says() -> None:
    now = datetime.now(UTC)
    check = Check("api", State.HEALTHY, "healthy", "Fine.")
    measured = weigh("cpu", guide_metrics()["cpu"], ())
    replies = [
        *(
            health_reply(Health("staging", part, now, 1.0, (check,)), details=details)
            for part in (None, *COMPONENTS)
            for details in (False, True)
        ),
        metrics_reply(Metrics("staging", now, 1.0, (measured,))),
    ]
    for reply in replies:
        for block in reply.blocks:
            for element in block.get("elements", []) if block["type"] == "actions" else []:
                line = json.loads(element["value"])["run"]
                assert parsed(line).arguments["environment"] == "staging"


def stage(
    settings: Settings, clients: Clients, progress: object = None, store: Store | None = None
) -> Context:
    """What these commands use of a context."""
    used = SimpleNamespace(settings=settings, clients=clients, progress=progress, store=store)
    return cast("Context", used)


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("health --environment prodution", ("health --environment production",)),
        ("health api --environment moon", ("health api --environment production",)),
        ("metrics --environment moon", ("metrics --environment production",)),
    ],
)
async def test_an_unknown_environment_is_answered_with_those_there_are(
    tmp_path: Path, line: str, offered: tuple[str, ...]
) -> None:
    found = parsed(line)
    settings = settings_for(tmp_path, "http://127.0.0.1:1", "http://127.0.0.1:1")
    context = stage(settings, Clients.connect(settings))
    with pytest.raises(UnknownWord) as caught:
        await found.command.run(context, found.arguments)
    assert caught.value.suggestions == offered
    assert "Choose one of: production." in caught.value.hint


async def test_waiting_says_for_what_and_how_long(tmp_path: Path) -> None:
    said: list[str] = []

    class Told:
        async def say(self, text: str) -> None:
            said.append(text)

    settings = settings_for(tmp_path, "http://127.0.0.1:1", "http://127.0.0.1:1")
    clients = Clients.connect(settings)
    store = Store.open(tmp_path / "store.sqlite3")
    context = stage(settings, clients, Told(), store)
    found = parsed("health api")
    await found.command.run(context, found.arguments)
    await clients.aclose()
    store.close()
    assert said == ["0 of 1 check done; waiting for API (up to 20\u00a0s)"]


def test_importing_the_features_loads_no_heavy_library() -> None:
    """Start time and memory are measured: these are loaded when a service is first used."""
    code = (
        "import sys, handlers.health, handlers.metrics, bot.clients; "
        "print([name for name in ('boto3', 'psycopg', 'httpx') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
