"""What Slack refuses, in our words."""

from __future__ import annotations

from bot.errors import Refused

# Slack's answers to a token that it does not know, or not any more.
NOT_KNOWN = frozenset(
    {"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired"}
)
HINTS = {
    "not_in_channel": "Invite the bot: `/invite @Pitchey Ops` in that channel.",
    "channel_not_found": "The channel does not exist, or the bot is not in it.",
    "is_archived": "The channel is archived.",
    "missing_scope": "Update the app from what `pitchey manifest` prints, and install it again.",
    "invalid_auth": "Check SLACK_BOT_TOKEN: it is wrong or was revoked.",
    "token_revoked": "Install the app again and set the new SLACK_BOT_TOKEN.",
    "account_inactive": "The app was removed from the workspace.",
    "ratelimited": "Slack asks to wait; the bot tries again by itself.",
}


class SlackRefused(Refused):
    """Slack answered `ok: false`; `code` is its error code, `needed` the scopes that would do."""

    def __init__(self, code: str, message: str, hint: str, needed: str = "") -> None:
        super().__init__(message, hint)
        self.code = code
        self.needed = needed

    @property
    def reason(self) -> str:
        """Why, for the end of a sentence: the scope by its name, else Slack's code."""
        if self.code == "missing_scope" and self.needed:
            return f"the app lacks the scope {' or '.join(self.needed.split(','))}"
        return self.code
