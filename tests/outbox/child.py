"""A process that delivers until it is killed: argv is the path of its pitchey.toml."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from bot.observability import Observability
from bot.outbox import Outbox
from bot.settings import load
from bot.slack_calls import Slack
from bot.store import Store


async def main(config: Path) -> None:
    settings = load(config)
    token = settings.secrets.slack_bot_token
    assert token is not None
    store = Store.open(settings.store.path, settings.store_address)
    slack = Slack(token.get_secret_value(), settings.slack.api_url)
    await Outbox(store, slack, settings, Observability()).run()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
