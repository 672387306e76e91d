"""The services the platform stands on. Nothing connects, or is loaded, before its first use."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.clients.certificates import Certificates
from bot.clients.cloudflare import Cloudflare
from bot.clients.http import Http
from bot.clients.platform import Platform
from bot.clients.postgres import Database
from bot.clients.storage import Bucket
from bot.clients.upstash import Upstash

if TYPE_CHECKING:
    from pydantic import SecretStr

    from bot.settings import Environment, Settings

__all__ = ["Clients"]


@dataclass
class Clients:
    """One of each. `platform` is the default environment's; see `platform_for`.

    The database, the buckets and the cache are those of the default environment: the
    environment variables name one of each.
    """

    http: Http
    platform: Platform
    cloudflare: Cloudflare
    database: Database
    replica: Database
    pooler: Database
    backups: Bucket
    uploads: Bucket
    certificates: Certificates
    upstash: Upstash
    _platforms: dict[str, Platform] = field(default_factory=dict, repr=False)
    _session: str | None = field(default=None, repr=False)
    _prepared: bool = False

    @classmethod
    def connect(cls, settings: Settings, redact: Callable[[str], str] = str) -> Clients:
        """Clients for these settings; opens nothing.

        `redact` takes the secrets out of foreign text, before anything is cut from it.
        """
        secrets, storage = settings.secrets, settings.storage
        http = Http(settings.network.ca_file, settings.network.timeout_seconds, redact)
        environment = settings.environment()
        session = _clear(secrets.platform_session)
        platform = Platform(http, environment.api_url, session)
        r2_endpoint = storage.uploads_endpoint_url
        if r2_endpoint is None and settings.cloudflare.account_id:
            r2_endpoint = f"https://{settings.cloudflare.account_id}.r2.cloudflarestorage.com"
        return cls(
            http=http,
            platform=platform,
            cloudflare=Cloudflare(
                http,
                settings.cloudflare.api_url,
                _clear(secrets.cloudflare_api_token),
                settings.cloudflare.account_id,
                settings.cloudflare.zone_id,
                settings.cloudflare.status_url,
            ),
            database=Database(_clear(secrets.database_url), redact=redact),
            replica=Database(_clear(secrets.replica_database_url), redact=redact),
            pooler=Database(_clear(secrets.pooler_admin_url), redact=redact),
            backups=Bucket(
                storage.backup_bucket,
                _clear(secrets.aws_access_key_id),
                _clear(secrets.aws_secret_access_key),
                storage.backup_endpoint_url,
                storage.region,
                settings.network.ca_file,
                _unset(secrets, "aws_access_key_id", "aws_secret_access_key"),
            ),
            uploads=Bucket(
                storage.uploads_bucket,
                _clear(secrets.r2_access_key_id),
                _clear(secrets.r2_secret_access_key),
                r2_endpoint,
                "auto" if storage.uploads_endpoint_url is None else storage.region,
                settings.network.ca_file,
                _unset(secrets, "r2_access_key_id", "r2_secret_access_key"),
            ),
            certificates=Certificates(http.tls_context),
            upstash=Upstash(
                http,
                _clear(secrets.upstash_redis_rest_url),
                _clear(secrets.upstash_redis_rest_token),
            ),
            _platforms={environment.name: platform},
            _session=session,
        )

    def platform_for(self, environment: Environment) -> Platform:
        """The API of one environment. The bot's session belongs to the default one only."""
        if environment.name not in self._platforms:
            self._platforms[environment.name] = Platform(self.http, environment.api_url)
        return self._platforms[environment.name]

    async def prepare(self) -> None:
        """Load the libraries that the configured services need, once, away from the event loop.

        Call it before measuring: loading them in the middle would be measured too.
        """
        if not self._prepared:
            await asyncio.to_thread(self._load)
            self._prepared = True

    def _load(self) -> None:
        self.http.connect()
        if self.database.configured:
            import psycopg  # noqa: F401
        for bucket in (self.backups, self.uploads):
            if bucket.configured:
                bucket.connect()

    async def aclose(self) -> None:
        """Close every connection and thread."""
        self.backups.close()
        self.uploads.close()
        await self.http.aclose()


def _clear(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret is not None else None


def _unset(secrets: object, *names: str) -> tuple[str, ...]:
    return tuple(name.upper() for name in names if getattr(secrets, name) is None)
