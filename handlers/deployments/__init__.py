"""What is live, going back, and starting the Worker anew."""

from bot.command import Feature
from handlers.deployments.commands import DEPLOYMENTS, RESTART
from handlers.deployments.rollback_commands import ROLLBACK
from handlers.deployments.watching import JOBS

FEATURE = Feature(
    name="deployments",
    title="Deployments and the way back",
    commands=(DEPLOYMENTS, ROLLBACK, RESTART),
    jobs=JOBS,
)

__all__ = ["FEATURE"]
