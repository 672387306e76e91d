"""Messages that must arrive, in order, once: stored first, then posted by one worker.

Each channel has a lane of its own, so one that Slack refuses never holds up another. After a
crash between posting and recording, Slack itself is asked: each message carries its key as
metadata. See `Outbox`.
"""

from bot.outbox.service import Outbox

__all__ = ["Outbox"]
