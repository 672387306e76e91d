"""Publications and subscriptions that were made or dropped, as messages. Pure."""

from __future__ import annotations

from bot.blocks import actions, code, command_button, context, escape, section
from bot.command import Block, Reply
from handlers.database_care.indexing.definitions import quoted
from handlers.database_care.replicating.checks import Publishing
from handlers.database_care.replicating.working import Subscribed
from handlers.database_care.wording import counted, lasting, listed


def published_reply(found: Publishing) -> Reply:
    text = (
        f":white_check_mark: Publication {escape(found.name)} was made: "
        f"{counted(len(found.tables), 'table')}."
    )
    told = (
        "Tables that are made later are published by themselves."
        if found.everything
        else "Tables that are made later are not in it: "
        + code(f"ALTER PUBLICATION {quoted(found.name)} ADD TABLE …;")
    )
    blocks: list[Block] = [section(f"*{text}*"), section(told)]
    if found.left:
        blocks.append(
            context(f"Left out, for lack of a key: {escape(listed(list(found.left), 8))}.")
        )
    return _with_buttons(text, blocks, ("Create the subscription", "db subscription create"))


def subscribed_reply(found: Subscribed) -> Reply:
    text = (
        f":white_check_mark: Subscription {escape(found.name)} follows "
        f"{escape(found.publication)}: {found.ready} of {counted(found.tables, 'table')} copied "
        f"in {lasting(found.seconds)}."
    )
    if not found.waited:
        text = (
            f":hourglass_flowing_sand: Subscription {escape(found.name)} was made; "
            f"{found.ready} of {counted(found.tables, 'table')} are copied, and it goes on."
        )
    elif found.ready < found.tables:
        text = text.replace(":white_check_mark:", ":warning:", 1)
    blocks: list[Block] = [
        section(f"*{text}*"),
        section(
            "Send queries that only read to the replica in the application's pool; what was just "
            "written may arrive there a moment later."
        ),
        context(
            "A replica that stands still makes the primary keep its log, and at Neon the slot is "
            "dropped after about 40 hours: watch `db replication`."
        ),
    ]
    return _with_buttons(text, blocks, ("Check the replica", "db replication"))


def dropped_reply(kind: str, name: str, slot: str = "") -> Reply:
    text = f":white_check_mark: {kind} {escape(name)} was dropped."
    blocks: list[Block] = [section(f"*{text}*")]
    if slot:
        text = f":warning: {kind} {escape(name)} was dropped; its slot stays on the primary."
        statement = f"SELECT pg_drop_replication_slot('{slot}');"
        blocks = [
            section(f"*{text}*"),
            section(f"The replica could not reach it. On the primary: {code(statement)}"),
        ]
    return _with_buttons(text, blocks, ("Show replication", "db replication"))


def _with_buttons(text: str, blocks: list[Block], *buttons: tuple[str, str]) -> Reply:
    shown = [command_button(label, line) for label, line in buttons]
    if all(line != "db replication" for _, line in buttons):
        shown.append(command_button("Show replication", "db replication"))
    return Reply(text, [*blocks, actions(*shown)])
