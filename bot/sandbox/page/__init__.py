"""The page of the sandbox's workspace: drawn here, alive in the browser."""

from __future__ import annotations

from bot.sandbox.page.mounting import add_page

__all__ = ["add_page"]
