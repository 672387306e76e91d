"""Health of the platform, part by part."""

from bot.command import Feature
from handlers.health.commands import FORM, HEALTH, SHORTCUT

FEATURE = Feature(
    name="health", title="Health", commands=(HEALTH,), shortcuts=(SHORTCUT,), forms=(FORM,)
)
