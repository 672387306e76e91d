"""What is live, as a message. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from bot.blocks import (
    actions,
    clip,
    command_button,
    context,
    date,
    escape,
    section,
    table,
)
from bot.command import Block, Reply
from handlers.deployments.result import Listed, Verdict
from handlers.deployments.words import build_called, by_whom, called, named, split_words

if TYPE_CHECKING:
    from bot.live import Candidate, SitePicture

_SHOWN = 9  # versions before the live one
_BUILDS = 5
_WAY = {
    Verdict.READY: "yes",
    Verdict.ASKS: "asks first",
    Verdict.REFUSED: "no",
}


def listed_reply(found: Listed, *, default: bool, public: bool = False) -> Reply:
    """`default` says that it is the environment a command means when it names none."""
    text = _headline(found)
    blocks: list[Block] = [section(f"*{text}*{_about(found)}")]
    if found.candidates or found.picture.split:
        blocks.append(_versions(found))
    if told := _hindrances(found):
        blocks.append(section(told))
    blocks += _site(found.site, found.site_trouble)
    blocks.append(context(_meaning(found)))
    blocks.append(actions(*_buttons(found, default=default)))
    return Reply(text, blocks, in_channel=public, data=found.as_data())


def _headline(found: Listed) -> str:
    picture, live = found.picture, found.picture.live
    where = picture.environment
    if live is None:
        return f":grey_question: Nothing is deployed in {where} yet."
    since = f" since {date(found.since)}" if found.since else " (time unknown)"
    if live.whole:
        version = escape(named(picture, live.version))
        return f":white_check_mark: Live in {where}: {version}{since}{by_whom(live)}"
    shares = escape(split_words(picture, live.shares))
    return f":twisted_rightwards_arrows: Split in {where}: {shares}{since}{by_whom(live)}"


def _about(found: Listed) -> str:
    live = found.picture.live
    if live is None:
        return ""
    version = found.picture.version(live.version)
    lines = []
    if version and version.message:
        lines.append(f"Version: {escape(clip(version.message, 200))}")
    if live.message and (version is None or live.message != version.message):
        lines.append(f"Deployment: {escape(clip(live.message, 200))}")
    if found.restarted_at:
        lines.append(f"Deployed anew {date(found.restarted_at)}.")
    return "".join(f"\n{line}" for line in lines)


def _versions(found: Listed) -> Block:
    rows = [("Version", "Go back?", "Answered all from", "What")]
    shares = {each.version: each.percent for each in found.picture.split}
    for version in found.picture.versions:
        if version.id in shares:
            rows.append(
                (
                    called(version),
                    f"live, {shares[version.id]:g} %",
                    _day(found.since) if shares[version.id] >= 100 else "shared now",
                    clip(version.message, 60),
                )
            )
    for each in _shown(found):
        if each.version.id not in shares:
            rows.append(_row(each, found))
    return table(rows)


def _row(each: Candidate, found: Listed) -> tuple[str, str, str, str]:
    version = each.version
    way = _WAY[each.verdict]
    if found.good is not None and each.version.id == found.good.version.id:
        way = f"{way}: last good"
    elif each.same_code:
        way = "the same code"
    elif each.maintenance:
        way = "the maintenance page"
    elif each.taken_back:
        way = f"{way}, but was taken back"
    return (
        called(version),
        way,
        _day(each.live_at),
        clip(version.message, 60),
    )


def _day(moment: datetime | None) -> str:
    return date(moment) if moment else "time unknown"


def _hindrances(found: Listed) -> str:
    lines = [
        f"• {escape(called(each.version))}: {escape(each.reasons[0])}"
        for each in _shown(found)
        if each.verdict is not Verdict.READY and each.reasons
    ]
    if not lines:
        return ""
    return "\n".join(("*What stands in the way*", *lines[:8]))


def _site(site: SitePicture | None, trouble: str) -> list[Block]:
    if trouble:
        return [section(f":grey_question: The site at Pages could not be read: {escape(trouble)}")]
    if site is None:
        return []
    live = site.live
    when = f" since its build {date(live.at)}" if live else ""
    lines = [f"*Site (Pages {escape(site.project)})*: {escape(build_called(live))}{when}"]
    for each in [each for each in site.builds if live is None or each.id != live.id][:_BUILDS]:
        good = site.good is not None and each.id == site.good.id
        state = "the last good one" if good else each.status
        lines.append(f"• {date(each.at)} {escape(build_called(each))}: {escape(state)}")
    return [section("\n".join(lines))]


def _meaning(found: Listed) -> str:
    told = (
        "Going back changes code and its settings only: database, KV, R2 and queues stay as they "
        "are. Cloudflare deploys the newest 100 versions."
    )
    hidden = len(found.candidates) - len(_shown(found))
    return f"{hidden} older versions are not shown. {told}" if hidden > 0 else told


def _buttons(found: Listed, *, default: bool) -> list[Block]:
    environment = found.picture.environment
    place = "" if default else f" --environment {environment}"
    buttons = []
    if found.good is not None:
        label = f"Roll back to {called(found.good.version)}"
        line = f"rollback {found.good.version.short}{place}"
        buttons.append(command_button(clip(label, 75), line, style="danger"))
    others = [
        each
        for each in found.candidates
        if each.verdict is Verdict.READY and each.good and each != found.good
    ]
    for each in others[:2]:
        line = f"rollback {each.version.short}{place}"
        buttons.append(command_button(clip(f"Roll back to {called(each.version)}", 75), line))
    if found.site is not None and found.site.good is not None:
        line = f"rollback {found.site.good.short} --pages{place}"
        buttons.append(command_button(f"Roll the site back to {found.site.good.short}", line))
    if found.picture.split:
        buttons.append(command_button("Restart the Worker", f"workers restart{place}"))
    buttons.append(command_button("Look again", f"deployments {environment}"))
    return buttons


def _shown(found: Listed) -> tuple[Candidate, ...]:
    return found.candidates[:_SHOWN]
