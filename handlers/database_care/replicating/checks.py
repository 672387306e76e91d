"""What has to be true before a publication or a subscription is made; every reason at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.errors import BadInput, NotConfigured, Refused
from handlers.database_care.indexing.definitions import quoted
from handlers.database_care.subjects import CONNECT, QUESTION, Server, query
from handlers.database_care.wording import counted, listed

if TYPE_CHECKING:
    from bot.clients.postgres import Looking
    from bot.command import Context

PUBLICATION, SUBSCRIPTION = "pitchey_pub", "pitchey_sub"  # the guide's names
_LONGEST = 63


@dataclass(frozen=True, slots=True)
class Publishing:
    """`statement` makes the publication of `tables`; `everything` publishes later ones too."""

    server: Server
    name: str
    statement: str
    tables: tuple[str, ...]
    left: tuple[str, ...]
    everything: bool


@dataclass(frozen=True, slots=True)
class Subscribing:
    """A subscription on the replica. Its connection string is nowhere in here."""

    server: Server
    replica: dict[str, Any]
    name: str
    publication: str
    tables: tuple[str, ...]
    copies: bool


def named(typed: str, default: str) -> str:
    """A name for the server; raises BadInput."""
    name = typed.strip() or default
    if len(name.encode()) > _LONGEST or "\0" in name:
        raise BadInput(f"A name has at most {_LONGEST} bytes.")
    return name


async def publishing(context: Context, name: str, typed: str, *, leave_keyless: bool) -> Publishing:
    """Raises Refused with everything that is in the way."""
    async with context.clients.database.looking(deadline=CONNECT) as looking:
        server = Server(**(await looking.rows(query("server"), deadline=QUESTION))[0])
        there = await looking.rows(query("publications"), deadline=QUESTION)
        tables = await looking.rows(query("publishable"), deadline=QUESTION)
        keyless = {each["name"] for each in await looking.rows(query("keyless"), deadline=QUESTION)}
    wanted = _chosen(tables, typed)
    left = tuple(each["name"] for each in wanted if each["name"] in keyless)
    ways = _in_the_way(server)
    if any(each["name"] == name for each in there):
        ways.append(f"A publication {name} is there already.")
    if not server.creates:
        ways.append(
            f"As the owner: `GRANT CREATE ON DATABASE {server.database_quoted} TO "
            f"{server.role_quoted};`"
        )
    foreign = [each["name"] for each in wanted if not each["owns"]]
    if foreign:
        ways.append(
            f"Only their owner may publish {listed(foreign, 3)}: publish the others with "
            "`--tables`, or let the owner do it."
        )
    if left and not leave_keyless:
        ways.append(
            f"{listed(list(left), 3)} have no primary key: once published, their updates and "
            "deletes fail. Add keys, or leave them out with `--leave-keyless`."
        )
    kept = tuple(each["name"] for each in wanted if each["name"] not in left)
    if not kept:
        ways.append("No table is left to be published.")
    if ways:
        raise Refused(
            "The publication cannot be made yet.", _listed(ways),
            offers=(("Show replication", "db replication"),),
        )  # fmt: skip
    everything = server.superuser and not left and not typed
    what = "FOR ALL TABLES" if everything else f"FOR TABLE {', '.join(kept)}"
    return Publishing(
        server, name, f"CREATE PUBLICATION {quoted(name)} {what}", kept, left, everything
    )


async def subscribing(
    context: Context, name: str, publication: str, *, copies: bool
) -> Subscribing:
    """Raises NotConfigured without a replica, and Refused with everything in the way."""
    clients = context.clients
    if not clients.replica.configured:
        raise NotConfigured(
            "No read replica is configured.",
            "Set REPLICA_DATABASE_URL in the bot's environment to its connection string.",
        )
    async with clients.database.looking(deadline=CONNECT) as looking:
        server = Server(**(await looking.rows(query("server"), deadline=QUESTION))[0])
        itself = (await looking.rows(query("itself"), deadline=QUESTION))[0]["itself"]
        tables = await looking.rows(
            query("published_tables"), {"name": publication}, deadline=QUESTION
        )
        columns = {
            each["name"]: set(each["columns"])
            for each in await looking.rows(query("publishable"), deadline=QUESTION)
        }
        slots = await looking.rows(query("slot_named"), {"name": name}, deadline=QUESTION)
    published = tuple(each["name"] for each in tables)
    ways, offers = _in_the_way(server), [("Show replication", "db replication")]
    if not published:
        ways.append(f"There is no publication {publication} with tables: make it first.")
        if publication == PUBLICATION:
            offers.append(("Create the publication", "db publication create"))
    if slots:
        ways.append(f"The primary has a replication slot {name} already; drop it or use --name.")
    if not server.replicates:
        ways.append(f"As the primary's owner: `ALTER ROLE {server.role_quoted} REPLICATION;`")
    async with clients.replica.looking(deadline=CONNECT) as looking:
        replica = (await looking.rows(query("replica"), deadline=QUESTION))[0]
        if replica["itself"] == itself:
            raise Refused(
                "REPLICA_DATABASE_URL leads to the primary itself.",
                "Correct it in the environment.",
            )
        ways += await _replicas(looking, replica, name, published, columns, copies=copies)
    if ways:
        raise Refused("The subscription cannot be made yet.", _listed(ways), offers=offers[::-1])
    return Subscribing(server, replica, name, publication, published, copies)


def _listed(ways: list[str]) -> str:
    return "\n".join(f"• {way}" for way in ways)


async def _replicas(
    looking: Looking,
    replica: dict[str, Any],
    name: str,
    published: tuple[str, ...],
    columns: dict[str, set[str]],
    *,
    copies: bool,
) -> list[str]:
    ways = []
    if replica["standby"]:
        ways.append("The replica is a physical standby already: it has everything.")
        return ways
    if not replica["superuser"] and not replica["may_subscribe"]:
        ways.append(
            f"As the replica's owner: `GRANT pg_create_subscription TO {replica['role_quoted']};`"
            if replica["version_number"] >= 160_000
            else "Before PostgreSQL 16 only a superuser of the replica may subscribe."
        )
    if not replica["creates"]:
        ways.append(
            f"On the replica: `GRANT CREATE ON DATABASE {replica['database_quoted']} TO "
            f"{replica['role_quoted']};`"
        )
    if not replica["workers"]:
        ways.append("On the replica max_logical_replication_workers is 0.")
    if await looking.rows(query("subscription"), {"name": name}, deadline=QUESTION):
        ways.append(f"The replica has a subscription {name} already.")
    there = {
        each["name"]: set(each["columns"])
        for each in await looking.rows(query("publishable"), deadline=QUESTION)
    }
    missing = [each for each in published if each not in there]
    if missing:
        ways.append(
            f"The replica lacks {counted(len(missing), 'table')}, such as {missing[0]}: copy the "
            "shape first, `pg_dump --schema-only` of the primary into the replica."
        )
    narrow = [
        each for each in published if each in there and columns.get(each, set()) - there[each]
    ]
    if narrow:
        ways.append(f"On the replica {listed(narrow, 3)} lack columns of the primary's.")
    if copies:
        filled = [each for each in published if each in there and await _filled(looking, each)]
        if filled:
            ways.append(
                f"On the replica {listed(filled, 3)} hold rows, which copying would double: empty "
                "them, or use `--no-copy`."
            )
    return ways


async def _filled(looking: Looking, table: str) -> bool:
    sql = f"select exists (select from {table}) as filled"  # noqa: S608 named by the server
    rows = await looking.rows(sql, deadline=QUESTION)
    return bool(rows[0]["filled"])


def _chosen(tables: list[dict[str, Any]], typed: str) -> list[dict[str, Any]]:
    if not typed.strip():
        return tables
    found = []
    for word in typed.split(","):
        name = word.strip()
        same = [each for each in tables if name in (each["name"], each["name"].partition(".")[2])]
        if len(same) != 1:
            raise BadInput(f"There is no table {name[:60]}.", "`/pitchey db tables` lists them.")
        found += same
    return found


def _in_the_way(server: Server) -> list[str]:
    ways = []
    if server.standby:
        ways.append("This server is a standby; publish on the primary.")
    if server.wal_level != "logical":
        ways.append(
            f"wal_level is {server.wal_level}: `ALTER SYSTEM SET wal_level = logical;` and a "
            "restart; at Neon, enable logical replication in the project's settings."
        )
    if server.slots >= server.most_slots:
        ways.append(f"All {server.most_slots} replication slots are in use.")
    return ways
