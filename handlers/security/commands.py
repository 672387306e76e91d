"""`/pitchey security audit`, `security headers`, `security risks` and `security accept`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.command import (
    Argument,
    Arguments,
    Command,
    Context,
    Kind,
    Plan,
    Reply,
    Risk,
    Role,
)
from bot.errors import BadInput, OpsError
from bot.jobs import Job
from handlers.security import views
from handlers.security.hosts import look_at_headers
from handlers.security.operations import audit
from handlers.security.result import PARTS

if TYPE_CHECKING:
    from bot.runtime import Runtime
    from bot.store.security_findings import KnownFinding

GUIDE = "Security Operations, Security Checklist"
LONGEST = timedelta(days=365)


async def run_audit(context: Context, arguments: Arguments) -> Reply:
    part = arguments.get("part")
    wanted = (part,) if part else PARTS
    found = await audit(context.runtime, wanted, context.progress.say)
    return views.audit_reply(found, context.settings.slack.command)


async def headers(context: Context, _arguments: Arguments) -> Reply:
    graded, _ = await look_at_headers(context.runtime)
    return views.headers_reply(graded.grades, graded.unchecked)


async def risks(context: Context, _arguments: Arguments) -> Reply:
    found = context.store.security_findings.open()
    return views.risks_reply(found, context.runtime.now(), context.settings.slack.command)


def _wanted(context: Context, arguments: Arguments) -> tuple[KnownFinding, timedelta]:
    name = str(arguments["finding"]).strip().lower().removeprefix("sf-")
    found = context.store.security_findings.find(f"SF-{name}")
    if found is None or found.fixed_at is not None:
        raise BadInput(
            f"No open finding is called {arguments['finding']}.", "`security risks` lists them."
        )
    lasting: timedelta = arguments["for"]
    if not timedelta(hours=1) <= lasting <= LONGEST:
        raise BadInput("A risk is accepted for an hour at least, and for a year at most.")
    return found, lasting


async def plan_accept(context: Context, arguments: Arguments) -> Plan:
    found, lasting = _wanted(context, arguments)
    reason = str(arguments.get("reason") or "").strip()
    if not reason:
        raise BadInput('Say why it is accepted: `--reason "…"`.')
    return Plan(
        target=f"finding {found.id}",
        effect=f"takes “{found.title}” off the open findings for {lasting.days or 1} days.",
        lines=(found.evidence, f"reason: {reason}", "then it counts as open again, by itself"),
        state=f"{found.first_seen.isoformat()}|{found.accepted_until}",
    )


async def accept(context: Context, arguments: Arguments) -> Reply:
    found, lasting = _wanted(context, arguments)
    if context.operation is None:
        raise OpsError("A risk is accepted as an operation only.", permanent=True)
    await context.operation.step(f"Accept {found.id}")
    until, store = context.runtime.now() + lasting, context.store.security_findings
    reason = str(arguments.get("reason") or "").strip()
    if not store.accept(found.id, until, reason, context.invocation.person.name):
        raise OpsError(f"{found.id} was fixed meanwhile: there is nothing to accept.")
    known = store.find(found.id)
    if known is None:
        raise OpsError(f"{found.id} is gone.")
    return views.accepted_reply(known)


async def weekly(runtime: Runtime, due: datetime) -> str:
    """The audit by itself, told in the ops channel."""
    found = await audit(runtime)
    reply = views.audit_reply(found, runtime.settings.slack.command)
    channel = runtime.settings.slack.ops_channel
    key = f"security-audit:{due:%Y-%m-%dT%H:%M}"
    runtime.messages.post(channel, reply.text, reply.blocks, key=key)
    return reply.text


AUDIT = Command(
    name="security audit",
    summary="Look for exposed secrets, odd traffic, weak TLS, headers, cookies and packages.",
    run=run_audit,
    role=Role.OPERATOR,
    arguments=(Argument("part", "only this part", Kind.CHOICE, choices=PARTS),),
    examples=("security audit", "security audit headers"),
    details=(
        "Secrets in the platform's checkout and in what the site serves, by the rules of "
        "detect-secrets, shown redacted; refused requests that look like an attack; certificates; "
        "headers graded as Mozilla's HTTP Observatory grades them; cookies and CORS; `npm audit`, "
        "`deno lint` and `pip-audit` where they are installed. It says what is new, fixed and "
        "still open since the last audit. The Worker has no ports of its own: Cloudflare answers "
        "on 80 and 443, so open ports are not looked for. What is no secret is named under "
        "`[[security.allowed]]`."
    ),
    guide=GUIDE,
    deadline=300.0,
)
HEADERS = Command(
    name="security headers",
    summary="Grade the security headers of the API and the site, host by host.",
    run=headers,
    examples=("security headers",),
    guide=GUIDE,
)
RISKS = Command(
    name="security risks",
    summary="Open security findings, and risks that somebody accepted for a while.",
    run=risks,
    role=Role.OPERATOR,
    examples=("security risks",),
    guide=GUIDE,
)
ACCEPT = Command(
    name="security accept",
    summary="Accept a risk for a while, with a reason; it counts as open again by itself.",
    run=accept,
    plan=plan_accept,
    role=Role.ADMIN,
    risk=Risk.CHANGES,
    arguments=(
        Argument(
            "finding", "its id, as `security risks` shows it", required=True, example="SF-1a2b3c4d"
        ),
        Argument("for", "how long", Kind.DURATION, default=timedelta(days=30), flag=True),
    ),
    examples=('security accept SF-1a2b3c4d --for 30d --reason "moved to the new site in May"',),
    guide=GUIDE,
)
WEEKLY = Job(
    name="security-audit",
    title="The weekly security audit",
    when=lambda settings: settings.security.audit or None,
    run=weekly,
    deadline=600.0,
)
