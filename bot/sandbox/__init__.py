"""The whole world on one machine: a Slack workspace, the platform, its database and its storage."""
