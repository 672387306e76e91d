from tests.outbox.conftest import outbox, settings, slack, stage, store

__all__ = ["outbox", "settings", "slack", "stage", "store"]
