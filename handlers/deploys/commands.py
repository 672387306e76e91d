"""`/pitchey deploy` and `/pitchey deploy status`."""

from __future__ import annotations

from bot.command import Argument, Arguments, Command, Context, Kind, Reply, Risk, Role
from bot.errors import BadInput, OpsError
from bot.store.deploys_rows import DeployRecord
from handlers.deploys.flight import Flight
from handlers.deploys.pipeline import carry_out
from handlers.deploys.planning import plan, think
from handlers.deploys.result import sight
from handlers.deploys.steps import named
from handlers.deploys.views import ended_reply, list_reply, output_reply, status_reply

DEADLINE = 12 * 3600.0  # seconds: a canary of eight steps of an hour, each held for a while
SHOWN = 10


async def run(context: Context, arguments: Arguments) -> Reply:
    """Begin it, or carry on what was interrupted."""
    operation = context.operation
    if operation is None:
        raise OpsError("A deployment runs as an operation only.", permanent=True)
    record = await _record(context, arguments, operation.id)
    flight = Flight.of(context.runtime, operation, context.progress, record)
    ended = await carry_out(flight)
    return ended_reply(sight(context.runtime, ended.id))


async def _record(context: Context, arguments: Arguments, operation: str) -> DeployRecord:
    found = await think(context, arguments)
    deploys = context.store.deploys
    if found.unfinished is not None:
        return deploys.change(found.unfinished.id, operation=operation)
    asked, person = context.invocation, context.invocation.person
    place = asked.channel if asked.channel.startswith(("C", "G")) else ""
    version, previous = found.version, found.previous
    staging = found.environment == context.settings.deploys.staging
    made, ours = deploys.start(
        DeployRecord(
            operation=operation,
            environment=found.environment,
            script=found.picture.script,
            source="version" if version is not None else "checkout",
            asked=found.asked if version is None else version.tag or version.id,
            wanted=found.wanted,
            person_id=person.id,
            person_name=person.name,
            channel=place or context.settings.slack.ops_channel,
            thread_ts=asked.thread_ts if place else "",
            started_at=context.runtime.now(),
            version=version.id if version is not None else "",
            tag=version.tag if version is not None else "",
            previous="" if staging else found.previous_id,
            previous_tag=previous.tag if previous is not None and not staging else "",
        )
    )
    if not ours:
        raise BadInput(
            f"{made.id} began in the same moment.", f"`/pitchey deploy status {made.id}`"
        )
    return made


async def status(context: Context, arguments: Arguments) -> Reply:
    """One deployment, a step's output, or the newest ones."""
    named_run = arguments.get("run")
    deploys = context.store.deploys
    if named_run is None:
        unfinished = deploys.unfinished()
        if len(unfinished) != 1:
            return list_reply(deploys.newest(SHOWN), context.settings.slack.command)
        named_run = unfinished[0].id
    seen = sight(context.runtime, named_run)
    if wanted := arguments.get("step"):
        step = named(wanted)
        if step is None:
            names = ", ".join(f"`{each.name}`" for each, _ in seen.steps)
            raise BadInput(f"There is no step called {wanted[:40]}.", f"Steps: {names}.")
        kept = next((each for known, each in seen.steps if known == step), None)
        return output_reply(seen, step, kept)
    return status_reply(seen, context.settings.slack.command)


DEPLOY = Command(
    name="deploy",
    summary="Bring a version live: staging, or production step by step with the way back ready.",
    run=run,
    plan=plan,
    role=Role.OPERATOR,
    risk=Risk.DANGEROUS,
    arguments=(
        Argument(
            "version",
            "`latest` (or nothing), a tag, a number, an id; or a branch of the checkout",
            example="v1.10.0",
        ),
        Argument(
            "environment",
            "where it goes, staging where you do not say: `to production`",
            preposition="to",
            example="production",
        ),
        Argument("canary", "percentages before 100, or `none`", flag=True, example="10,50"),
        Argument("wait", "how long each step lasts", Kind.DURATION, flag=True, example="5m"),
        Argument(
            "without-staging", "why production does not wait for staging", flag=True,
            example="staging is down",
        ),
        Argument(
            "without-backup", "why no backup is made first", flag=True, example="made by hand"
        ),
    ),
    examples=(
        "deploy latest to staging",
        "deploy latest to production",
        "deploy v1.10.0 to production --canary 10,50 --wait 5m",
        'deploy v1.10.0 to production --canary none --without-staging "fix for the outage"',
    ),
    details=(
        "The guide's eight steps in one message: a version that was uploaded, or a branch of the "
        "checkout with its tests, build and validation. Production needs a pass of staging for "
        "the same version and a fresh backup, or a reason. The new version is tested while nobody "
        "meets it, then gets 5, 25, 50 and 100 % of the requests; between the steps its errors, "
        "latency and health are compared with the old one's. Where it is worse, the old one gets "
        "everything back at once, without asking. Promote, Hold and Roll back are on the message. "
        "A deployment by somebody else in between stops it. After a crash it says where it was "
        "and what is live."
    ),
    guide="Update Procedures, Code Updates",
    deadline=DEADLINE,
    resumable=True,
    cancellable=False,  # its own buttons stop it, and take back what was begun
)  # fmt: skip
STATUS = Command(
    name="deploy status",
    summary="Where a deployment stands, what a step printed, or the newest deployments.",
    run=status,
    arguments=(
        Argument("run", "which one; the unfinished one without it", example="DEP-7"),
        Argument("step", "show what this step printed", example="tests"),
    ),
    examples=("deploy status", "deploy status DEP-7", "deploy status DEP-7 tests"),
    guide="Update Procedures, Code Updates",
)
