"""`/pitchey db` and its looks: all of them only read."""

from __future__ import annotations

from bot.command import Argument, Arguments, Command, Context, Kind, Reply, Run
from handlers.database.operations import look, plan
from handlers.database.views import reply

_PUBLIC = Argument("public", "show the answer to everybody in the channel", Kind.FLAG)
_GUIDE = "Database Maintenance; Performance Tuning, Database Optimization"
_DEADLINE = 45.0


def _looks(name: str, line: str) -> Run:
    async def run(context: Context, arguments: Arguments) -> Reply:
        found = await look(context, name)
        return reply(found, line, public=bool(arguments.get("public")))

    return run


async def explain(context: Context, arguments: Arguments) -> Reply:
    """The plan of a statement; it is not run."""
    query_id = arguments["query"]
    found = await plan(context, query_id)
    return reply(found, f"db explain {query_id}", public=bool(arguments.get("public")))


def _command(name: str, summary: str, details: str = "") -> Command:
    line = f"db {name}"
    return Command(
        name=line,
        summary=summary,
        run=_looks(name, line),
        arguments=(_PUBLIC,),
        examples=(line,),
        details=details,
        guide=_GUIDE,
        deadline=_DEADLINE,
    )


DB = Command(
    name="db",
    aliases=(
        "database",
        "postgres",
    ),
    summary="The database at a glance: size, sessions, locks, cache, upkeep, slow queries.",
    run=_looks("overview", "db"),
    arguments=(_PUBLIC,),
    examples=("db", "db --public"),
    details=(
        "Each part has its own deadline, so that one that hangs keeps none of the others back. "
        "Everything is read in read-only transactions that wait half a second for a lock at most. "
        "Each finding says why, who says so, and the statement that mends it, to be copied. Texts "
        "and numbers in statements are hidden. The bot's user sees the most as a member of "
        "pg_monitor; where a right is missing, the answer names the grant."
    ),
    guide=_GUIDE,
    deadline=_DEADLINE,
)
SIZE = _command(
    "size",
    "How large the database is, how it grows, and its largest tables.",
    "Growth is that of the sampled size over up to 14 days; `size_limit_gb` in `[database]` says "
    "how large it may become.",
)
CONNECTIONS = _command("connections", "Connections by state, role and application, and the limit.")
SLOW = _command(
    "slow",
    "The slowest queries by the time they take together.",
    "From pg_stat_statements of this database. Where it is not installed, the answer says how to "
    "enable it and shows what runs now. On Neon its numbers are lost whenever the compute sleeps.",
)
LOCKS = _command("locks", "Who waits for whom, and which session is at the root of it.")
INDEXES = _command(
    "indexes",
    "Indexes that are unused, duplicate, invalid, missing on foreign keys or bloated.",
    "An index counts as unused after 14 days of statistics without a scan, from 10 MB on, never "
    "where it is unique or belongs to a constraint. Bloat is an estimate from pg_stats.",
)
TABLES = _command("tables", "Tables by size, with dead rows, bloat and their last vacuum.")
SETTINGS = _command("settings", "The server's settings that decide over safety and speed.")
SEQUENCES = _command("sequences", "Sequences and how much is left of what their columns can hold.")
REPLICATION = _command("replication", "Standbys, slots, publications and subscriptions, with lag.")
EXPLAIN = Command(
    name="db explain",
    summary="How the server would run a query that it knows; it is not run.",
    run=explain,
    arguments=(
        Argument("query", "the id that db slow shows, or a session's number", required=True),
        _PUBLIC,
    ),
    examples=("db explain 5723719872349",),
    details=(
        "The query comes from pg_stat_statements, or from a session that runs it or ran it last. "
        "Only plans are made, in a read-only transaction. Texts and numbers of conditions are "
        "hidden."
    ),
    guide=_GUIDE,
    deadline=_DEADLINE,
)
COMMANDS = (
    DB, SIZE, CONNECTIONS, SLOW, LOCKS, INDEXES, TABLES, SETTINGS, SEQUENCES, REPLICATION, EXPLAIN,
)  # fmt: skip
