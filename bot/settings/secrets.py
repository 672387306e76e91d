"""Secrets: from the environment (or a `.env` file beside pitchey.toml) and nowhere else."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, SecretStr

_SHAPES = re.compile(
    r"\b(?:xox[a-z]-|xapp-|xoxe\.|postgres(?:ql)?://|rediss?://|(?:AKIA|ASIA)[A-Z0-9]{16}"
    r"|eyJ[\w-]{8,}\.eyJ|(?:sk|rk)_(?:live|test)_|gh[pousr]_\w{20}|github_pat_)"
    r"|AGE-SECRET-KEY-1|-----BEGIN|://[^/\s:@]*:[^/\s@]+@",
)


def looks_secret(text: str) -> bool:
    """Whether a text has the shape of a token, a key or an address with a password."""
    return bool(_SHAPES.search(text))


def _bot_token(secret: SecretStr) -> SecretStr:
    if not secret.get_secret_value().startswith("xoxb-"):
        raise ValueError("is not a bot token: it begins with xoxb- (app page, OAuth & Permissions)")
    return secret


def _app_token(secret: SecretStr) -> SecretStr:
    if not secret.get_secret_value().startswith("xapp-"):
        raise ValueError(
            "is not an app-level token: it begins with xapp- (app page, Basic Information)"
        )
    return secret


def _connection_string(secret: SecretStr) -> SecretStr:
    text = secret.get_secret_value()
    if not re.match(r"postgres(ql)?://|\w+\s*=", text):
        raise ValueError("is not a PostgreSQL connection string: it begins with postgresql://")
    if "://" in text and not parses(text):
        raise ValueError(
            "is an address that cannot be read (a bracket, a port or a % sign is wrong)"
        )
    return secret


def parses(address: str) -> bool:
    """Whether it is a web-like address; libpq, which knows best, takes too long to load here."""
    try:
        parts = urlsplit(address)
        # A list of hosts (host1:5432,host2:5432) has no single port.
        return "," in parts.netloc or parts.port is None or parts.port > 0
    except ValueError:
        return False


def _secret_address(secret: SecretStr) -> SecretStr:
    if not re.match(r"https?://[^/\s]", secret.get_secret_value()):
        raise ValueError("is not a web address: it begins with https://")
    return secret


def _age_identity(secret: SecretStr) -> SecretStr:
    import pyrage

    if secret.get_secret_value().startswith("age1"):
        raise ValueError(
            "is the public half of an age key: the secret one is the line AGE-SECRET-KEY-1… "
            "of the key's file"
        )
    try:
        pyrage.x25519.Identity.from_str(secret.get_secret_value())
    except pyrage.IdentityError:
        message = "is not an age key: `age-keygen` writes one, AGE-SECRET-KEY-1…"
        raise ValueError(message) from None
    return secret


def _one_line(secret: SecretStr) -> SecretStr:
    if any(not character.isprintable() for character in secret.get_secret_value()):
        raise ValueError("contains a line break or an invisible character")
    return secret


def _long(secret: SecretStr) -> SecretStr:
    text = secret.get_secret_value()
    if len(text) < SHORTEST_OF_OURS or not text.isascii():
        raise ValueError(f"is guessable: use at least {SHORTEST_OF_OURS} random letters and digits")
    return secret


Secret = Annotated[SecretStr, AfterValidator(_one_line)]
SHORTEST_OF_OURS = 16  # characters of a secret that we choose ourselves


# Half of one of these is a mistake that would otherwise show only when a service is asked.
PAIRS = (
    ("aws_access_key_id", "aws_secret_access_key"),
    ("r2_access_key_id", "r2_secret_access_key"),
    ("upstash_redis_rest_url", "upstash_redis_rest_token"),
)


class Secrets(BaseModel):
    """Everything that must not be seen. Environment names are these names in capitals."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    slack_bot_token: Annotated[Secret, AfterValidator(_bot_token)] | None = None
    slack_app_token: Annotated[Secret, AfterValidator(_app_token)] | None = None
    slack_signing_secret: Secret | None = None
    cloudflare_api_token: Secret | None = None
    cloudflare_webhook_secret: Annotated[Secret, AfterValidator(_long)] | None = None
    database_url: Annotated[Secret, AfterValidator(_connection_string)] | None = None
    store_url: Annotated[Secret, AfterValidator(_connection_string)] | None = None
    store_password: Secret | None = None
    aws_access_key_id: Secret | None = None
    aws_secret_access_key: Secret | None = None
    r2_access_key_id: Secret | None = None
    r2_secret_access_key: Secret | None = None
    pooler_admin_url: Annotated[Secret, AfterValidator(_connection_string)] | None = None
    replica_database_url: Annotated[Secret, AfterValidator(_connection_string)] | None = None
    worker_database_url: Annotated[Secret, AfterValidator(_connection_string)] | None = None
    platform_session: Secret | None = None
    platform_password: Secret | None = None
    upstash_redis_rest_url: Annotated[Secret, AfterValidator(_secret_address)] | None = None
    upstash_redis_rest_token: Secret | None = None
    scratch_database_url: Annotated[Secret, AfterValidator(_connection_string)] | None = None
    backup_age_identity: Annotated[Secret, AfterValidator(_age_identity)] | None = None

    def values(self) -> tuple[str, ...]:
        """Every secret that is set, in clear: for the redactor only."""
        held = (getattr(self, name) for name in type(self).model_fields)
        return tuple(secret.get_secret_value() for secret in held if secret is not None)
