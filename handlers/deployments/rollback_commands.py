"""`/pitchey rollback`."""

from __future__ import annotations

from bot.arguments import UnknownWord, known_environment
from bot.command import Argument, Arguments, Command, Context, Kind, Plan, Reply, Risk, Role
from bot.errors import BadInput, OpsError
from bot.live import Candidate, Picture, Verdict, find, last_good, look, look_site
from bot.moments import date
from bot.settings import Environment
from handlers.deployments.approved import fingerprint, target_of
from handlers.deployments.change_views import site_back_reply, went_back_reply
from handlers.deployments.going_back import go_back, site_goes_back
from handlers.deployments.interrupted import already_there
from handlers.deployments.words import build_called, called, split_words

_KEPT = "database, KV, R2 and queues stay as they are: what the newer code wrote stays"


async def plan(context: Context, arguments: Arguments) -> Plan:
    """Which version comes back, what changes with it and what cannot."""
    name = arguments.get("environment")
    known_environment(context.settings, name, "rollback")
    environment = context.settings.environment(name)
    risk = _risk(context, environment)
    if arguments.get("pages"):
        return await _site_plan(context, environment, arguments.get("version"), risk)
    _no_deployment_under_way(context, environment.name)
    picture = await look(
        context.clients.cloudflare,
        environment,
        maintenance_tag=context.settings.maintenance.tag,
    )
    if picture.live is None:
        raise OpsError(f"Nothing is deployed in {environment.name} yet.", permanent=True)
    wanted = arguments.get("version")
    if not wanted:
        already_there(context.store, picture)
    chosen = find(picture, wanted) if wanted else last_good(picture)
    if chosen is None:
        raise _none_good(picture)
    _check(chosen, arguments, environment, context.settings.default_environment)
    return Plan(
        target=target_of(picture.script),
        effect=(
            f"gives every request of {environment.name} to {called(chosen.version)}, instead of "
            f"{split_words(picture, picture.split)} now."
        ),
        lines=_lines(picture, chosen),
        state=fingerprint(chosen.version.id, picture.split, called(chosen.version)),
        risk=risk,
    )


async def run(context: Context, arguments: Arguments) -> Reply:
    """Deploy it, look again, and ask the platform who answers."""
    environment = context.settings.environment(arguments.get("environment"))
    if arguments.get("pages"):
        return site_back_reply(await site_goes_back(context, environment))
    force = bool(arguments.get("accept-secrets"))
    reason = str(arguments.get("reason") or "")
    found = await go_back(context, environment, reason, force=force)
    default = environment.name == context.settings.default_environment
    return went_back_reply(found, default=default)


def _no_deployment_under_way(context: Context, environment: str) -> None:
    """One that the bot carries out has a way back of its own, which knows where it stands."""
    run = context.store.deploys.unfinished_in(environment)
    if run is not None:
        raise UnknownWord(
            f"{run.id}, {run.called} to {environment}, is under way: take that back.",
            "It gives every request to the version before it.",
            (f"deploy abort {run.id}",),
        )


async def _site_plan(
    context: Context, environment: Environment, wanted: str | None, risk: Risk
) -> Plan:
    site = await look_site(context.clients.cloudflare, environment)
    build = site.find(wanted) if wanted else site.good
    if build is None:
        raise OpsError(
            "The site has no earlier successful build to go back to.",
            "See `deployments`; publish a build that is good.",
            permanent=True,
        )
    live = site.live.id if site.live else ""
    return Plan(
        target=f"Pages {site.project}",
        effect=(
            f"serves build {build_called(build)} of the site, instead of "
            f"{build_called(site.live)} now."
        ),
        lines=(
            f"built {date(build.at)} from {build.branch or 'an unknown branch'} {build.commit[:8]}",
            "the Worker stays as it is: an old site may ask for what a new Worker lacks",
            "browsers keep what they have cached until they ask again",
        ),
        state=f"{build.id} {live}",
        risk=risk,
    )


def _risk(context: Context, environment: Environment) -> Risk:
    """A second person approves where visitors are."""
    production = environment.name == context.settings.default_environment
    return Risk.DANGEROUS if production else Risk.CHANGES


def _check(chosen: Candidate, arguments: Arguments, environment: Environment, usual: str) -> None:
    """Raises what stands in the way; changed secrets are asked about, not passed over."""
    if chosen.verdict is Verdict.REFUSED:
        raise OpsError(
            f"Cloudflare would not take {called(chosen.version)} back: {chosen.reasons[0]}.",
            "See `deployments` for what it would take.",
            permanent=True,
        )
    if chosen.secrets and not arguments.get("accept-secrets"):
        place = "" if environment.name == usual else f" --environment {environment.name}"
        raise UnknownWord(
            f"Secrets have changed since {called(chosen.version)}: {', '.join(chosen.secrets)}.",
            "Cloudflare keeps secrets with each version, so going back brings the values of then "
            "back. If those still work, say so:",
            (f"rollback {chosen.version.short} --accept-secrets{place}",),
        )


def _lines(picture: Picture, chosen: Candidate) -> tuple[str, ...]:
    version = chosen.version
    uploaded = f"uploaded {date(version.at)}"
    about = f"{uploaded}{f': {version.message}' if version.message else ''}"
    newer = [
        called(each)
        for each in picture.versions
        if each.number > version.number and each.id not in {s.version for s in picture.split}
    ]
    lines = [about]
    if chosen.live_at is not None:
        lines.append(f"it answered every request from {date(chosen.live_at)}")
    if newer:
        lines.append(f"also skipped: {', '.join(newer[:4])}")
    lines += [each for each in chosen.reasons if not each.startswith("secrets changed")]
    if chosen.secrets:
        lines.append(
            f"its own values of the secrets come back ({', '.join(chosen.secrets)} changed since)"
        )
    lines.append(_KEPT)
    if picture.live is not None and picture.live.message.lower().startswith("rollback"):
        lines.append("what is live was itself gone back to: this goes further back")
    return tuple(lines)


def _none_good(picture: Picture) -> BadInput:
    return BadInput(
        f"No good version of {picture.environment} is known to go back to: none of the ten newest "
        "deployments answered every request with other code than now.",
        "Name one: `rollback <tag or id>`; `deployments` lists them.",
    )


ROLLBACK = Command(
    name="rollback",
    summary="Give every request back to the last good version, and prove that it answers.",
    run=run,
    plan=plan,
    role=Role.OPERATOR,
    risk=Risk.DANGEROUS,
    arguments=(
        Argument("version", "its tag or id; the last good one unless given", example="v1.8.0"),
        Argument("environment", "which deployment of the platform", flag=True, example="staging"),
        Argument("pages", "the site at Pages instead of the Worker", Kind.FLAG),
        Argument("accept-secrets", "bring the version's own values of secrets back", Kind.FLAG),
    ),
    examples=(
        'rollback --reason "sign-in fails since the release"',
        "rollback v1.8.0",
        "rollback --pages",
        "rollback --environment staging",
    ),
    details=(
        "Picks the version that answered every request last, with other code than what is live: "
        "a changed secret alone makes a new version of the same code. Where what is live at the "
        "start is not what was approved, nothing happens. Afterwards Cloudflare is read again and "
        "the platform is asked until five answers in a row come from that version; the time from "
        "the approval until then is told. Code comes back, data never does."
    ),
    guide="Deployment Procedures, Rollback",
    deadline=180.0,
    resumable=True,
    cancellable=False,
)
