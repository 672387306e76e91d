"""What services say: health through the bot's own command, logs, backups, deployments.

Other features are asked by their commands, as a person would ask, and answer with plain data.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from bot.backup_listing import backup_objects
from bot.blocks import clip
from bot.clients.cloudflare_deployments import deployments
from bot.command import Invocation, Person, Surface
from bot.errors import OpsError
from bot.payloads import reference
from bot.phrases import how_old, plural
from handlers.morning.backups import last_backups, verified
from handlers.morning.result import Found, State, unchecked
from handlers.morning.words import listed

if TYPE_CHECKING:
    from bot.runtime import Runtime

DEADLINE = 15.0  # seconds, for storage and Cloudflare
_LAST = 20
_GROUPS = 5
_BROKEN = frozenset({"down", "degraded"})


async def asked(runtime: Runtime, person: Person, line: str) -> Any:
    """The plain data of another command's answer; raises OpsError where it has none."""
    reply = await runtime.run(Invocation(reference(), person, Surface.SCHEDULE, line))
    if reply.outcome != "succeeded":
        raise OpsError(reply.text)
    plain = TypeAdapter(Any).dump_python(reply.data, mode="json")
    if not isinstance(plain, Mapping):
        raise OpsError(f"`{line}` answered without data.")
    return plain


def health_found(data: Mapping[str, Any], environment: str) -> Found:
    """The verdict of all checks; certificates have a part of their own. Pure."""
    checks = [each for each in data.get("checks", ()) if isinstance(each, Mapping)]
    judged = [each for each in checks if each.get("state") not in ("not offered", "not configured")]
    broken = [each for each in judged if each.get("state") in _BROKEN]
    unknown = [each for each in judged if each.get("state") == "unknown"]
    good = len(judged) - len(broken) - len(unknown)
    lines = tuple(f"{_name(each)} {each['state']}: {_words(each)}" for each in [*broken, *unknown])
    command = ("Check health again", f"health --environment {environment}")
    summary = f"{data.get('verdict')}, {good} of {plural(len(judged), 'check')} passed"
    roots = [each for each in broken if not each.get("follows")] or broken
    told = {"verdict": data.get("verdict"), "passed": good, "checks": len(judged)}
    if broken:
        why = listed([f"{_name(each)}: {each.get('summary')}" for each in roots], 2)
        down = data.get("verdict") == "down"
        return Found("health", State.NEEDS, summary, lines, why, *command, down=down, data=told)
    if unknown or not judged:
        names = listed([_name(each) for each in unknown]) if unknown else "nothing"
        why = f"not known: {names}" if unknown else "nothing could be checked"
        return Found("health", State.UNCHECKED, why, lines, "", *command, data=told)
    return Found("health", State.GOOD, summary, (), "", *command, data=told)


def certificate_found(data: Mapping[str, Any]) -> Found:
    """How long the certificates are good. Pure."""
    command = ("Check certificates", "health certificate --details")
    for check in data.get("checks", ()):
        if check.get("component") != "certificate":
            continue
        state, told = check.get("state"), _words(check)
        value = " ".join(filter(None, (check.get("value"), f"({check.get('threshold')})")))
        if state in _BROKEN:
            return Found("certificates", State.NEEDS, told, (), f"certificate: {told}", *command)
        if state != "healthy":
            return unchecked("certificates", told, *command)
        return Found("certificates", State.GOOD, value if check.get("value") else told)
    return unchecked("certificates", "health did not look at them", *command)


def errors_found(data: Mapping[str, Any], environment: str) -> Found:
    """The last errors of the Worker's log, grouped. Pure."""
    groups = [each for each in data.get("groups", ()) if isinstance(each, Mapping)]
    found, shown = int(data.get("found") or 0), len(data.get("entries") or ())
    more = " or more" if data.get("full") else ""
    command = ("Show the errors", f"logs errors --last {_LAST} --environment {environment}")
    told = {"found": found, "groups": len(groups)}
    if not shown:
        return Found("errors", State.GOOD, "no error in the last 24 h", data=told)
    lines = tuple(_group(each) for each in groups[:_GROUPS])
    if len(groups) > _GROUPS:
        lines += (f"and {plural(len(groups) - _GROUPS, 'more group')}",)
    summary = f"the last {shown} of {found:,}{more} in 24 h, in {plural(len(groups), 'group')}"
    if found <= shown and not more:
        summary = f"{plural(shown, 'error')} in 24 h, in {plural(len(groups), 'group')}"
    return Found("errors", State.NOTE, summary, lines, "", *command, data=told)


async def backups_found(runtime: Runtime, environment: str) -> Found:
    """Raises OpsError where the bucket cannot be listed."""
    bucket = runtime.clients.backups
    if not bucket.configured:
        missing = listed(bucket.missing or ("AWS_ACCESS_KEY_ID",))
        return unchecked("backups", f"the backup bucket's keys are not set ({missing})")
    now = runtime.now()
    objects = await backup_objects(bucket, runtime.settings, deadline=DEADLINE, now=now)
    limit = timedelta(hours=runtime.settings.checks.backup_warning_hours)
    return verified(last_backups(objects), now, limit, environment)


async def deployments_found(runtime: Runtime, environment: str, since: datetime) -> Found:
    """Raises OpsError where Cloudflare cannot be asked."""
    cloudflare, now = runtime.clients.cloudflare, runtime.now()
    script = runtime.settings.environment(environment).worker_script
    if not script or not cloudflare.configured:
        what = "the Worker's name" if cloudflare.configured else "Cloudflare's token or account"
        return unchecked("deployments", f"{what} is not set")
    listing = await deployments(cloudflare, script, deadline=DEADLINE)
    recent = [each for each in listing if each.at >= since or not each.timed]
    lines = tuple(
        f"{each.version[:8]} {f'{how_old(now - each.at)} ago' if each.timed else '(time unknown)'} "
        f"by {each.author or 'somebody'}"
        f"{': ' + each.message if each.message else ''}"
        for each in recent[:_GROUPS]
    )
    if not recent:
        last = f", the last one {how_old(now - listing[0].at)} ago" if listing else ""
        summary = f"none in the last {how_old(now - since)}{last}"
        return Found("deployments", State.GOOD, summary, data={"recent": 0})
    summary = f"{len(recent)} in the last {how_old(now - since)}"
    return Found("deployments", State.NOTE, summary, lines, data={"recent": len(recent)})


def _name(check: Mapping[str, Any]) -> str:
    word = str(check.get("component", "part"))
    return {"api": "API", "auth": "Sign-in"}.get(word, word.capitalize())


def _words(check: Mapping[str, Any]) -> str:
    parts: Sequence[Any] = (check.get("summary"), check.get("meaning"))
    return clip(". ".join(str(each).rstrip(".") for each in parts if each), 160)


def _group(group: Mapping[str, Any]) -> str:
    sample = group.get("sample")
    said = str(sample.get("message", "")) if isinstance(sample, Mapping) else ""
    count = int(group.get("count") or 0)
    times = "once" if count == 1 else f"{count:,} times"
    # Never "/:id:", which Slack would show as a picture.
    return f"{times} {group.get('route', '')} · {clip(' '.join(said.split()), 120)}"
