"""The outage card and the messages of a recovery watch. Pure."""

from __future__ import annotations

from bot.blocks import actions, clip, code, command_button, context, date, escape, mention, section
from bot.command import Block, Delivery, Reply
from handlers.emergency.result import CAUSES, Emergency, RecoveryWatch

_DONE, _OPEN, _BAD = ":white_check_mark:", ":white_large_square:", ":x:"


def card_reply(found: Emergency) -> Reply:
    """The five steps of the guide's script, each with where it stands and its button."""
    where = escape(found.environment)
    cause = f", {found.cause}" if found.cause else ""
    text = f":rotating_light: Emergency in {where}{cause}: {_verdict(found)}"
    if found.well:
        text = f":information_source: Outage card of {where}{cause}. {_verdict(found)}"
    blocks: list[Block] = [
        section(f"*{text}*"),
        *_incident(found),
        *_maintenance(found),
        *_diagnosis(found),
        *_fix(found),
        *_recovery(found),
    ]
    line = f"emergency {found.cause}".strip() + f" --environment {found.environment}"
    update = command_button("Bring this card up to date", line, delivery=Delivery.UPDATE)
    buttons = [update]
    if found.incident is not None and not found.playbook:
        start = f"playbook start service-outage --incident {found.incident.id}"
        buttons.append(command_button("Work it as a checklist", start))
    blocks.append(actions(*buttons))
    note = f"As of {date(found.now, '{time_secs}')}. Every step asks for its own yes."
    if found.playbook:
        note += f" The checklist runs as {found.playbook}."
    blocks.append(context(note))
    return Reply(text, blocks, in_channel=True, data=found, exit_code=0 if found.well else 1)


def _verdict(found: Emergency) -> str:
    return escape(clip(found.health or "health is not known", 120))


def _incident(found: Emergency) -> list[Block]:
    incident = found.incident
    if incident is None:
        title = f"{found.cause or 'platform'} outage".capitalize()
        line = f'incident declare "{title}" --severity SEV1 --kind outage'
        return [
            section(f"{_OPEN} *1. Incident:* none is open. Its timeline records what follows."),
            actions(command_button("Declare a SEV1", line, style="danger")),
        ]
    more = f" ({found.others} more open)" if found.others else ""
    told = (
        f"{_DONE} *1. Incident:* {incident.id} {incident.severity}, {escape(incident.title)}{more}"
    )
    return [section(told)]


def _maintenance(found: Emergency) -> list[Block]:
    record = found.maintenance
    if record is not None:
        until = date(record.ends_at, "{time}")
        who = mention(record.person.id, record.person.name)
        told = f"{_DONE} *2. Maintenance mode:* on until {until}, by {who}"
        return [section(told)]
    line = (
        f'maintenance on --for 1h --message "Outage" --environment {found.environment} '
        f'--reason "emergency{f": {found.cause}" if found.cause else ""}"'
    )
    return [
        section(
            f"{_OPEN} *2. Maintenance mode:* off. Leave it off where most of the platform works."
        ),
        actions(command_button("Maintenance mode on", line)),
    ]


def _diagnosis(found: Emergency) -> list[Block]:
    mark = {True: _DONE, False: _BAD, None: ":grey_question:"}[found.well]
    told = {
        True: "every part answers now. Look for the cause where people still report trouble.",
        False: "which part is it? That decides the quick fix.",
        None: "health is not known. Look at each part.",
    }[found.well]
    if found.cause:
        told = f"taken to be the {found.cause}."
    blocks: list[Block] = [section(f"{mark} *3. Diagnosis:* {told}")]
    buttons = [command_button("Which part fails", "health --details")]
    if "diagnose auto" in found.known:
        buttons.append(command_button("Look for the cause", "diagnose auto"))
    if "deployments" in found.known:
        buttons.append(command_button("What was deployed", f"deployments {found.environment}"))
    if not found.cause:
        buttons += [
            command_button(
                f"It is the {cause}",
                f"emergency {cause} --environment {found.environment}",
                delivery=Delivery.UPDATE,
            )
            for cause in CAUSES
        ]
    return [*blocks, actions(*buttons)]


