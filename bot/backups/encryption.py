"""Encryption on the bot's side with age: the bucket and its owner cannot read a backup.

The format is the one of the `age` program, so a backup can be opened without the bot:
`age -d -i key.txt database.dump.zst.age | zstd -d | pg_restore …`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from bot.errors import NotConfigured

if TYPE_CHECKING:
    from bot.backups.shelf import KeptBackup
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


def check_key(settings: Settings, backup: KeptBackup) -> None:
    """Raises NotConfigured where the bot cannot read that backup."""
    own = recipient_of(settings)
    if backup.readable_with(own):
        return
    which = f"the bot's own key is {own}" if own else "the bot has no key"
    raise NotConfigured(
        f"The bot cannot read the backup {backup.id}: it does not have its key. It is encrypted to "
        f"{backup.recipient}; {which}.",
        "Take the line that begins with AGE-SECRET-KEY-1 from that key's file in your vault, put "
        "it into BACKUP_AGE_IDENTITY and restart the bot.",
        offers=(("All backups", "backups"),),
    )


def encrypt(source: Source, target: Target, recipient: str) -> None:
    """Raises what the two raise, or pyrage's own errors around it."""
    import pyrage

    key = pyrage.x25519.Recipient.from_str(recipient)
    pyrage.encrypt_io(_Wanting(source), target, [key])


def decrypt(source: Source, target: Target, settings: Settings, backup: KeptBackup) -> None:
    """Raises NotConfigured without the right key, and pyrage.DecryptError for a damaged text."""
    import pyrage

    check_key(settings, backup)
    identity = settings.secrets.backup_age_identity
    key: Any = pyrage.x25519.Identity.from_str(identity.get_secret_value() if identity else "")
    wanting = _Wanting(source)
    try:
        pyrage.decrypt_io(wanting, target, [key])
    except OSError as error:
        # So pyrage calls damage behind the text's head; what the bucket's connection raises is none
        if wanting.failed or error.errno is not None:
            raise
        raise pyrage.DecryptError(str(error)) from error


class _Wanting:
    """pyrage asks for small pieces: they come from a larger one."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._held = memoryview(b"")
        self.failed = False

    def read(self, size: int = -1) -> bytes:
        if not self._held:
            try:
                self._held = memoryview(self._source.read(1 << 20))
            except BaseException:
                self.failed = True
                raise
        piece, self._held = self._held[:size], self._held[size:]
        return bytes(piece)
