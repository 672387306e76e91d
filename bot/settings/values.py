"""The kinds of value a setting may hold. A refusal never repeats the value: it may be a secret."""

from __future__ import annotations

import re
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, Strict

from bot.command import Role

_CHANNEL = re.compile(r"#[^\sA-Z#@:,.]{1,80}|[CG][A-Z0-9]{2,20}")
_PERSON = re.compile(r"[UW][A-Z0-9]{2,20}")
_GROUP = re.compile(r"S[A-Z0-9]{2,20}|@[^\sA-Z@#<>&|,:]{1,80}")
_PATTERN = re.compile(r"[a-z0-9*?\[\]!_ -]{1,80}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?\.?")


class Table(BaseModel):
    """One table of pitchey.toml: it cannot change after start and knows its keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


def _web_address(text: str) -> str:
    message = "is not a web address such as https://example.com"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise ValueError(message) from error
    host = parts.hostname or ""
    if parts.scheme not in {"http", "https"} or not host or port == 0:
        raise ValueError(message)
    if ":" not in host and not _HOST.fullmatch(host):
        raise ValueError(message)
    if any(character.isspace() or not character.isprintable() for character in text):
        raise ValueError("contains a space or an invisible character")
    if parts.username or parts.password:
        raise ValueError("contains a user name or password, which never belong in a file")
    if parts.fragment:
        raise ValueError("ends in a #fragment, which a server never sees")
    return text.rstrip("/")


def _guarded_address(text: str) -> str:
    """An address a token is sent to: encrypted, except to this machine itself."""
    parts = urlsplit(text)
    if parts.scheme == "http" and not _loopback(parts.hostname or ""):
        raise ValueError("is plain http, so a token would travel unencrypted; use https")
    return text


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _channel(text: str) -> str:
    if not _CHANNEL.fullmatch(text):
        raise ValueError("is not a channel: write #name in small letters, or an id such as C0123")
    return text


def _name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise ValueError("may hold letters, digits, dots, hyphens and underscores only")
    return text


def _role_holder(text: str) -> str:
    if not _PERSON.fullmatch(text) and not _GROUP.fullmatch(text):
        raise ValueError(
            "is neither a Slack member id such as U02ABC3DE (profile, three dots, Copy member ID) "
            "nor a user group such as S02ABC3DE or @oncall in small letters"
        )
    return text


def is_group(entry: str) -> bool:
    """Whether an entry of `[roles]` is a user group, not a person."""
    return entry.startswith(("@", "S"))


def _pattern(text: str) -> str:
    if not _PATTERN.fullmatch(text):
        raise ValueError("is not a command or a pattern of commands such as deploy*")
    return text


def _role(value: Any) -> Any:
    if isinstance(value, Role):
        return value
    words = {role.word: role for role in Role}
    if not isinstance(value, str) or value not in words:
        raise ValueError(f"is not a role: write {', '.join(words)}")
    return words[value]


def _role_or_none(value: Any) -> Any:
    if value is None or value == "none":
        return None
    try:
        return _role(value)
    except ValueError as error:
        raise ValueError(f"{error}, or none") from error


def _file_path(value: Any) -> Any:
    if isinstance(value, Path):
        return value
    if not isinstance(value, str) or not value.strip():
        raise ValueError("is not the path of a file")
    if "\0" in value:
        raise ValueError("contains a null character")
    return Path(value).expanduser() if value.startswith("~/") else Path(value)


def _certificates(path: Path) -> Path:
    import ssl

    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=path)
    except FileNotFoundError as error:
        raise ValueError("names a file that does not exist") from error
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        raise ValueError("names a file that cannot be read as PEM certificates") from error
    return path


def _time_zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("is not a time zone such as Europe/Berlin or UTC") from error
    return text


def _text(value: str) -> str:
    if not value.strip():
        raise ValueError("is empty")
    return value


Text = Annotated[str, Strict(), AfterValidator(_text), Field(max_length=500)]
AnyText = Annotated[str, Strict(), Field(max_length=500)]
Name = Annotated[Text, AfterValidator(_name)]
Url = Annotated[Text, AfterValidator(_web_address)]
GuardedUrl = Annotated[Url, AfterValidator(_guarded_address)]
SlackApiUrl = Annotated[GuardedUrl, AfterValidator(lambda url: url + "/")]
Channel = Annotated[Text, AfterValidator(_channel)]
SlackCommand = Annotated[Text, Field(pattern=r"^/[a-z0-9_-]{1,31}$")]
RoleHolder = Annotated[Text, AfterValidator(_role_holder)]
CommandPattern = Annotated[Text, AfterValidator(_pattern)]
RoleWord = Annotated[Role, BeforeValidator(_role)]
RoleWordOrNone = Annotated[Role | None, BeforeValidator(_role_or_none)]
FilePath = Annotated[Path, BeforeValidator(_file_path)]
CertificateFile = Annotated[FilePath, AfterValidator(_certificates)]
Seconds = Annotated[float, Strict(), Field(gt=0, le=600, allow_inf_nan=False)]
Days = Annotated[int, Strict(), Field(ge=1, le=3_650)]
Hours = Annotated[float, Strict(), Field(gt=0, le=24 * 365, allow_inf_nan=False)]
Amount = Annotated[float, Strict(), Field(ge=0, allow_inf_nan=False)]
Minutes = Annotated[int, Strict(), Field(ge=1, le=7 * 24 * 60)]
TimeZone = Annotated[Text, AfterValidator(_time_zone)]
Port = Annotated[int, Strict(), Field(ge=1, le=65_535)]
