"""A bot's house without Slack: the real store, messages and settings, and a clock of the test's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.app import House
from bot.command import Invocation, Person, Reply, Surface
from bot.patience import Nobody
from bot.runtime import Runtime
from bot.settings import load
from bot.store import Alert, OutboxMessage, Sample
from handlers.alerts.looking import look
from handlers.alerts.telling import tell

NOW = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)  # the night in which clocks change in Europe
ANA = Person("U0ANA00001", "ana")
ENVIRONMENTS = """
[environments.production]
api_url = "https://api.pitchey.test"
site_url = "https://pitchey.test"
"""
BAD, GOOD = 1_500.0, 300.0  # ms of a response
ONCALL = """
[[oncall.levels]]
level = "L1"
people = ["U0OMAR0001"]
[[oncall.levels]]
level = "L2"
people = ["U0RITA0001"]
"""


@dataclass
class Night:
    """`now` is what the bot's clock says; `samples` come from the test."""

    house: House
    now: datetime = NOW
    seen: list[str] = field(default_factory=list)

    @property
    def runtime(self) -> Runtime:
        return self.house.dispatcher.runtime

    def passes(self, **time: float) -> None:
        self.now += timedelta(**time)

    def sample(self, metric: str, value: float, *, at: datetime | None = None) -> None:
        self.samples([Sample("production", metric, at or self.now, value)])

    def samples(self, samples: Sequence[Sample]) -> None:
        self.house.store.samples.add(samples)

    async def look(self) -> str:
        """Evaluate the rules and tell what changed, as the jobs do."""
        said = await look(self.runtime, self.now)
        await self.tell()
        return said

    async def tell(self) -> int:
        return await tell(self.runtime)

    async def minutes(self, count: int, metric: str, value: float, *, every: int = 1) -> None:
        """So many minutes with a sample each, and a look every few of them."""
        for minute in range(1, count + 1):
            self.passes(minutes=1)
            self.sample(metric, value)
            if minute % every == 0:
                await self.look()

    async def types(self, line: str, person: Person = ANA) -> Reply:
        asked = Invocation("P-TEST", person, Surface.TERMINAL, line)
        return await self.house.dispatcher.run(asked, Nobody())

    @property
    def open(self) -> tuple[Alert, ...]:
        return self.house.store.alerts.open()

    def outbox(self, prefix: str = "") -> list[OutboxMessage]:
        """What was handed to the outbox and still waits, oldest first."""
        with self.house.store._connection.read() as sqlite:
            keys = [key for (key,) in sqlite.execute("SELECT key FROM outbox ORDER BY id")]
        found = (self.house.store.outbox.find(key) for key in keys if key.startswith(prefix))
        return [each for each in found if each is not None]

    def texts(self, prefix: str = "") -> list[str]:
        return [each.text for each in self.outbox(prefix)]

    def reopen(self) -> None:
        """As after a kill: what was not stored is gone."""
        settings = self.house.settings
        self.house.store.close()
        self.house = House.open(settings)
        self._clock()

    def _clock(self) -> None:
        self.runtime.clock = lambda: self.now
        self.runtime.started_at = self.now


@contextmanager
def night(folder: Path, extra: str = "", **changes: Any) -> Iterator[Night]:
    config = folder / "pitchey.toml"
    config.write_text(f'{ENVIRONMENTS}\n[store]\npath = "{folder}/store.sqlite3"\n{extra}')
    staged = Night(House.open(load(config, {})), **changes)
    staged._clock()
    try:
        yield staged
    finally:
        staged.house.store.close()


async def fire(stage: Night, minutes: int = 10) -> int:
    """Slow responses until SLOW_RESPONSE fires; the alert's number."""
    await stage.minutes(minutes, "response_time", BAD, every=5)
    (alert,) = stage.open
    return alert.number
