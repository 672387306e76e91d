"""`/pitchey alerts …`: look at alerts, and act on one."""

from __future__ import annotations

import asyncio

from bot.blocks import clip, code, date, escape, mention
from bot.command import Argument, Arguments, Command, Context, Kind, Reply, Role
from bot.errors import BadInput
from handlers.alerts import operations
from handlers.alerts.phrases import rule_named, snooze_end
from handlers.alerts.surroundings import card
from handlers.alerts.views import alert_message
from handlers.alerts.views_lists import changed_reply, detail_reply, list_reply, rules_reply

GUIDE = "Monitoring & Alerts"
MOST = 100
ID = Argument("id", "which alert", required=True, example="AL-12")


async def listed(context: Context, arguments: Arguments) -> Reply:
    """What is open, worst first."""
    limit = arguments["limit"]
    if not 1 <= limit <= MOST:
        raise BadInput(f"`--limit` is from 1 to {MOST}, not {limit}.")
    storm = None
    if wanted := arguments.get("storm"):
        storm = operations.find_storm(context.runtime, wanted)
        if storm is None:
            raise BadInput(f"{code(clip(wanted, 40))} is no storm.", "Such as `ST-3`.")
    return list_reply(operations.read_list(context.runtime, limit, storm))


async def show(context: Context, arguments: Arguments) -> Reply:
    alert = operations.find(context.runtime, arguments["id"])
    return detail_reply(operations.read_detail(context.runtime, alert))


async def rules(context: Context, _arguments: Arguments) -> Reply:
    return rules_reply(await asyncio.to_thread(operations.read_rules, context.runtime))


async def acknowledge(context: Context, arguments: Arguments) -> Reply:
    """Stop the escalation. Of what is over, or taken, nothing changes."""
    runtime, person = context.runtime, context.invocation.person
    note = arguments.get("note") or ""
    if (storm := operations.find_storm(runtime, arguments["id"])) is not None:
        count = operations.acknowledge_storm(runtime, storm, person, note)
        text = f":eyes: {count:,} alerts of {storm.id} are yours: nobody more is called for them."
        if not count:
            opened = runtime.store.alerts.open(MOST, storm=storm.number)
            people = {each.acknowledger for each in opened}
            by = ", ".join(sorted(mention(each.id, each.name) for each in people if each.id)[:3])
            text = f":eyes: Nothing of {storm.id} waits to be acknowledged"
            text += f": {by} did." if by else ": it is over."
        return Reply(text, data={"storm": storm.id, "acknowledged": count})
    alert = operations.find(runtime, arguments["id"])
    done = operations.acknowledge(runtime, alert, person, note)
    now = operations.find(runtime, alert.id)
    if done:
        said = f":eyes: {now.id} is yours: nobody more is called for it."
    elif now.state == "resolved":
        said = f":white_check_mark: {now.id} was over already: nothing was changed."
    else:
        by = mention(now.acknowledger.id, now.acknowledger.name)
        said = f":eyes: {now.id} was acknowledged already, by {by}: nothing was changed."
    return _answer(context, now.number, said)


async def snooze(context: Context, arguments: Arguments) -> Reply:
    runtime = context.runtime
    alert = operations.find(runtime, arguments["id"])
    zone = runtime.settings.team.timezone
    until = snooze_end(arguments["until"], runtime.now(), zone)
    if operations.snooze(runtime, alert, context.invocation.person, until):
        said = f":zzz: {alert.id} calls nobody until {date(until)}."
    else:
        said = f":white_check_mark: {alert.id} was over already: nothing was changed."
    return _answer(context, alert.number, said)


async def resolve(context: Context, arguments: Arguments) -> Reply:
    alert = operations.find(context.runtime, arguments["id"])
    if operations.resolve(context.runtime, alert, context.invocation.person):
        said = f":white_check_mark: {alert.id} is resolved."
    else:
        said = f":white_check_mark: {alert.id} was over already: nothing was changed."
    return _answer(context, alert.number, said)


