"""Alerts: rules over the samples, one message a problem, and people called until one answers."""

from datetime import timedelta

from bot.command import Feature
from bot.events import AlertChanged, DeploymentFinished, IncidentChanged, Listener
from bot.jobs import Job
from handlers.alerts import commands, silencing
from handlers.alerts.gauges import begin
from handlers.alerts.looking import look
from handlers.alerts.telling import on_change, on_deployment, on_incident, tick

EVALUATE = Job(
    name="alerts-evaluate",
    vital=True,
    title="Evaluating the alert rules",
    when=lambda settings: timedelta(seconds=settings.alerts.every_seconds),
    run=look,
    deadline=60.0,
    quiet=True,
)
CALL = Job(
    name="alerts-call",
    vital=True,
    title="Calling people for open alerts",
    when=lambda _settings: timedelta(seconds=15),
    run=tick,
    deadline=30.0,
    quiet=True,
)
FEATURE = Feature(
    name="alerts",
    title="Alerts",
    commands=(
        commands.ALERTS,
        commands.LIST,
        commands.SHOW,
        commands.RULES,
        commands.ACKNOWLEDGE,
        commands.SNOOZE,
        commands.RESOLVE,
        silencing.SILENCE,
        silencing.MAINTENANCE,
        silencing.UNSILENCE,
        silencing.SILENCES,
        commands.TEST,
    ),
    jobs=(EVALUATE, CALL),
    begin=begin,
    listeners=(
        Listener(AlertChanged, on_change),
        Listener(IncidentChanged, on_incident),
        Listener(DeploymentFinished, on_deployment),
    ),
)

__all__ = ["FEATURE"]
