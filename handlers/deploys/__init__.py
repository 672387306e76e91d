"""Deployments that are safer than a script: a pipeline, a canary, and the way back."""

from bot.command import Feature
from handlers.deploys.commands import DEPLOY, STATUS
from handlers.deploys.recovering import STRANDED
from handlers.deploys.steering import STEERING

FEATURE = Feature(
    name="deploys",
    title="Deploying",
    commands=(DEPLOY, *STEERING, STATUS),
    jobs=(STRANDED,),
)

__all__ = ["FEATURE"]
