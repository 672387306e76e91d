"""A stand-in for Cloudflare: its API, analytics and status page, about the sandbox's platform."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from bot.sandbox.cloudflare import account as accounts
from bot.sandbox.cloudflare.account import Account
from bot.sandbox.cloudflare.alerting import Alerting
from bot.sandbox.cloudflare.contents import Contents
from bot.sandbox.cloudflare.envelope import bad, no_such_route
from bot.sandbox.cloudflare.gatekeeper import Gatekeeper, Handler
from bot.sandbox.cloudflare.lists import Lists
from bot.sandbox.cloudflare.pages_api import Pages
from bot.sandbox.cloudflare.resources import Resources
from bot.sandbox.cloudflare.services import Services
from bot.sandbox.cloudflare.status_page import StatusPage
from bot.sandbox.cloudflare.tails import Tails
from bot.sandbox.cloudflare.telemetry import Telemetry
from bot.sandbox.cloudflare.uploads import Uploads
from bot.sandbox.cloudflare.workers import Workers
from bot.sandbox.cloudflare.zone_purge import Purging
from bot.sandbox.cloudflare.zone_routes import addresses, zone_routes
from bot.sandbox.faults import Faults
from bot.sandbox.request_log import RequestLog
from bot.sandbox.serving import Serving
from bot.sandbox.zone.edge import ZoneEdge

__all__ = ["Account", "Cloudflare"]

_API = "/client/v4"
# Switches that Cloudflare notifies of: the type of alert, its name and its words.
_NOTIFIED = {
    "ddos_attack": (
        "dos_attack_l7",
        "HTTP DDoS Attack",
        "An HTTP DDoS attack of 84,000 requests per second is being mitigated.",
    ),
    "cloudflare_incident": (
        "incident_alert",
        "Cloudflare incident",
        "Elevated errors with Workers, Workers KV and R2.",
    ),
}


class Cloudflare:
    """`api_url` answers `account.token`; `status_url` answers anybody."""

    def __init__(
        self, account: Account, log: RequestLog, faults: Faults, past_url: Callable[[], str]
    ) -> None:
        self.account = account
        self.alerting = Alerting(account)
        self.edge = ZoneEdge(account)
        self.purging = Purging(account, self.edge)
        self.lists = Lists(account)
        self.tails = Tails(account, log, faults, lambda: self._serving.url)
        self._faults = faults
        self._gatekeeper = Gatekeeper(account, faults)
        self._serving = Serving(self._application(log, past_url))

    @property
    def api_url(self) -> str:
        return f"{self._serving.url}{_API}"

    @property
    def status_url(self) -> str:
        return f"{self._serving.url}/api/v2/summary.json"

    async def start(self) -> None:
        await self._serving.start()

    async def stop(self) -> None:
        await self._serving.stop()

    def reset(self) -> None:
        """Forget limits and put the account back as it was at the start."""
        self._gatekeeper.forget()
        self.account.reset()
        self.alerting.reset()
        self.tails.reset()
        self.edge.reset()
        self.purging.reset()
        self.lists.reset()

    async def apply(self, changed: str) -> None:
        """Bring the account in line with a switch, and notify; the others act by themselves."""
        on = self._faults.on(changed)
        if changed == "bad_release":
            if on:
                self.account.release_badly()
            else:
                self.account.recover()
        elif changed == "secret_changed" and on:
            self.account.change_secret()
        elif changed == "jwt_secret_missing":
            self.account.lose_secret("JWT_SECRET", lost=on)
        elif changed in _NOTIFIED:
            kind, name, text = _NOTIFIED[changed]
            await self.alerting.notify(kind, name, text, begins=on)

    def _application(self, log: RequestLog, past_url: Callable[[], str]) -> web.Application:
        workers, resources = Workers(self.account), Resources(self.account, self._faults)
        uploads, pages = Uploads(self.account), Pages(self.account)
        services = Services(self.account, workers)
        telemetry = Telemetry(self.account, log, self._faults, past_url)
        tails, alerting = self.tails, self.alerting
        allowing = self._gatekeeper.allowing
        a = _API + "/accounts/{account}"
        s = a + "/workers/scripts/{script}"
        n = a + "/alerting/v3"
        p = a + "/pages/projects/{project}"
        see, edit = accounts.READ_NOTIFICATIONS, accounts.WRITE_NOTIFICATIONS
        routes = (
            ("GET", _API + "/user/tokens/verify", "", resources.verify),
            ("GET", _API + "/user", "", resources.user),
            ("GET", _API + "/accounts", "", resources.accounts),
            ("GET", a, accounts.READ_ACCOUNT, resources.account),
            ("GET", a + "/workers/scripts", accounts.READ_WORKERS, workers.scripts),
            ("GET", s + "/deployments", accounts.READ_WORKERS, workers.deployments),
            ("POST", s + "/deployments", accounts.WRITE_WORKERS, workers.deploy),
            ("GET", s + "/versions", accounts.READ_WORKERS, workers.versions),
            ("GET", s + "/versions/{version}", accounts.READ_WORKERS, workers.version),
            ("GET", s + "/content/v2", accounts.READ_WORKERS, Contents(workers).content),
            ("POST", s + "/versions", accounts.WRITE_WORKERS, uploads.version),
            ("PUT", s, accounts.WRITE_WORKERS, uploads.script),
            ("GET", a + "/workers/services/{script}", accounts.READ_WORKERS, services.service),
            ("GET", a + "/workers/workers/{script}", accounts.READ_WORKERS, services.worker),
            ("GET", a + "/workers/subdomain", accounts.READ_WORKERS, services.subdomain),
            ("GET", s + "/subdomain", accounts.READ_WORKERS, services.script_subdomain),
            ("POST", s + "/subdomain", accounts.WRITE_WORKERS, services.script_subdomain),
            ("GET", s + "/script-settings", accounts.READ_WORKERS, services.script_settings),
            ("PATCH", s + "/script-settings", accounts.WRITE_WORKERS, services.script_settings),
            ("GET", s + "/settings", accounts.READ_WORKERS, workers.settings),
            ("PATCH", s + "/settings", accounts.WRITE_WORKERS, workers.edit_settings),
            ("GET", s + "/secrets", accounts.READ_WORKERS, workers.secrets),
            ("PUT", s + "/secrets", accounts.WRITE_WORKERS, workers.put_secret),
            ("DELETE", s + "/secrets/{secret}", accounts.WRITE_WORKERS, workers.delete_secret),
            (
                "POST",
                a + "/workers/observability/telemetry/query",
                accounts.READ_OBSERVABILITY,
                telemetry.query,
            ),
            ("GET", a + "/r2/buckets", accounts.READ_R2, resources.buckets),
            ("GET", a + "/r2/buckets/{bucket}", accounts.READ_R2, resources.bucket),
            ("GET", a + "/storage/kv/namespaces", accounts.READ_KV, resources.namespaces),
            ("GET", p, accounts.READ_PAGES, pages.project),
            ("GET", p + "/deployments", accounts.READ_PAGES, pages.deployments),
            (
                "POST",
                p + "/deployments/{deployment}/rollback",
                accounts.WRITE_PAGES,
                pages.rollback,
            ),
            ("GET", s + "/tails", accounts.READ_TAIL, tails.told),
            ("POST", s + "/tails", accounts.READ_TAIL, tails.create),
            ("DELETE", s + "/tails/{tail}", accounts.READ_TAIL, tails.delete),
            ("GET", n + "/available_alerts", see, alerting.available),
            ("GET", n + "/destinations/eligible", see, alerting.eligible),
            ("GET", n + "/destinations/webhooks", see, alerting.list_webhooks),
            ("POST", n + "/destinations/webhooks", edit, alerting.add_webhook),
            ("PUT", n + "/destinations/webhooks/{webhook}", edit, alerting.change_webhook),
            ("DELETE", n + "/destinations/webhooks/{webhook}", edit, alerting.remove_webhook),
            ("GET", n + "/policies", see, alerting.list_policies),
            ("POST", n + "/policies", edit, alerting.add_policy),
            ("PUT", n + "/policies/{policy}", edit, alerting.change_policy),
            ("GET", n + "/history", see, alerting.list_history),
            ("GET", _API + "/zones/{zone}", accounts.READ_ZONE, resources.zone),
            ("POST", _API + "/graphql", "", self._graphql(log, past_url)),
            *zone_routes(_API, self.account, self.edge, self.purging),
            *self.lists.routes(a),
        )
        application = web.Application()
        for method, path, permission, handler in routes:
            application.router.add_route(method, path, allowing(permission, handler))
        application.router.add_get("/api/v2/summary.json", StatusPage(self._faults).summary)
        application.router.add_get("/tail/{tail}", tails.connect)
        application.router.add_get(_API + "/ips", addresses)
        application.router.add_route("*", _API + "/{tail:.*}", allowing("", _unknown))
        return application

    def _graphql(self, log: RequestLog, past_url: Callable[[], str]) -> Handler:
        async def answer(request: web.Request) -> web.Response:
            # a third of a second, and most runs never ask
            from bot.sandbox.cloudflare.analytics import Analytics

            site = tuple(self.edge.told)
            analytics = Analytics(self.account, log, self._faults, past_url, site)
            return await analytics.answer(request)

        return answer


async def _unknown(request: web.Request) -> web.Response:
    return bad(no_such_route(request.path.removeprefix(_API)))