async def test(context: Context, arguments: Arguments) -> Reply:
    """Raise a test alert, which goes the way of a real one."""
    settings = context.settings
    rule = rule_named(arguments["rule"], settings.alerts.every_rule, "alerts test")
    name = arguments.get("environment") or settings.default_environment
    environment = settings.environment(name)
    person = context.invocation.person
    alert = operations.test(context.runtime, rule, environment.name, person)
    channel = rule.channel or settings.slack.alerts_channel
    said = f":test_tube: Test alert {alert.id} is on its way to {escape(channel)}."
    return _answer(context, alert.number, said)


def _answer(context: Context, number: int, said: str) -> Reply:
    runtime = context.runtime
    alert = operations.find(runtime, str(number))
    silences = runtime.store.alert_rules.silences(runtime.now())
    text, blocks = alert_message(card(runtime, alert, silences))
    return changed_reply(text, blocks, said)


LIMIT = Argument(
    "limit", f"how many, at most {MOST}", Kind.INTEGER, default=15, flag=True, example="50"
)
ALERTS = Command(
    name="alerts",
    summary="What is wrong now: open alerts, worst first.",
    run=listed,
    arguments=(LIMIT,),
    examples=("alerts",),
    details=(
        "Exits with 1 in a terminal while an alert fires that nobody has acknowledged. An alert "
        "is firing, acknowledged or resolved, and has one message, changed in place. Many at once "
        "are one storm with one message."
    ),
    guide=GUIDE,
)
LIST = Command(
    name="alerts list",
    summary="The same as alerts: what is open, worst first.",
    run=listed,
    arguments=(LIMIT, Argument("storm", "those of one storm", flag=True, example="ST-3")),
    examples=("alerts list --limit 50", "alerts list --storm ST-3"),
    guide=GUIDE,
)
SHOW = Command(
    name="alerts show",
    summary="One alert with its rule, its escalation and what happened to it.",
    run=show,
    arguments=(ID,),
    examples=("alerts show AL-12",),
    guide=GUIDE,
)
RULES = Command(
    name="alerts rules",
    summary="Every alert rule: its limit, what is measured now, and whether it fires.",
    run=rules,
    examples=("alerts rules",),
    guide=GUIDE,
)
ACKNOWLEDGE = Command(
    name="alerts acknowledge",
    summary="Take an alert, or a whole storm: its escalation stops.",
    run=acknowledge,
    arguments=(
        Argument("id", "which alert, or storm", required=True, example="AL-12"),
        Argument("note", "what you know or do", rest=True, example="restarting the pool"),
    ),
    role=Role.RESPONDER,
    examples=("alerts acknowledge AL-12", "alerts acknowledge AL-12 pool is full, restarting it"),
    details="Who acknowledged is reminded while it stays open (`[alerts] remind_minutes`).",
    guide="Technical Escalation",
)
SNOOZE = Command(
    name="alerts snooze",
    summary="Call nobody for an alert until then; afterwards its escalation begins anew.",
    run=snooze,
    arguments=(
        ID,
        Argument(
            "until",
            "such as 4h; morning, the next 9 AM of the team; or tomorrow, 9 AM of the next day",
            default="1h",
            example="4h",
        ),
    ),
    role=Role.RESPONDER,
    examples=("alerts snooze AL-12 4h", "alerts snooze AL-12 morning"),
)
RESOLVE = Command(
    name="alerts resolve",
    summary="End an alert that nothing measures: one of another service, or a test.",
    run=resolve,
    arguments=(ID,),
    role=Role.RESPONDER,
    examples=("alerts resolve AL-12",),
)
TEST = Command(
    name="alerts test",
    summary="Raise an alert marked TEST, to see that it arrives and calls the first level.",
    run=test,
    arguments=(
        Argument("rule", "which rule it is of", required=True, example="SLOW_RESPONSE"),
        Argument("environment", "which deployment", flag=True, example="production"),
    ),
    role=Role.OPERATOR,
    examples=("alerts test SLOW_RESPONSE",),
    details="It is over by itself after 30 minutes, and calls nobody beyond the first level.",
)
