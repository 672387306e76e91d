"""A purge as it is planned, and what came of it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.blocks import actions, clip, code, command_button, context, escape, section
from bot.command import Block, Reply

if TYPE_CHECKING:
    from bot.purging import Purged, PurgePlan
    from bot.purging.carrying_out import EdgeDone
    from bot.purging.planning import EdgeWork
    from bot.purging.proof import Proof, Seen

_NOUNS = {
    "files": ("address", "addresses"),
    "prefixes": ("prefix", "prefixes"),
    "tags": ("tag", "tags"),
    "hosts": ("host", "hosts"),
}
WORKERS_OWN = (
    "What Workers keep in caches.default is not listed by anybody; addresses in it are purged with "
    "the zone's, the rest ends with its time to live."
)


def counted(kind: str, count: int) -> str:
    """`1 address`, `120 tags`; everything has no number."""
    if kind == "everything":
        return "everything"
    one, many = _NOUNS[kind]
    return f"{count:,} {one if count == 1 else many}"


def effect(found: PurgePlan, *, stale: bool) -> str:
    """The plan in one sentence."""
    parts = [f"{counted(each.kind, len(each.values))} at the edge" for each in found.edge]
    if found.keys is not None:
        keys = len(found.keys.matched)
        parts.append(f"{keys:,} of {found.keys.total:,} keys in Redis")
    return f"{'marks as stale' if stale else 'purges'} {' and '.join(parts)}."


def lines(found: PurgePlan) -> tuple[str, ...]:
    """What is hit, with how many requests, how long it takes, and what is left."""
    told = [_work(each, found) for each in found.edge]
    for each in found.edge:
        shown = ", ".join(clip(value, 80) for value in each.values[:5])
        more = f" and {len(each.values) - 5:,} more" if len(each.values) > 5 else ""
        if shown:
            told.append(f"{shown}{more}")
    if found.keys is not None:
        shown = ", ".join(clip(key, 60) for key in found.keys.matched[:5]) or "none just now"
        kept = f"; {found.keys.kept:,} kept, they are no cache" if found.keys.kept else ""
        unseen = len(found.keys.matched) - 5
        rest = f" and {unseen:,} more" if unseen > 0 else ""
        told.append(f"Redis: {shown}{rest}{kept}")
    if any(each.kind in {"everything", "hosts"} for each in found.edge):
        told.append("Expect more load on the site's origin and the database for some minutes")
    told += [f"Not hit: {each}" for each in found.left]
    return tuple(told)


def _work(work: EdgeWork, found: PurgePlan) -> str:
    requests = len(work.batches)
    plan = found.zone.plan if found.zone else ""
    limit = (
        f"{work.limits.urls_per_second:,} addresses a second"
        if work.kind == "files"
        else _rate(work.limits.requests_per_second, work.limits.burst)
    )
    seconds = f"; it takes about {work.seconds:.0f} s" if work.seconds >= 1 else ""
    many = "requests" if requests != 1 else "request"
    return (
        f"Cloudflare, plan {plan}: {requests:,} {many} of at most {work.limits.most(work.kind)}, "
        f"{limit}{seconds}"
    )


def _rate(per_second: float, burst: int) -> str:
    rate = f"{per_second:g} a second" if per_second >= 1 else f"{per_second * 60:g} a minute"
    return f"{rate} after {burst} at once"


def purged_reply(found: Purged) -> Reply:
    """What was purged, and whether the pages show it."""
    old = [proof for proof in found.proofs if proof.fresh is False]
    sure = [proof for proof in found.proofs if proof.fresh]
    parts = [_done(each) for each in found.edge]
    if found.keys is not None:
        parts.append(f"{found.keys:,} {'key' if found.keys == 1 else 'keys'} in Redis")
    sign = ":warning:" if old else ":white_check_mark:"
    act = "Marked as stale" if found.stale else "Purged"
    text = f"{sign} {act} {' and '.join(parts)} in {found.seconds:.1f} s"
    if old:
        text += f", but {len(old)} of {_pages(old, sure)} still come from the old copy"
    elif sure:
        text += f"; {len(sure)} of {_pages(old, sure)} that the edge keeps came fresh"
    blocks: list[Block] = [section(f"*{text}*")]
    if found.proofs:
        blocks.append(section("\n".join(map(_proof, found.proofs))))
    blocks.append(context(*_notes(found)))
    blocks.append(
        actions(command_button("Show the cache", "cache"), command_button("Warm it", "cache warm"))
    )
    return Reply(text, blocks, data=found, exit_code=1 if old else 0)


def _pages(old: list[Proof], sure: list[Proof]) -> str:
    count = len(old) + len(sure)
    return f"{count} page{'' if count == 1 else 's'}"


def _done(done: EdgeDone) -> str:
    values = counted(done.kind, done.values)
    if done.kind == "everything":
        return "everything at the edge"
    before = f" ({done.skipped:,} before the interruption)" if done.skipped else ""
    many = "requests" if done.requests != 1 else "request"
    return f"{values} at the edge in {done.requests:,} {many}{before}"


def _proof(proof: Proof) -> str:
    place = code(clip(proof.after.url.partition("://")[2], 80))
    if proof.after.trouble:
        return f":grey_question: {place}: {escape(clip(proof.after.trouble, 150))}"
    sign = {True: ":white_check_mark:", False: ":warning:", None: ":heavy_minus_sign:"}[proof.fresh]
    note = "" if proof.fresh is not None else "; the edge does not keep it, so it proves nothing"
    return f"{sign} {place}: {_seen(proof.before)} before, {_seen(proof.after)} after{note}"


def _seen(seen: Seen) -> str:
    if seen.trouble:
        return "no answer"
    age = f", {seen.age} s old" if seen.age is not None else ""
    return f"{seen.cached or 'no cf-cache-status'}{age}"


def _notes(found: Purged) -> list[str]:
    notes = []
    waits = sum(each.waits for each in found.edge)
    if waits:
        waited = sum(each.waited for each in found.edge)
        notes.append(f"Cloudflare asked to wait {waits} times, {waited:.0f} s in all.")
    if found.again:
        notes.append(f"{found.again:,} keys are in Redis again: visitors asked meanwhile.")
    notes += [f"Not hit: {escape(clip(each, 300))}" for each in found.plan.left]
    notes.append(WORKERS_OWN)
    return notes
