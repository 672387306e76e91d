"""What Cloudflare answers: the envelope and GraphQL, and its errors in words. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.clients.cloudflare_refusals import MEANINGS, CloudflareError, refusal
from bot.clients.health_words import tidy
from bot.clients.http import Answer
from bot.errors import BadAnswer, Refused, Unreachable

_LONGEST_SAID = 4_000  # characters; a list of changed secrets can be long
_AUTHENTICATION = frozenset({10000, 9109, 6003, 6111, 9103})


def whole(text: str) -> str:
    """Text that can be written as UTF-8: JSON can hold half a character, a store cannot. Pure."""
    return text.encode("utf-8", "replace").decode("utf-8")


class CloudflareRefused(Refused):
    """The token may not do this, or is none: `codes` are Cloudflare's."""

    def __init__(self, message: str, hint: str, codes: tuple[int, ...]) -> None:
        super().__init__(message, hint)
        self.codes = codes


class CloudflareLimited(Unreachable):
    """Too many requests: everything is blocked for `retry_after` seconds (None: not told)."""

    def __init__(self, retry_after: float | None) -> None:
        wait = f"in {retry_after:.0f} s" if retry_after else "in five minutes"
        super().__init__("Cloudflare says: too many requests.", f"Try again {wait}.")
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Page:
    """One successful envelope: its `result`, and `info` for paging."""

    result: Any
    info: Mapping[str, Any]
    messages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Figures:
    """`data` of a GraphQL query. `problems` is what Cloudflare could not tell, without secrets."""

    data: Mapping[str, Any]
    problems: tuple[str, ...] = ()


def read_envelope(answer: Answer, permission: str) -> Page:
    """The result inside Cloudflare's envelope, or its error told. Pure."""
    if answer.status == 429:
        raise CloudflareLimited(answer.retry_after)
    try:
        body = answer.json()
    except BadAnswer:
        body = None
    if not isinstance(body, Mapping):
        _refuse(answer.status, (), "", permission)
        if answer.status == 204 or (answer.status < 300 and not answer.body):
            return Page(None, {})
        raise BadAnswer(f"Cloudflare answered {answer.status} in a form this bot does not know.")
    errors = body.get("errors")
    listed: Sequence[Any] = errors if isinstance(errors, list) else ()
    if answer.status >= 400 or body.get("success") is False:
        codes = tuple(int(entry["code"]) for entry in listed if _has_code(entry))
        said = "; ".join(str(entry.get("message", "")) for entry in listed if _has_code(entry))
        said = tidy(answer.redact(said), _LONGEST_SAID)
        _refuse(answer.status, codes, said, permission)
        raise refusal(answer.status, codes, said)
    if "success" not in body and "result" not in body:
        raise BadAnswer(f"Cloudflare answered {answer.status} in a form this bot does not know.")
    info, messages = body.get("result_info"), body.get("messages")
    return Page(
        body.get("result"),
        info if isinstance(info, Mapping) else {},
        tuple(answer.redact(str(each)) for each in messages) if isinstance(messages, list) else (),
    )


def read_graphql(answer: Answer, permission: str) -> Mapping[str, Any]:
    """`data` of a GraphQL answer that is whole, or its error told. Pure."""
    figures = read_figures(answer, permission)
    if figures.problems:
        raise CloudflareError(
            f"Cloudflare refused: {'; '.join(figures.problems)}", status=answer.status
        )
    return figures.data


def read_figures(answer: Answer, permission: str) -> Figures:
    """`data` of a GraphQL answer with what is missing from it; raises where there is none. Pure."""
    if answer.status == 429:
        raise CloudflareLimited(answer.retry_after)
    try:
        body = answer.json()
    except BadAnswer:
        body = None
    errors = body.get("errors") if isinstance(body, Mapping) else None
    entries = errors if isinstance(errors, list) else []
    listed = [entry for entry in entries if isinstance(entry, Mapping)]
    problems = tuple(tidy(answer.redact(str(entry.get("message", "")))) for entry in listed)
    said = "; ".join(problems)
    _refuse(answer.status, (), said, permission)
    if "not authorized" in said or "authz" in said:
        raise _missing(permission, ())
    data = body.get("data") if isinstance(body, Mapping) else None
    if not isinstance(data, Mapping):
        if problems:
            raise CloudflareError(f"Cloudflare refused: {said}", status=answer.status)
        raise BadAnswer("Cloudflare's analytics answered in a form this bot does not know.")
    return Figures(data, problems)


def _refuse(status: int, codes: tuple[int, ...], said: str, permission: str) -> None:
    # A 403 whose code is known for something else is no matter of the token.
    unexplained = status in {401, 403} and not MEANINGS.keys() & set(codes)
    if unexplained or _AUTHENTICATION & set(codes):
        raise _missing(permission, codes)
    if status >= 500:
        raise Unreachable(
            f"Cloudflare's API is failing (HTTP {status}{': ' + tidy(said) if said else ''}).",
            "See cloudflarestatus.com.",
        )


def _missing(permission: str, codes: tuple[int, ...]) -> CloudflareRefused:
    told = f" (code {codes[0]})" if codes else ""
    return CloudflareRefused(
        f"Cloudflare refuses the bot's token{told}.",
        f"Give the token the permission {permission}, or replace it if it was revoked.",
        codes,
    )


def _has_code(entry: Any) -> bool:
    return isinstance(entry, Mapping) and isinstance(entry.get("code"), int)
