"""Care of the platform's database: what mends it, by command and by schedule."""

from bot.command import Feature
from handlers.database_care import treatment_commands
from handlers.database_care.archiving import commands as archiving
from handlers.database_care.indexing import commands as indexing
from handlers.database_care.maintaining import commands as maintaining
from handlers.database_care.replicating import commands as replicating
from handlers.database_care.sessions import commands as sessions

FEATURE = Feature(
    name="database_care",
    title="Database care",
    commands=(
        *treatment_commands.COMMANDS,
        maintaining.MAINTAIN,
        *indexing.COMMANDS,
        *archiving.COMMANDS,
        *sessions.COMMANDS,
        *replicating.COMMANDS,
    ),
    jobs=maintaining.JOBS,
)

__all__ = ["FEATURE"]
