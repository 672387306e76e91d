"""What the sandbox's bot is started with: where everything is, and the keys to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.cloudflare.account import PAGES, STAGING, WORKER
from bot.sandbox.configuration import Tables
from bot.sandbox.database.practice import migrations_in
from bot.sandbox.door import HOST
from bot.sandbox.platform.auth import EMAIL, PASSWORD
from bot.sandbox.platform.regions import PLACES
from bot.sandbox.storage import BACKUPS, REGION, UPLOADS
from bot.sandbox.workspace import ANA, OMAR

if TYPE_CHECKING:
    from bot.sandbox.world import World

STORE = "pitchey.sqlite3"  # in the sandbox's folder


def tables(world: World) -> Tables:
    """What stands in its pitchey.toml; a table may be laid over by the person's own."""
    return {
        "environments.production": {
            "api_url": world.platform.api_url,
            "site_url": world.platform.site_url,
            "worker_script": WORKER,
            "pages_project": PAGES,
        },
        "environments.staging": {
            "api_url": world.staging.api_url,
            "site_url": world.staging.site_url,
            "worker_script": STAGING,
        },
        "slack": {"api_url": f"{world.url}/api/"},
        "http": {"host": HOST, "port": world.bot_port},
        "cloudflare": {
            "api_url": world.cloudflare.api_url,
            "account_id": world.account.id,
            "zone_id": world.account.zone.id if world.account.zone else None,
            "status_url": world.cloudflare.status_url,
            # Only a bot that serves HTTP can be called.
            "webhook_url": f"http://{HOST}:{world.bot_port}/webhooks/cloudflare"
            if world.mode == "http"
            else None,
        },
        "storage": {
            "backup_bucket": BACKUPS,
            "uploads_bucket": UPLOADS,
            "backup_endpoint_url": world.storage.url,
            "uploads_endpoint_url": world.storage.url,
            "region": REGION,
        },
        "store": {"path": STORE},
        "backups": {"programs": str(world.database.programs)},
        "diagnosis": {"account_email": EMAIL},
        "scale": {
            "regions": [
                {
                    "name": place.name,
                    "url": world.regions.url(place.name),
                    "countries": list(place.countries),
                    "default": place.default,
                }
                for place in PLACES
            ]
        },
        "migrations": {
            "folder": str(migrations_in(world.folder)),
            "verify": ["select count(*) > 0 from pitches"],
        },
        "network": {"ca_file": str(world.certificates.authority_file)},
        # Rita has hers by the user group @oncall; Omar is in it too, his own is higher.
        "roles": {"admin": (ANA,), "operator": (OMAR,), "responder": ("@oncall",)},
    }


def variables(world: World) -> dict[str, str]:
    """Its environment, secrets included."""
    backups, uploads = world.storage.keys[BACKUPS], world.storage.keys[UPLOADS]
    slack = {"SLACK_BOT_TOKEN": world.workspace.bot_token}
    if world.mode == "http":
        slack["SLACK_SIGNING_SECRET"] = world.workspace.signing_secret
    else:
        slack["SLACK_APP_TOKEN"] = world.workspace.app_token
    return slack | {
        "PITCHEY_CONFIG": str(world.config_path),
        "CLOUDFLARE_API_TOKEN": world.account.token.value,
        "CLOUDFLARE_WEBHOOK_SECRET": world.webhook_secret,
        "DATABASE_URL": world.database.url,
        "PLATFORM_PASSWORD": PASSWORD,
        "AWS_ACCESS_KEY_ID": backups.access_key_id,
        "AWS_SECRET_ACCESS_KEY": backups.secret_access_key,
        "R2_ACCESS_KEY_ID": uploads.access_key_id,
        "R2_SECRET_ACCESS_KEY": uploads.secret_access_key,
        "UPSTASH_REDIS_REST_URL": world.redis.url,
        "UPSTASH_REDIS_REST_TOKEN": world.redis.token,
    }