def _fix(found: Emergency) -> list[Block]:
    title = "*4. Quick fix:*"
    if not found.cause:
        return [section(f"{_OPEN} {title} say first which part it is.")]
    told, lines = _fixes(found)
    known = [(label, line) for label, line, name in lines if name in found.known]
    if not known:
        return [section(f"{_OPEN} {title} {told} This bot has no command for it.")]
    buttons = [command_button(label, line) for label, line in known]
    return [section(f"{_OPEN} {title} {told}"), actions(*buttons)]


def _fixes(found: Emergency) -> tuple[str, list[tuple[str, str, str]]]:
    where = f"--environment {found.environment}"
    if found.cause == "database":
        told = "reset the application's connections; idle sessions end, and it connects anew."
        if found.maintenance is not None:
            told += " While maintenance mode is on, Cloudflare refuses to set secrets anew."
        return told, [("Reset connections", "db pool-restart", "db pool-restart")]
    if found.cause == "cache":
        told = "empty every cache. Expect more load on the database for some minutes."
        line = 'cache purge everything --reason "emergency: cache"'
        return told, [("Purge everything", line, "cache purge everything")]
    back = ("Roll back", 'rollback --reason "emergency: worker"', "rollback")
    if found.maintenance is not None:
        told = "ending maintenance mode deploys anew, which starts fresh instances. Or roll back."
        return told, [("End maintenance mode", f"maintenance off {where}", "maintenance off"), back]
    told = "deploy the same version anew; where it began with a deployment, roll back instead."
    return told, [("Restart workers", f"workers restart {where}", "workers restart"), back]


def _recovery(found: Emergency) -> list[Block]:
    watch = found.watch
    if watch is None:
        line = f"emergency watch {found.cause}".strip() + f" --environment {found.environment}"
        return [
            section(f"{_OPEN} *5. Recovery:* watch until three checks in a row are good."),
            actions(command_button("Watch the recovery", line)),
        ]
    told = f"{_OPEN} *5. Recovery:* watched, {watch.green} of 3 good in a row"
    return [section(f"{told}. {escape(watch.said)}")]


def watching_message(watch: RecoveryWatch, wanted: int) -> tuple[str, list[Block]]:
    """While it goes on; brought up to date in place."""
    where = escape(watch.environment)
    text = f":eyes: Watching {where} recover: {watch.green} of {wanted} good checks in a row"
    said = escape(watch.said) or "The first check comes within half a minute."
    last = f"{date(watch.looked_at, '{time_secs}')}: " if watch.looked_at else ""
    stop = command_button("Stop watching", f"emergency stop --environment {watch.environment}")
    note = f"Until {date(watch.until, '{time}')} at most. {watch.looks} checks so far."
    return text, [section(f"*{text}*\n{last}{said}"), actions(stop), context(note)]


def ended_message(
    watch: RecoveryWatch, outcome: str, *, maintenance: bool
) -> tuple[str, list[Block]]:
    """A message of its own, so that people notice."""
    where = escape(watch.environment)
    buttons = []
    if outcome == "well":
        text = f":white_check_mark: {where} is well: three good checks in a row"
        told = escape(watch.said)
        if maintenance:
            told += "\nPeople still see the maintenance page."
            line = f"maintenance off --environment {watch.environment}"
            buttons.append(command_button("End maintenance mode", line, style="primary"))
        if watch.incident:
            told += f"\n{watch.incident} is still open."
            buttons.append(command_button("Show the incident", f"incident show {watch.incident}"))
        buttons.append(command_button("Check health", "health"))
    else:
        text = f":x: {where} has not recovered while it was watched"
        told = f"The last check said: {escape(watch.said)}"
        again = f"emergency {watch.cause}".strip() + f" --environment {watch.environment}"
        buttons.append(command_button("Open the emergency card", again, style="primary"))
    return text, [section(f"*{text}*\n{told}"), actions(*buttons)]


def begun_reply(watch: RecoveryWatch, *, fresh: bool) -> Reply:
    where = code(watch.environment)
    text = f":eyes: {where} is watched until {date(watch.until, '{time}')}"
    if not fresh:
        who = mention(watch.person.id, watch.person.name)
        text = f":eyes: {where} is watched already, by {who}"
    note = "Three good checks in a row end it, and are told here. It goes on after a restart."
    return Reply(text, [section(f"*{text}*\n{note}")], data=watch)
