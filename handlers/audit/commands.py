"""`/pitchey audit` and `/pitchey audit verify`."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.command import Argument, Arguments, Command, Context, Kind, Reply, Role, Surface
from bot.errors import BadInput, OpsError
from handlers.audit.export import FORMS, export_audit, write_export
from handlers.audit.operations import MOST, read_audit, verify_audit
from handlers.audit.result import Wanted
from handlers.audit.views import check_reply, export_reply, page_reply, unwritten_reply

_DIRECT = "your direct messages"
_SENT_TO = {Surface.TERMINAL: "", Surface.SCHEDULE: "", Surface.MENTION: "this thread"}

OUTCOMES = (
    "succeeded",
    "failed",
    "refused",
    "rejected",
    "not-understood",
    "timed-out",
    "interrupted",
    # of guarded operations
    "requested",
    "started",
    "cancelling",
    "cancelled",
    "expired",
    "changed",
    "glass-broken",
)


async def audit(context: Context, arguments: Arguments) -> Reply:
    """Show the newest entries that fit what was asked for, or hand all of them over as a file."""
    outcome = arguments.get("outcome")
    wanted = Wanted(
        person=arguments.get("person"),
        command=arguments.get("command"),
        since=arguments.get("since"),
        outcome=outcome.replace("-", " ") if outcome else None,
        limit=arguments["limit"],
    )
    form, path = arguments.get("export"), arguments.get("file")
    if path and (not form or not context.invocation.at_terminal):
        raise BadInput(
            "`--file` names where a terminal writes an export.",
            "In a terminal: `pitchey audit --export csv --file audit.csv`.",
        )
    if form:
        export = await export_audit(context.store, wanted, form, datetime.now(UTC), context.role)
        if not path:
            return export_reply(export, "", _SENT_TO.get(context.invocation.surface, _DIRECT))
        try:
            return export_reply(export, await write_export(export, path))
        except OpsError as error:
            return unwritten_reply(error)
    page = await read_audit(context.store, wanted, datetime.now(UTC), context.role)
    return page_reply(page, context.settings.slack.command)


async def verify(context: Context, arguments: Arguments) -> Reply:
    """Recompute every hash and say whether the log is as it was written."""
    check = await verify_audit(context.store, arguments.get("head") or "")
    return check_reply(check, context.settings.slack.command)


AUDIT = Command(
    name="audit",
    summary="Who did what with this bot, newest first.",
    run=audit,
    role=Role.OPERATOR,
    arguments=(
        Argument("person", "only what this person did", Kind.PERSON, flag=True, example="@ana"),
        Argument("command", "only this command", flag=True, example="health"),
        Argument("since", "only as far back as this", Kind.DURATION, flag=True, example="24h"),
        Argument(
            "outcome", "only what ended so", Kind.CHOICE, OUTCOMES, flag=True, example="refused"
        ),
        Argument(
            "limit",
            f"how many entries, at most {MOST}",
            Kind.INTEGER,
            default=20,
            flag=True,
            example="20",
        ),
        Argument(
            "export",
            "all fitting entries as a file, into your direct messages or the thread",
            Kind.CHOICE,
            FORMS,
            flag=True,
            example="csv",
        ),
        Argument(
            "file",
            "where a terminal writes the export; standard output unless given",
            flag=True,
            example="audit.csv",
        ),
    ),
    examples=(
        "audit",
        "audit --since 24h --outcome refused",
        "audit --command health --limit 50",
        "audit --export csv",
    ),
    details=(
        "Every request is recorded with the person, the words, the role, the outcome and the "
        "time it took, refused and failed ones too. Secrets in the words are hidden. Entries "
        "cannot be changed or removed through the bot. Entries about private incidents are shown "
        "to admins alone."
    ),
)

VERIFY = Command(
    name="audit verify",
    summary="Proof that no entry of the audit log was changed, removed or added.",
    run=verify,
    role=Role.OPERATOR,
    arguments=(
        Argument(
            "head",
            "a head noted earlier, which must still be in the log",
            flag=True,
            example="3fa2b1c09d4e",
        ),
    ),
    examples=("audit verify", "audit verify --head 3fa2b1c09d4e"),
    details=(
        "Each entry carries a hash of itself and of the one before. Changed, removed, inserted "
        "and exchanged entries show, a removed last one too. Somebody with access to the file "
        "could write the whole log anew: note the head elsewhere from time to time and pass it "
        "as `--head`, which shows that as well. Ends with exit code 1 where something is wrong."
    ),
    deadline=120.0,
)
