"""The whole world on one machine: every part of the sandbox, started together and stopped."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from bot.sandbox import bot_settings, configuration
from bot.sandbox.balancer import Balancer
from bot.sandbox.bot_process import BotDidNotStart, BotProcess
from bot.sandbox.certificates import Certificates
from bot.sandbox.cloudflare import Account, Cloudflare
from bot.sandbox.cloudflare.account import STAGING, WORKER
from bot.sandbox.copies import free_port, opened
from bot.sandbox.database import Database
from bot.sandbox.door import HOST
from bot.sandbox.faults import Faults
from bot.sandbox.history import Asked as History
from bot.sandbox.occupancy import Occupancy
from bot.sandbox.page import add_page
from bot.sandbox.platform import NEWEST, Platform
from bot.sandbox.platform.backend import Backend
from bot.sandbox.platform.regions import Regions
from bot.sandbox.processes import Processes
from bot.sandbox.redis import Redis
from bot.sandbox.request_log import RequestLog
from bot.sandbox.serving import Serving
from bot.sandbox.shared_store import SharedStore
from bot.sandbox.storage import Storage
from bot.sandbox.switchboard import Switchboard
from bot.sandbox.workspace import ANA, OMAR, RITA, Workspace
from bot.sandbox.workspace import lasting as lasting_workspace
from bot.sandbox.workspace.server import application
from bot.together import together

MANIFEST = Path(__file__).parents[2] / "manifest.yml"
ROLES = {ANA: "admin", OMAR: "operator", RITA: "responder"}
Tell = Callable[[str], None]


class World:
    """All parts, wired. Use `World.start`; then `url`, `workspace`, `faults` and the rest.

    `environment` and `config_path` are what the bot is started with. `staging` has switches of its
    own, `staging_faults`.
    """

    def __init__(
        self, folder: Path, release: str, tell: Tell, zone: str, postgresql: Path | None
    ) -> None:
        self.folder = folder
        self.faults = Faults()
        self.workspace = Workspace(MANIFEST, faults=self.faults)
        self.processes = Processes()
        self.account = Account(plan=zone)
        self.log = RequestLog()
        self.staging_faults, self.staging_log = Faults(), RequestLog()
        self.database = Database(folder, self.processes, self.faults, postgresql)
        self.storage = Storage(self.processes, self.faults)
        self.redis = Redis(self.faults)
        self.certificates = Certificates(folder, self.faults)
        self.bot = BotProcess(self.processes, folder / "bot.log")
        self.copies: tuple[BotProcess, ...] = ()  # besides the first
        self.shared_store: SharedStore | None = None
        self.balancer: Balancer | None = None  # before several copies that serve HTTP
        self.mode = "socket"
        self._own: Mapping[str, Any] = {}
        self._killed = False  # the bot, by its switch
        self.webhook_secret = secrets.token_urlsafe(32)
        self.environment: dict[str, str] = {}
        self.config_path = folder / "pitchey.toml"
        self._tell = tell
        self._release = release
        app = application(self.workspace, self.faults)
        add_page(app, self.workspace, self.faults, ROLES, self.settled)
        self._page = Serving(app)
        self.cloudflare = Cloudflare(
            self.account, self.log, self.faults, lambda: self.database.direct_url
        )

    @classmethod
    @asynccontextmanager
    async def start(  # noqa: PLR0913 one keyword for each thing that differs
        cls,
        folder: Path,
        *,
        release: str = NEWEST,
        mode: str = "socket",
        with_bot: bool = True,
        port: int = 0,
        tell: Tell = lambda _: None,
        own_settings: Mapping[str, Any] = configuration.NOTHING,
        zone: str = "",
        history: History | None = None,
        replicas: int = 0,
        lasting: bool = False,
        postgresql: Path | None = None,
    ) -> AsyncIterator[World]:
        """Start every part and stop them at the end; `tell` gets a line per part.

        `own_settings` are laid over the bot's pitchey.toml. `zone` is the plan of the platform's
        own domain at Cloudflare; without one it has none, as on workers.dev and pages.dev.
        `history` is a past made up for the bot, in the place of what it remembered.
        `replicas` is how many copies of the bot share a store in PostgreSQL; with 0 there is
        one, whose store is a file. `lasting`: the workspace is as the last run left it.
        `postgresql` is the folder of another release, for the platform's database.
        Raises AlreadyRunning, and BotDidNotStart where the bot itself fails.
        """
        folder = await asyncio.to_thread(folder.resolve)
        async with AsyncExitStack() as stack:
            occupancy = Occupancy(folder)
            occupancy.take()
            stack.callback(occupancy.leave)
            world = cls(folder, release, tell, zone, postgresql)
            stack.callback(world.log.close)
            stack.callback(world.staging_log.close)
            stack.push_async_callback(world.processes.close)
            world.mode, world._own = mode, own_settings
            if replicas:
                await world._share_store(stack, replicas)
            kept = folder / lasting_workspace.NAME
            if history is not None:
                kept.unlink(missing_ok=True)
            if lasting:
                keeper = lasting_workspace.Keeper(world.workspace, kept, tell)
                await keeper.start()
                stack.push_async_callback(keeper.stop)
                world.database.count_statements()  # tests have a stand-in for it
            await world._open(stack, port)
            if history is not None:
                await world._timed("history", asyncio.to_thread(world._remember, history))
            await world._run(stack, with_bot=with_bot)
            occupancy.tell(world.url)
            yield world

    @property
    def url(self) -> str:
        """The workspace's page."""
        return self._page.url

    async def settled(self) -> None:
        """Wait until every fault switched so far really acts."""
        await self._switchboard.settled()

    async def reset(self, *, rows: bool = False) -> None:
        """Faults off, release, account and rate limits as at the start; `rows` too if asked."""
        self.faults.clear()
        self.staging_faults.clear()
        await self.settled()
        self.cloudflare.reset()
        self.log.forget_visits()
        self.platform.play(self._release)
        self.staging.play(self._release)
        for platform in (self.platform, self.staging):
            platform.forget_clients()
        if rows:
            await self.database.reset()

    async def start_bot(self) -> None:
        """Start the real bot and wait until it takes deliveries. Raises BotDidNotStart."""
        await self.bot.start(self.mode, self.environment, self._tell)
        # The first one brings the store to its shape; then side by side.
        resting = [each for each in self.copies if not each.pid]
        await together(*(each.start(self.mode, self.environment, self._tell) for each in resting))
        if self.balancer is not None:
            await self.balancer.sees(1 + len(self.copies))
        if self.mode == "http":
            url = f"http://{HOST}:{self.bot_port}/slack/events"
            await self.workspace.delivery.http.verify(url)

    async def _open(self, stack: AsyncExitStack, port: int) -> None:
        """Everything that has a port takes it, so that the bot's settings can be written."""
        for part in (self.database, self.storage):
            await part.open()
            stack.push_async_callback(part.stop)
        for serving in (self.redis, self.cloudflare):
            await serving.start()
            stack.push_async_callback(serving.stop)
        await self._open_page(stack, port)
        self.platform = self._platform(self.faults, WORKER, self.log)
        self.staging = self._platform(self.staging_faults, STAGING, self.staging_log)
        self.regions = Regions(self.faults, self.certificates)
        for answering in (self.platform, self.staging, self.regions):
            await answering.start()
            stack.push_async_callback(answering.stop)
        self._switchboard = Switchboard(
            self.faults,
            {
                "platform": self._apply_platform,
                "cloudflare": self.cloudflare.apply,
                "builds": self._apply_build,
                "site": self.platform.apply,
                "database": lambda _: self.database.apply(),
                "cache": lambda _: self.redis.apply(),
                "storage": lambda _: self.storage.apply(),
                "bot": self._apply_bot,
                "auth": self._apply_auth,
                "regions": self.regions.apply,
            },
        )
        if self.balancer is not None:
            self.bot_port = self.balancer.port
        else:
            self.bot_port = free_port() if self.mode == "http" else 8080
        self.environment = bot_settings.variables(self)
        if self.shared_store is not None:
            self.environment["STORE_URL"] = self.shared_store.url
        configuration.write_configuration(self.config_path, bot_settings.tables(self), self._own)
        configuration.write_environment(self.folder / "environment", self.environment)

    def _platform(self, faults: Faults, script: str, log: RequestLog) -> Platform:
        """The platform of one environment. They share database, cache and storage."""
        backend = Backend(faults, self.database.url, self.redis, self.storage.check_uploads)
        worker = self.account.scripts[script]
        kept = script == WORKER  # the table belongs to production
        edge = self.cloudflare.edge
        return Platform(
            backend, self.certificates, worker, log, self._release, keeps_log=kept, zone_edge=edge
        )

    async def _share_store(self, stack: AsyncExitStack, replicas: int) -> None:
        made = await opened(stack, self.folder, self.processes, self.mode, replicas)
        self.bot, self.copies = made.first, made.others
        self.shared_store, self.balancer = made.store, made.balancer

    async def _open_page(self, stack: AsyncExitStack, port: int) -> None:
        try:
            await self._page.start(port)
        except OSError:
            self._tell(f"Port {port} is taken; using another.")
            await self._page.door.open()
        stack.push_async_callback(self._page.stop)
        self.workspace.base_url = self.url

    async def _apply_bot(self, name: str) -> None:
        if self.faults.on(name):
            self._killed = self._killed or bool(self.bot.pid)
            await self.bot.kill()
        elif self._killed:
            self._killed = False
            try:
                await self.start_bot()
            except BotDidNotStart as failure:
                self._tell(str(failure))

    async def _apply_build(self, name: str) -> None:
        """CI has built something; to switch it off again takes nothing back."""
        if self.faults.on(name):
            self.account.build(name, self.faults.amount(name))

    async def _apply_auth(self, name: str) -> None:
        await self.cloudflare.apply(name)
        await self.database.apply()

    async def _apply_platform(self, name: str) -> None:
        await self.platform.apply(name)
        await self.cloudflare.apply(name)

    async def _run(self, stack: AsyncExitStack, *, with_bot: bool) -> None:
        """Start what takes time, side by side; then the visitors."""
        version_id = self.account.scripts[WORKER].live.versions[0][0]

        async def rows_and_backups() -> None:
            await together(
                self._timed("database", self.database.start(version_id)),
                self._timed("storage", self.storage.start()),
            )
            dump, facts = await self.database.backup(self.folder)
            await self._timed("backups", self.storage.seed(dump, facts))

        for each in (self.bot, *self.copies):
            stack.push_async_callback(each.stop)
        parts = [rows_and_backups()]
        if with_bot:
            parts.append(self._timed("bot", self.start_bot()))
        await together(*parts)
        self._switchboard.start()
        stack.push_async_callback(self._switchboard.stop)
        self.platform.invite_visitors()

    def _remember(self, history: History) -> None:
        from bot.sandbox.history.writing import write  # its library is for this alone

        self._tell(f"  history    {write(self.folder / bot_settings.STORE, history).words}")

    async def _timed(self, part: str, starting: Awaitable[None]) -> None:
        begun = time.perf_counter()
        await starting
        self._tell(f"  {part:<10} {time.perf_counter() - begun:4.1f} s")
