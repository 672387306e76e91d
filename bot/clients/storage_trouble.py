"""What an object store's error means. Pure."""

from __future__ import annotations

from enum import StrEnum

from bot.errors import Unreachable


class StorageTrouble(StrEnum):
    """Why a bucket cannot be used."""

    DENIED = "permission denied"
    NO_BUCKET = "no such bucket"
    KEYS = "access keys refused"
    NAME = "name not resolved"
    REFUSED = "connection refused"
    TIMED_OUT = "timed out"
    CUT = "connection cut"
    CERTIFICATE = "certificate not accepted"
    SLOW_DOWN = "rate limited"
    FAILING = "failing"
    OTHER = "not usable"


_CODES = {
    "AccessDenied": StorageTrouble.DENIED,
    "AllAccessDisabled": StorageTrouble.DENIED,
    "403": StorageTrouble.DENIED,
    "NoSuchBucket": StorageTrouble.NO_BUCKET,
    "404": StorageTrouble.NO_BUCKET,
    "InvalidAccessKeyId": StorageTrouble.KEYS,
    "SignatureDoesNotMatch": StorageTrouble.KEYS,
    "Unauthorized": StorageTrouble.KEYS,
    "ExpiredToken": StorageTrouble.KEYS,
    "InvalidToken": StorageTrouble.KEYS,
    "401": StorageTrouble.KEYS,
    "SlowDown": StorageTrouble.SLOW_DOWN,
    "TooManyRequests": StorageTrouble.SLOW_DOWN,
    "429": StorageTrouble.SLOW_DOWN,
}

_SENTENCES = {
    StorageTrouble.DENIED: "The bucket {bucket} is there, but the access keys may not use it.",
    StorageTrouble.NO_BUCKET: "There is no bucket called {bucket}.",
    StorageTrouble.KEYS: "The access keys for the bucket {bucket} are refused.",
    StorageTrouble.NAME: "The name of the object store cannot be resolved.",
    StorageTrouble.REFUSED: "The object store refuses connections.",
    StorageTrouble.TIMED_OUT: "The object store did not answer in time.",
    StorageTrouble.CUT: "The object store cut the connection in the middle of a transfer.",
    StorageTrouble.CERTIFICATE: "The certificate of the object store is not accepted.",
    StorageTrouble.SLOW_DOWN: "The object store asks to slow down.",
    StorageTrouble.FAILING: "The object store answers with a fault of its own.",
    StorageTrouble.OTHER: "The bucket {bucket} cannot be used.",
}

_HINTS = {
    StorageTrouble.DENIED: "Grant the key list and read on the bucket, and write for backups.",
    StorageTrouble.NO_BUCKET: "Correct the bucket's name in pitchey.toml, [storage].",
    StorageTrouble.KEYS: "Replace the access key in the bot's environment.",
    StorageTrouble.NAME: "Correct the endpoint in pitchey.toml, [storage].",
    StorageTrouble.REFUSED: "Look at the provider's status page.",
    StorageTrouble.TIMED_OUT: "Look at the provider's status page.",
    StorageTrouble.CUT: "Try again; if it is cut each time, look at the provider's status page.",
    StorageTrouble.CERTIFICATE: "Set ca_file under [network] if the store has its own authority.",
    StorageTrouble.SLOW_DOWN: "Try again in a minute.",
    StorageTrouble.FAILING: "Look at the provider's status page.",
}


class StorageFailure(Unreachable):
    """A bucket did not do what was asked: `trouble` says why, `code` is the store's own word."""

    def __init__(self, trouble: StorageTrouble, bucket: str, code: str = "") -> None:
        permanent = trouble in {
            StorageTrouble.DENIED,
            StorageTrouble.NO_BUCKET,
            StorageTrouble.KEYS,
        }
        message = _SENTENCES[trouble].format(bucket=bucket)
        if trouble is StorageTrouble.OTHER and code:
            message = f"{message.rstrip('.')} ({code})."
        super().__init__(message, _HINTS.get(trouble, ""), permanent=permanent)
        self.trouble = trouble
        self.code = code


def meaning(code: str, status: int) -> StorageTrouble:
    """The trouble behind an error code of S3 and its HTTP status."""
    found = _CODES.get(code) or _CODES.get(str(status))
    if found is not None:
        return found
    return StorageTrouble.FAILING if status >= 500 else StorageTrouble.OTHER
