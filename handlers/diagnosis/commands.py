"""`/pitchey diagnose`: why is it so, and what does the evidence support doing about it?"""

from __future__ import annotations

from bot.arguments import known_environment
from bot.command import Argument, Arguments, Catalogue, Command, Context, Kind, Reply, Role
from bot.judging.wording import listed
from bot.symptoms import AUTO, Symptom
from handlers.diagnosis.gathering import Tell
from handlers.diagnosis.limits import DEADLINE
from handlers.diagnosis.operations import Manner, Offered, diagnose
from handlers.diagnosis.views import diagnosis_reply

_MOST_WORDS = 3  # of a command's name


async def run(context: Context, arguments: Arguments) -> Reply:
    """Look, judge, answer."""
    asked, environment = arguments.get("symptom") or AUTO, arguments.get("environment")
    known_environment(context.settings, environment, f"diagnose {asked}")
    found = await diagnose(
        context.clients,
        context.settings,
        context.store,
        asked,
        context.runtime.now(),
        environment=environment,
        manner=Manner(offered_by(context.catalogue), _awaited(context)),
    )
    return diagnosis_reply(
        found, details=bool(arguments.get("details")), public=bool(arguments.get("public"))
    )


def offered_by(catalogue: Catalogue) -> Offered:
    """Whether this bot has the command that a line begins with."""

    def offered(line: str) -> bool:
        words = line.split()
        names = (" ".join(words[:count]) for count in range(_MOST_WORDS, 0, -1))
        return any(catalogue.find(name) is not None for name in names)

    return offered


def _awaited(context: Context) -> Tell:
    async def tell(waiting: tuple[str, ...], of: int) -> None:
        names = listed([each[0].lower() + each[1:] for each in waiting], 3)
        done = f"{of - len(waiting)} of {of} looks done"
        await context.progress.say(f"{done}; waiting for {names} (up to {DEADLINE:g}\u00a0s)")

    return tell


DIAGNOSE = Command(
    name="diagnose",
    summary="Why is it slow, or failing? The likely cause, its evidence, and what to do.",
    run=run,
    arguments=(
        Argument(
            "symptom",
            "what people notice; without it, or with auto, alerts and metrics choose",
            kind=Kind.CHOICE,
            choices=(*(str(each) for each in Symptom), AUTO),
            example="slow",
        ),
        Argument("environment", "which deployment, as named in pitchey.toml", flag=True),
        Argument("details", "show every fact that was looked at", kind=Kind.FLAG),
        Argument("public", "show the answer to everybody in the channel", kind=Kind.FLAG),
    ),
    role=Role.RESPONDER,
    examples=("diagnose", "diagnose slow", "diagnose auth", "diagnose database --details"),
    details=(
        "Looks at everything that the guide names for the symptom, and more, side by side, and "
        "answers within five seconds. Each cause comes with what speaks for it and against it, "
        "beside the same hour last week and the hour before the last deployment. What could not be "
        "looked at is said, and never counts as well. Uploads are tried for real: a few bytes are "
        "written to the bucket, read and deleted. Sign-in is tried for real where the bot has an "
        "account of its own."
    ),
    guide="Common Issues & Solutions",
    deadline=30.0,
)
