"""Channels that the bot makes, and what Slack tells of channels and messages."""
