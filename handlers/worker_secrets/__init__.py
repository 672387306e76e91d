"""Secrets of the Worker: which there are, how old they are, and new values for them."""

from bot.command import Feature
from handlers.worker_secrets.commands import LIST, ROTATE
from handlers.worker_secrets.form_views import FORM

FEATURE = Feature(name="worker_secrets", title="Secrets", commands=(LIST, ROTATE), forms=(FORM,))

__all__ = ["FEATURE"]
