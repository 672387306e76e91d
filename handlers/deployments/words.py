"""Versions and people in the words of these messages. Pure."""

from __future__ import annotations

from bot.blocks import clip, escape
from bot.clients.cloudflare_deployments import Deployment, Share
from bot.clients.cloudflare_pages import Build
from bot.clients.cloudflare_versions import Version
from bot.live import Picture
from bot.live.lost_answers import LOST as LOST  # noqa: PLC0414 one sentence for all of them

_TRIGGERS = {
    "secret": "a changed secret",
    "rollback": "a rollback",
    "promotion": "a promotion",
}


def called(version: Version | None, identifier: str = "") -> str:
    """`v1.8.0 (a5b8812c)`; the tag comes from outside, so it is escaped where it is drawn."""
    short = version.short if version else identifier[:8]
    tag = clip(version.tag, 40) if version else ""
    return f"{tag} ({short})" if tag else short


def named(picture: Picture, identifier: str) -> str:
    return called(picture.version(identifier), identifier)


def split_words(picture: Picture, shares: tuple[Share, ...]) -> str:
    """`v1.9.0 (ea85acf7) 90 % and v1.10.0 (77aa00e1) 10 %`."""
    return " and ".join(f"{named(picture, each.version)} {each.percent:g} %" for each in shares)


def by_whom(deployment: Deployment) -> str:
    """` by dana@pitchey.example, for a changed secret`; empty where Cloudflare tells neither."""
    who = f" by {escape(clip(deployment.author, 80))}" if deployment.author else ""
    why = _TRIGGERS.get(deployment.triggered_by, "")
    return f"{who}, for {why}" if why else who


def build_called(build: Build | None) -> str:
    """`a4c1e7b2, Sharper posters`, unescaped."""
    if build is None:
        return "an older build"
    return f"{build.short}, {clip(build.message, 60)}" if build.message else build.short


def seconds(value: float) -> str:
    """`840 ms` below a second, else `3.2 s`."""
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.1f} s"
