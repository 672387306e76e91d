"""`/pitchey db publication` and `/pitchey db subscription`."""

from __future__ import annotations

from bot.command import Argument, Arguments, Command, Context, Kind, Plan, Reply, Risk, Role
from bot.errors import BadInput, Refused
from handlers.database_care.care import care_of
from handlers.database_care.planning import fingerprint
from handlers.database_care.replicating import checks, working
from handlers.database_care.replicating.checks import PUBLICATION, SUBSCRIPTION
from handlers.database_care.replicating.views import (
    dropped_reply,
    published_reply,
    subscribed_reply,
)
from handlers.database_care.subjects import CONNECT, QUESTION, query
from handlers.database_care.wording import counted, listed

GUIDE = "Scaling Operations, Database Scaling"
ACTS = ("create", "drop")
_ACT = Argument("act", "what to do", Kind.CHOICE, ACTS, required=True, example="create")


async def plan_publication(context: Context, arguments: Arguments) -> Plan:
    name = checks.named(str(arguments.get("name") or ""), PUBLICATION)
    if arguments["act"] == "drop":
        return await _plan_drop_publication(context, name)
    found = await _publishing(context, arguments, name)
    lines = [found.statement[:600], "nothing is copied yet; the primary works on as before"]
    if found.left:
        lines.append(f"left out, for lack of a key: {listed(list(found.left), 5)}")
    if not found.everything:
        lines.append("tables that are made later are not published by themselves")
    return Plan(
        target=f"replication of {found.server.database}",
        effect=f"publishes {counted(len(found.tables), 'table')} as {name}.",
        lines=tuple(lines),
        state=fingerprint(found.statement),
    )


async def _publishing(context: Context, arguments: Arguments, name: str) -> checks.Publishing:
    return await checks.publishing(
        context, name, str(arguments.get("tables") or ""),
        leave_keyless=bool(arguments.get("leave-keyless")),
    )  # fmt: skip


async def _plan_drop_publication(context: Context, name: str) -> Plan:
    async with context.clients.database.looking(deadline=CONNECT) as looking:
        server = (await looking.rows(query("server"), deadline=QUESTION))[0]
        there = await looking.rows(query("publications"), deadline=QUESTION)
    found = next((each for each in there if each["name"] == name), None)
    if found is None:
        names = listed([each["name"] for each in there], 5) or "none"
        raise BadInput(f"There is no publication {name}.", f"There is {names}.")
    if not found["owns"]:
        raise Refused(
            f"Only its owner may drop {name}.",
            f"As the owner: `DROP PUBLICATION {found['quoted']};`",
        )
    return Plan(
        target=f"replication of {server['database']}",
        effect=f"drops the publication {name} of {counted(found['tables'], 'table')}.",
        lines=(
            "replicas that subscribe to it get no more changes, and fail until they are dropped",
        ),
        state=fingerprint(name, found["tables"]),
        risk=Risk.DANGEROUS,
    )


async def run_publication(context: Context, arguments: Arguments) -> Reply:
    care = care_of(context)
    name = checks.named(str(arguments.get("name") or ""), PUBLICATION)
    if arguments["act"] == "drop":
        await care.operation.step(f"Drop {name}")
        await working.drop_publication(care, name)
        return dropped_reply("Publication", name)
    found = await _publishing(context, arguments, name)
    await care.operation.step(f"Publish {counted(len(found.tables), 'table')}")
    await working.publish(care, found)
    return published_reply(found)


async def plan_subscription(context: Context, arguments: Arguments) -> Plan:
    name = checks.named(str(arguments.get("name") or ""), SUBSCRIPTION)
    if arguments["act"] == "drop":
        known = await working.subscription(context.clients.replica, name)
        if known is None:
            raise BadInput(
                f"The replica has no subscription {name}.", "`/pitchey db replication` shows it."
            )
        return Plan(
            target=f"subscription {name}",
            effect=f"drops the subscription {name} of {known['publications']} on the replica.",
            lines=(
                "the replica keeps its rows, and gets no more changes",
                f"its slot {known['slot']} on the primary is dropped as well",
            ),
            state=fingerprint(name, known["publications"], known["slot"]),
            risk=Risk.DANGEROUS,
        )
    found = await _subscribing(context, arguments, name)
    copies = "and copies their rows first" if found.copies else "without copying rows"
    return Plan(
        target=f"subscription {name}",
        effect=f"lets {found.replica['database']} on the replica follow {found.publication}: "
        f"{counted(len(found.tables), 'table')}, {copies}.",
        lines=(
            f"the primary ({found.server.version}) gets a replication slot {name}, and keeps its "
            "log until the replica has read it",
            f"the replica ({found.replica['version']}) signs in with the connection string of "
            "DATABASE_URL, which it stores; its server log may show it",
            "shapes of tables are not replicated: migrations run on both",
        ),
        state=fingerprint(name, found.publication, found.tables, found.copies),
    )


async def _subscribing(context: Context, arguments: Arguments, name: str) -> checks.Subscribing:
    return await checks.subscribing(
        context, name, str(arguments.get("publication") or PUBLICATION),
        copies=not arguments.get("no-copy"),
    )  # fmt: skip


async def run_subscription(context: Context, arguments: Arguments) -> Reply:
    care = care_of(context)
    name = checks.named(str(arguments.get("name") or ""), SUBSCRIPTION)
    if arguments["act"] == "drop":
        await care.operation.step(f"Drop {name} on the replica")
        return dropped_reply("Subscription", name, await working.drop_subscription(care, name))
    found = await _subscribing(context, arguments, name)
    await care.operation.step(f"Subscribe to {found.publication}")
    return subscribed_reply(await working.subscribe(care, found))


PUBLICATION_COMMAND = Command(
    name="db publication",
    summary="Make or drop the publication that a read replica follows.",
    run=run_publication,
    plan=plan_publication,
    role=Role.OPERATOR,
    risk=Risk.CHANGES,
    arguments=(
        _ACT,
        Argument("name", "its name, otherwise the guide's", flag=True, example=PUBLICATION),
        Argument("tables", "only these, separated by commas", flag=True, example="users,pitches"),
        Argument("leave-keyless", "leave tables out that have no key", Kind.FLAG),
    ),
    examples=("db publication create", 'db publication drop --reason "the replica is gone"'),
    details=(
        "`create` checks wal_level, replication slots, rights and primary keys first, and tells "
        "everything that is in the way at once. All tables are published by the superuser's FOR "
        "ALL TABLES, otherwise by their names."
    ),
    guide=GUIDE,
    deadline=180.0,
)
SUBSCRIPTION_COMMAND = Command(
    name="db subscription",
    summary="Let the read replica follow the primary's publication, or end that.",
    run=run_subscription,
    plan=plan_subscription,
    role=Role.OPERATOR,
    risk=Risk.CHANGES,
    arguments=(
        _ACT,
        Argument("name", "its name, otherwise the guide's", flag=True, example=SUBSCRIPTION),
        Argument("publication", "which one, otherwise the guide's", flag=True),
        Argument("no-copy", "the rows are there already: only changes from now on", Kind.FLAG),
    ),
    examples=("db subscription create", 'db subscription drop --reason "moved elsewhere"'),
    details=(
        "The replica is that of `REPLICA_DATABASE_URL`. `create` checks first that it is another "
        "server, has the tables with their columns, is empty where rows are to be copied, and may "
        "subscribe; then it waits for the first copy, which goes on where you cancel the waiting."
    ),
    guide=GUIDE,
    deadline=6 * 3_600.0,
)
COMMANDS = (PUBLICATION_COMMAND, SUBSCRIPTION_COMMAND)
