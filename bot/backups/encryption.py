"""Encryption on the bot's side with age: the bucket and its owner cannot read a backup.

The format is the one of the `age` program, so a backup can be opened without the bot:
`age -d -i key.txt database.dump.zst.age | zstd -d | pg_restore …`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from bot.errors import NotConfigured

if TYPE_CHECKING:
    from bot.settings import Settings


class Source(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


class Target(Protocol):
    def write(self, piece: bytes, /) -> int: ...

    def flush(self) -> None: ...


def recipient_of(settings: Settings) -> str:
    """The public key that backups are encrypted to; empty where they are not encrypted."""
    identity = settings.secrets.backup_age_identity
    if identity is None:
        return ""
    import pyrage

    return str(pyrage.x25519.Identity.from_str(identity.get_secret_value()).to_public())


def encrypt(source: Source, target: Target, recipient: str) -> None:
    """Raises what the two raise, or pyrage's own errors around it."""
    import pyrage

    key = pyrage.x25519.Recipient.from_str(recipient)
    pyrage.encrypt_io(_Wanting(source), target, [key])


def decrypt(source: Source, target: Target, settings: Settings, recipient: str) -> None:
    """Raises NotConfigured without the right key, and pyrage.DecryptError for a damaged text."""
    import pyrage

    identity = settings.secrets.backup_age_identity
    if identity is None or recipient_of(settings) != recipient:
        raise NotConfigured(
            f"The backup is encrypted to the key {recipient}, which the bot does not have.",
            "Set BACKUP_AGE_IDENTITY to the key file's AGE-SECRET-KEY-… line of that key.",
        )
    key: Any = pyrage.x25519.Identity.from_str(identity.get_secret_value())
    pyrage.decrypt_io(_Wanting(source), target, [key])


class _Wanting:
    """pyrage asks for small pieces: they come from a larger one."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._held = memoryview(b"")

    def read(self, size: int = -1) -> bytes:
        if not self._held:
            self._held = memoryview(self._source.read(1 << 20))
        piece, self._held = self._held[:size], self._held[size:]
        return bytes(piece)
