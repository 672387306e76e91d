"""The site at Pages: which build is live, which was the good one before, going back."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.clients.cloudflare_pages import Build, builds, go_back, live_build
from bot.clients.http_faults import NoAnswer
from bot.errors import BadInput, NotConfigured, OpsError
from bot.events import DeploymentFinished
from bot.live.changing import LiveChanged
from bot.live.lost_answers import ONE_LOOK, lost, not_known, nothing_changed, seen
from bot.together import together

if TYPE_CHECKING:
    from bot.clients.cloudflare import Cloudflare
    from bot.runtime import Runtime
    from bot.settings import Environment

_SHORTEST = 6


@dataclass(frozen=True, slots=True)
class SitePicture:
    """Builds of production, newest first; `live` is None where Pages names one of older days."""

    project: str
    builds: tuple[Build, ...]
    live: Build | None

    @property
    def good(self) -> Build | None:
        """The newest successful build that is older than the live one."""
        live = self.live
        older = [each for each in self.builds if live is not None and each.at < live.at]
        return next((each for each in older if each.good), None)

    def find(self, words: str) -> Build:
        """The build of that id, or beginning of one; raises BadInput for none and for a bad one."""
        wanted = words.strip().lower()
        hits = [
            each
            for each in self.builds
            if len(wanted) >= _SHORTEST and each.id.lower().startswith(wanted)
        ]
        if len(hits) != 1:
            near = ", ".join(each.short for each in self.builds[:5])
            raise BadInput(f"No build of the site is called {words[:60]}.", f"The newest: {near}.")
        if not hits[0].good:
            raise BadInput(
                f"Build {hits[0].short} did not succeed, so Pages cannot go back to it.",
                "Only successful builds of production can be gone back to.",
            )
        if self.live is not None and hits[0].id == self.live.id:
            raise BadInput(f"Build {hits[0].short} is what visitors get now.")
        return hits[0]


@dataclass(frozen=True, slots=True)
class SiteBack:
    """`status` is what the site's front page answered afterwards; `trouble` where it did not.

    `noticed` is set where Cloudflare's answer was lost, and the build found live by looking.
    """

    build: Build
    before: Build | None
    seconds: float
    api_seconds: float
    status: int = 0
    trouble: str = ""
    noticed: bool = False


def project_of(environment: Environment) -> str:
    """The name of its Pages project; raises NotConfigured."""
    if not environment.pages_project:
        raise NotConfigured(
            f"No Pages project is configured for {environment.name}.",
            f"Set pages_project under [environments.{environment.name}] in pitchey.toml.",
        )
    return environment.pages_project


async def look_site(cloudflare: Cloudflare, environment: Environment) -> SitePicture:
    """Raises what Cloudflare.call does, and NotConfigured."""
    project = project_of(environment)
    listed, live = await together(builds(cloudflare, project), live_build(cloudflare, project))
    return SitePicture(project, listed, next((each for each in listed if each.id == live), None))


async def roll_back_site(
    runtime: Runtime, environment: str, build: Build, *, expected: str, person_name: str
) -> SiteBack:
    """Serve that build, where `expected` (an id) is still live; then look, and ask the site.

    Raises LiveChanged, NothingChanged, Unknown, and what Cloudflare.call does.
    """
    where = runtime.settings.environment(environment)
    cloudflare, project = runtime.clients.cloudflare, project_of(where)
    started = time.perf_counter()
    before = await look_site(cloudflare, where)
    if (before.live.id if before.live else "") != expected:
        raise LiveChanged.of_site(before.live.short if before.live else "another", expected[:8])
    trouble: OpsError | None = None
    try:
        await go_back(cloudflare, project, build.id)
    except OpsError as failure:
        if not lost(failure):
            raise
        trouble = failure  # perhaps it happened all the same
    live = await seen(
        lambda: live_build(cloudflare, project, deadline=ONE_LOOK),
        lambda found: found == build.id,
        lambda blind: not_known("which build of the site is live", trouble or blind, where.name),
    )
    if trouble is not None and live == expected:
        stands = before.live.short if before.live else expected[:8]
        raise nothing_changed(f"the site is build {stands}", trouble) from trouble
    if live != build.id:
        raise LiveChanged.of_site(live[:8], build.short) from trouble
    api_seconds = time.perf_counter() - started
    _tell(runtime, where.name, build, before.live, person_name)
    status, words = await _front_page(runtime, where)
    seconds = time.perf_counter() - started
    return SiteBack(build, before.live, seconds, api_seconds, status, words, trouble is not None)


def _tell(
    runtime: Runtime, environment: str, build: Build, before: Build | None, person_name: str
) -> None:
    previous = f"site {before.short}" if before else ""
    runtime.publish(
        DeploymentFinished(
            runtime.now(), environment, f"site {build.short}", previous, "rolled back", person_name
        )
    )


async def _front_page(runtime: Runtime, environment: Environment) -> tuple[int, str]:
    try:
        answer = await runtime.clients.http.follow(environment.site_url, deadline=10, probe=True)
    except NoAnswer as error:
        return 0, error.message
    return answer.status, "" if answer.status < 400 else f"the site answers {answer.status}"
