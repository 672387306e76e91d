"""Causes in the database: away, asleep, used up, full, blocked, slow, without an index."""

from __future__ import annotations

from handlers.diagnosis.rule import Rule, above, bad, equals

# What the platform does without its database.
EFFECTS = (
    "pages_fail", "pages_late", "sign_in_failing", "login_failing", "part_degraded", "answers_fail",
    "upload_address_failing", "statement_slow", "database_says_bad", "session_store_broken",
)  # fmt: skip

DATABASE_RULES = (
    Rule(
        "database_quota",
        "The database's compute quota is exhausted",
        "Neon refuses with HTTP 402: nothing crashed, and only a raised plan or the next billing "
        "period ends it.",
        proof=(equals("database_trouble", "compute quota exhausted"), bad("told_quota")),
        explains=(*EFFECTS, "database_away"),
        solutions=("raise_quota", "maintenance"),
    ),
    Rule(
        "database_waking",
        "The database is still waking up",
        "Its compute slept and starts; the first visitors wait for it.",
        proof=(equals("database_trouble", "waking up"),),
        explains=(*EFFECTS, "database_away"),
        solutions=("wait_for_waking", "retry_connections"),
    ),
    Rule(
        "database_away",
        "The database refuses connections",
        "It takes none, from the bot's place at least.",
        proof=(
            equals(
                "database_trouble",
                "connection refused",
                "connection cut",
                "endpoint disabled",
                "name not resolved",
            ),
        ),
        explains=EFFECTS,
        solutions=("firewall", "pool_restart", "retry_connections", "maintenance"),
        detail="database_trouble",
    ),
    Rule(
        "database_full",
        "The database has hardly a free connection",
        "Whoever comes when the last one is taken gets an error.",
        proof=(bad("connections_percent"), equals("database_trouble", "no free connection")),
        explains=EFFECTS,
        solutions=("pool_restart", "connections", "max_connections", "retry_connections"),
        detail="connections_percent",
    ),
    Rule(
        "session_blocks",
        "A database session keeps others waiting",
        "It holds a lock that they need, and they wait until it ends or is ended.",
        needs=(bad("blocked"),),
        proof=(bad("blocker"), bad("blocked")),
        explains=(
            "pages_late",
            "pages_fail",
            "statement_slow",
            "transaction_open",
            "database_says_bad",
            "answers_fail",
            "index_missing",
        ),
        solutions=("end_blocker", "locks", "retry_connections"),
        detail="blocker",
    ),
    Rule(
        "database_late",
        "Every answer of the database is late",
        "Even SELECT 1 is late, so it is no single query.",
        proof=(bad("select_ms"), equals("database_trouble", "timed out")),
        explains=EFFECTS,
        solutions=("slow_queries", "pool_restart", "check_provider", "retry_connections"),
        detail="select_ms",
    ),
    Rule(
        "transaction_open",
        "A session holds its transaction open and does nothing",
        "It keeps locks and old rows that others pay for.",
        proof=(bad("idle_in_transaction"),),
        solutions=("connections", "locks", "pool_restart"),
        detail="idle_in_transaction",
    ),
    Rule(
        "index_missing",
        "A query reads a whole table, because an index is missing",
        "The slowest statement that was seen running scans a large table for few rows.",
        needs=(bad("unindexed"),),
        proof=(bad("unindexed"),),
        support=(bad("statement_ms"), bad("statement_mean_ms")),
        explains=("statement_slow", "pages_late"),
        solutions=("create_index", "slow_queries", "result_caching"),
        detail="unindexed",
    ),
    Rule(
        "statement_slow",
        "Queries of the platform are slow",
        "Statements were seen running far longer than a page may take.",
        proof=(bad("statement_ms"),),
        support=(bad("statement_mean_ms"), above("statement_mean_ms", 1_000.0)),
        explains=("pages_late",),
        solutions=("slow_queries", "create_index", "result_caching"),
        detail="statement_ms",
    ),
    Rule(
        "database_says_bad",
        "The platform says that its database fails",
        "The bot's own look does not show it: the platform may reach it by another way.",
        proof=(bad("told_database"),),
        unless=(equals("database_trouble", ""),),
        explains=("pages_fail", "sign_in_failing", "login_failing"),
        solutions=("pool_restart", "check_provider", "firewall"),
        detail="told_database",
    ),
    Rule(
        "pages_fail",
        "Pages that read the database fail",
        "The API's front door works, and a page behind it does not.",
        proof=(bad("page_failed"),),
        explains=("answers_fail",),
        solutions=("logs", "pool_restart", "rollback"),
        detail="page_failed",
    ),
    Rule(
        "pages_late",
        "Pages that read the database are late",
        "The API's front door is quick, and a page behind it is not.",
        proof=(bad("page_ms"),),
        solutions=("slow_queries", "create_index", "result_caching", "raise_ttl"),
        detail="page_ms",
    ),
)
