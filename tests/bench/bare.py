"""The bare Bolt app that everything is measured against: it acknowledges and does nothing else."""

from __future__ import annotations

import os
import sys

from slack_bolt.adapter.asgi.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient


def app(token: str, secret: str, slack: str) -> AsyncApp:
    """A Bolt app in the same mode as the bot, with one listener."""
    made = AsyncApp(
        name="bare",
        client=AsyncWebClient(token=token, base_url=slack),
        signing_secret=secret,
        process_before_response=True,
    )

    @made.command("/pitchey")
    async def acknowledge(ack: object) -> None:
        await ack()  # type: ignore[operator]

    return made


async def serve() -> None:
    import uvicorn

    bolt = app(
        os.environ["SLACK_BOT_TOKEN"],
        os.environ["SLACK_SIGNING_SECRET"],
        os.environ["BENCH_SLACK_URL"],
    )
    config = uvicorn.Config(
        AsyncSlackRequestHandler(bolt, path="/slack/events"),
        host="127.0.0.1",
        port=int(os.environ["PORT"]),
        loop="uvloop",
        http="httptools",
        lifespan="off",
        access_log=False,
        log_config=None,
    )
    await uvicorn.Server(config).serve()


if __name__ == "__main__":
    import uvloop

    sys.exit(uvloop.run(serve()))  # type: ignore[func-returns-value]
