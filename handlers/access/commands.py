"""Declaration of `whoami`."""

from __future__ import annotations

from bot.command import Arguments, Command, Context, Feature, Reply
from handlers.access import operations, views


async def show_profile(context: Context, _arguments: Arguments) -> Reply:
    return views.profile(
        await operations.profile(
            context.access, context.settings, context.catalogue, context.invocation
        )
    )


FEATURE = Feature(
    name="access",
    title="Roles",
    commands=(
        Command(
            name="whoami",
            summary="Your role, why you have it, and what you may do here.",
            run=show_profile,
            examples=("whoami",),
            details=(
                "Roles come from `[roles]` in `pitchey.toml`, by member ids and user groups; "
                "`[[limits]]` says which commands may run only from certain channels."
            ),
        ),
    ),
)
