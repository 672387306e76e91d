"""Where the database begins to be in trouble: warning first, then critical.

The values are those that pghero, check_postgres and postgres_exporter's rules agree on, and the
operations guide's where it names one.
"""

from __future__ import annotations

from handlers.database.result import Severity

MB, GB = 1_000_000, 1_000_000_000
CONNECTIONS = (80.0, 90.0)  # percent of those that ordinary users may have
IDLE_IN_TRANSACTION = (5 * 60.0, 30 * 60.0)  # seconds
QUERY = (60.0, 600.0)  # seconds
TRANSACTION = (300.0, 1_800.0)  # seconds
BLOCKED = (30.0, 120.0)  # seconds
POOL_WAIT = (1.0, 10.0)  # seconds that a client waits for a connection
WRAPAROUND = (500_000_000.0, 1_000_000_000.0)  # transactions; the end is at 2,100 million
WRAPAROUND_END = 2_100_000_000
FREEZE = (90.0, 120.0)  # percent of autovacuum_freeze_max_age
CACHE_HITS = (98.0, 95.0)  # percent, less is worse
CACHE_TRAFFIC = 100_000  # blocks; fewer say nothing
PLAN = (80.0, 90.0)  # percent of the plan's size
PLAN_DAYS = (30.0, 7.0)  # days until it is full
SEQUENCE = (75.0, 90.0)  # percent of what its column can hold
DEAD_SHARE, DEAD_ROWS = 20.0, 10_000  # percent of the rows, and so many at least
BLOAT = ((30.0, 100 * MB), (50.0, GB))  # percent and bytes
STALE_SHARE = 20.0  # percent of the rows modified since the last analyze
STALE_ROWS = 10_000
STALE_SECONDS = 3_600  # before, autovacuum has hardly had its turn
UNUSED_SIZE, UNUSED_DAYS = 10 * MB, 14
LARGE_TABLE_ROWS = 10_000  # below, a scan costs next to nothing
SLOT_BYTES = (1.0 * GB, 5.0 * GB)  # write-ahead log that a slot keeps back
SLOT_INACTIVE = 600.0  # seconds
REPLAY_LAG = (30.0, 300.0)  # seconds
DEADLOCKS_A_DAY = 10
ROLLBACKS = 10.0  # percent
MEAN_TIME = (100.0, 1_000.0)  # milliseconds; the guide lists statements above the first
SHARE_OF_TIME = 25.0  # percent of all time spent


def above(value: float, limits: tuple[float, float]) -> Severity | None:
    """How bad `value` is where more is worse; None below both limits."""
    if value >= limits[1]:
        return Severity.CRITICAL
    return Severity.WARNING if value >= limits[0] else None


def below(value: float, limits: tuple[float, float]) -> Severity | None:
    """How bad `value` is where less is worse."""
    if value <= limits[1]:
        return Severity.CRITICAL
    return Severity.WARNING if value <= limits[0] else None
