"""Sign-in: the session address, the store behind it, and a real sign-in where the bot may."""

from __future__ import annotations

import asyncio

from bot.clients.health_words import tidy
from bot.clients.http import Answer
from bot.clients.http_faults import NoAnswer
from bot.clients.platform import SESSION
from bot.clients.postgres_trouble import DatabaseFailure
from bot.errors import OpsError
from bot.judging.asking import worst_part
from bot.judging.reading import Outcome, part_words
from bot.judging.sessions import read_session
from bot.judging.states import State
from bot.judging.wording import duration, listed
from bot.phrases import plural
from handlers.diagnosis.evidence import Notebook
from handlers.diagnosis.probes.onetrip import connected, rows
from handlers.diagnosis.scene import Scene
from handlers.diagnosis.signing_in import Cookie, cookie_of

FACTS = ("session_address", "session_store", "sign_in", "cookies")
ADDRESS = "/api/health/auth"
_BAD = frozenset({State.DOWN, State.DEGRADED})
_ACCOUNT = "Set account_email under [diagnosis], and PLATFORM_PASSWORD."


async def look(scene: Scene, book: Notebook) -> None:
    await asyncio.gather(
        _address(scene, book), _told(scene, book), _store(scene, book), _sign_in(scene, book)
    )


async def _address(scene: Scene, book: Notebook) -> None:
    """GET, as a stranger: 401 is healthy. One failure by chance is asked again."""
    first, refusal = await asyncio.gather(scene.answers.outcome(SESSION), scene.answers.refusal())
    found = read_session(first, refusal)
    for _ in range(2):
        if found.state is not State.DOWN or isinstance(first, NoAnswer):
            break
        found = read_session(await scene.answers.again(SESSION), refusal)
    if isinstance(first, NoAnswer):
        return  # the front door tells why
    if not found.state.judged or found.state is State.UNKNOWN:
        book.lack("The session address", found.meaning, found.next_step, ("session_address",))
        return
    book.note(
        "session_address", "Session address", found.summary, tidy(found.meaning, 160),
        "HTTP 401 to a stranger is healthy", bad=found.state in _BAD, by_api=True,
    )  # fmt: skip


async def _told(scene: Scene, book: Notebook) -> None:
    report, _ = await scene.answers.report(ADDRESS)
    part = worst_part(report, ("auth",))
    if part is None:
        return
    bad = part in report.troubled if report is not None else False
    shown = part_words(part)
    book.note("auth_part", "The platform says of its sign-in", bad, shown, bad=bad, by_api=True)
    named = next((each for each in scene.settings.diagnosis.auth_secrets if each in shown), "")
    if bad and named:
        book.note(
            "auth_names_secret", "What it says is missing", named, named, bad=True, by_api=True
        )


async def _store(scene: Scene, book: Notebook) -> None:
    """The table that sessions live in, asked directly."""
    table, part = scene.settings.diagnosis.session_table, "The session store"
    if not scene.own or not scene.clients.database.configured:
        book.lack(part, "The bot may not ask this environment's database.", "",
                  ("session_store",))  # fmt: skip
        return
    sql = f"select count(*)::int8 as sessions from (select 1 from {table} limit 1000) few"  # noqa: S608 - checked when settings are read
    try:
        async with connected(scene) as connection:
            found = await rows(connection, sql, scene.deadline)
    except DatabaseFailure as fault:
        if fault.state == "42P01":
            shown = f"the table {table} is not there"
            book.note("session_store", "Session store", "missing", shown, bad=True)
        elif fault.state in {"57014", "55P03"}:
            shown = f"{table} is locked"
            book.note("session_store", "Session store", "locked", shown, bad=True)
        else:
            book.lack(part, fault.message, fault.hint, ("session_store",))
        return
    except OpsError as error:
        book.lack(part, error.message, error.hint, ("session_store",))
        return
    count = found[0]["sessions"]
    shown = f"{table} can be read ({'1,000 or more' if count >= 1000 else plural(count, 'row')})"
    book.note("session_store", "Session store", "readable", shown)


async def _sign_in(scene: Scene, book: Notebook) -> None:
    if not scene.account.configured or not scene.own:
        book.lack(
            "A real sign-in and its cookie", "The bot has no account to sign in with.", _ACCOUNT,
            ("sign_in", "cookies"),
        )  # fmt: skip
        return
    outcome = await scene.account.outcome()
    if isinstance(outcome, Answer) and outcome.status in {401, 403, 404, 429}:
        why = {404: "This release has no such sign-in.", 429: "Sign-ins are rate limited."}.get(
            outcome.status, "The platform refuses the bot's account."
        )
        book.lack("A real sign-in and its cookie", why, _ACCOUNT, ("sign_in", "cookies"))
        return
    if isinstance(outcome, NoAnswer):
        return
    cookie = cookie_of(outcome)
    _note(outcome, cookie, await scene.account.get(SESSION) if cookie else None, book)
    if cookie is not None:
        faults = cookie_faults(cookie)
        shown = listed(faults) or "Secure, HttpOnly and SameSite are set"
        book.note("cookies", "Cookie of the session", bool(faults), shown,
                  "Secure, HttpOnly, SameSite", bad=bool(faults), by_api=True)  # fmt: skip


def _note(outcome: Answer, cookie: Cookie | None, after: Outcome | None, book: Notebook) -> None:
    shown, fails = f"works in {duration(outcome.milliseconds)}", False
    if outcome.status >= 500:
        shown, fails = f"fails with HTTP {outcome.status}: {tidy(outcome.text[:600], 120)}", True
    elif cookie is None:
        shown, fails = f"answers HTTP {outcome.status} without a session's cookie", True
    elif isinstance(after, Answer) and after.status in {401, 403}:
        shown, fails = "works, but the session is not known afterwards (HTTP 401)", True
    elif isinstance(after, Answer) and after.status >= 500:
        shown, fails = f"works, but the session cannot be read (HTTP {after.status})", True
    book.note("sign_in", "A real sign-in", fails, shown, bad=fails, by_api=True)


def cookie_faults(cookie: Cookie) -> list[str]:
    """Which protections it lacks; SameSite=None is right between two sites."""
    faults = []
    if not cookie.secure:
        faults.append("Secure is missing")
    if not cookie.http_only:
        faults.append("HttpOnly is missing")
    if cookie.same_site not in {"strict", "lax", "none"}:
        faults.append("SameSite is missing")
    return faults
