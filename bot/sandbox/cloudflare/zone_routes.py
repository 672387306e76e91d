"""What Cloudflare's API offers about a zone: (method, path, permission, handler)."""

from __future__ import annotations

from aiohttp import web

from bot.sandbox.cloudflare import account as accounts
from bot.sandbox.cloudflare.account import Account
from bot.sandbox.cloudflare.envelope import good
from bot.sandbox.cloudflare.gatekeeper import Handler
from bot.sandbox.cloudflare.zone_firewall import Firewall
from bot.sandbox.cloudflare.zone_purge import Purging
from bot.sandbox.cloudflare.zone_rules import Rulesets
from bot.sandbox.zone.edge import ZoneEdge

Route = tuple[str, str, str, Handler]
_IPV4 = (
    "173.245.48.0/20 103.21.244.0/22 103.22.200.0/22 103.31.4.0/22 141.101.64.0/18 "
    "108.162.192.0/18 190.93.240.0/20 188.114.96.0/20 197.234.240.0/22 198.41.128.0/17 "
    "162.158.0.0/15 104.16.0.0/13 104.24.0.0/14 172.64.0.0/13 131.0.72.0/22"
)
_IPV6 = (
    "2400:cb00::/32 2606:4700::/32 2803:f800::/32 2405:b500::/32 2405:8100::/32 "
    "2a06:98c0::/29 2c0f:f248::/32"
)


def zone_routes(api: str, account: Account, edge: ZoneEdge, purging: Purging) -> tuple[Route, ...]:
    rulesets, firewall = Rulesets(account, edge), Firewall(account, edge)
    z, a = api + "/zones/{zone}", api + "/accounts/{account}"
    entry, one = z + "/rulesets/phases/{phase}/entrypoint", z + "/rulesets/{ruleset}"
    rule = one + "/rules/{rule}"
    access, setting = "/firewall/access_rules/rules", z + "/settings/{setting}"
    see, edit = accounts.READ_CACHE_RULES, accounts.WRITE_CACHE_RULES
    look, guard = accounts.READ_FIREWALL, accounts.WRITE_FIREWALL
    look_all, guard_all = accounts.READ_ACCOUNT_FIREWALL, accounts.WRITE_ACCOUNT_FIREWALL
    return (
        ("POST", z + "/purge_cache", accounts.PURGE, purging.purge),
        ("POST", z + "/invalidate_cache", accounts.PURGE, purging.invalidate),
        ("GET", entry, see, rulesets.entrypoint),
        ("PUT", entry, edit, rulesets.replace),
        ("GET", one, see, rulesets.one),
        ("POST", one + "/rules", edit, rulesets.add),
        ("PATCH", rule, edit, rulesets.change),
        ("DELETE", rule, edit, rulesets.remove),
        ("GET", setting, accounts.READ_ZONE_SETTINGS, firewall.setting),
        ("PATCH", setting, accounts.WRITE_ZONE_SETTINGS, firewall.change_setting),
        ("GET", z + access, look, firewall.rules),
        ("POST", z + access, guard, firewall.add),
        ("DELETE", z + access + "/{rule}", guard, firewall.remove),
        ("GET", a + access, look_all, firewall.rules),
        ("POST", a + access, guard_all, firewall.add),
        ("DELETE", a + access + "/{rule}", guard_all, firewall.remove),
    )


async def addresses(_request: web.Request) -> web.Response:
    """GET /ips needs no token: the networks of Cloudflare itself."""
    return good({"ipv4_cidrs": _IPV4.split(), "ipv6_cidrs": _IPV6.split(), "etag": "38f79d050aa0"})
