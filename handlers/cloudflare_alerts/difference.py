"""What has to change at Cloudflare so that it notifies us as the guide wants. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from bot.clients.cloudflare_alerting import Policy, Webhook
from handlers.cloudflare_alerts.result import NAME, Change, Difference, Missing, Wanted

DDOS = Wanted("dos_attack_l7", "DDoS attack", "critical")
ORIGIN = Wanted("http_alert_origin_error", "Origin error rate", "warning", zoned=True)
INCIDENT = Wanted("incident_alert", "Cloudflare incident", "warning")
WANTED = (DDOS, ORIGIN, INCIDENT)
# No API creates it, on any plan.
WORKER_ERRORS = Missing(
    "Worker errors above 100 an hour",
    "Cloudflare's API offers no such notification on any plan",
    "the bot's own rule on worker errors watches it",
)


def difference(
    *,
    offered: Collection[str],
    webhooks: Sequence[Webhook],
    policies: Sequence[Policy],
    url: str,
    secret_known: bool,
    zone: str | None,
) -> Difference:
    """Compare; `secret_known` says that Cloudflare was given the present secret before."""
    destination, missing = _destination(webhooks, url, secret_known), [WORKER_ERRORS]
    changes = []
    for wanted in WANTED:
        reason = _unavailable(wanted, offered, zone)
        if reason:
            missing.append(Missing(wanted.title, reason, _INSTEAD[wanted.alert_type]))
        else:
            changes.append(_policy(wanted, policies, destination.id, zone))
    ours = {wanted.name for wanted in WANTED}
    others = sum(policy.name not in ours for policy in policies)
    return Difference(destination, tuple(changes), tuple(missing), url, others)


def filters_of(wanted: Wanted, zone: str | None) -> dict[str, list[str]]:
    """How a policy is narrowed: to the platform's zone, with the guide's target."""
    return {"zones": [zone], "slo": ["99.0"]} if wanted.zoned and zone else {}


_INSTEAD = {
    DDOS.alert_type: "response time and error rate rules of the bot will show an attack",
    ORIGIN.alert_type: "the bot's own rule on the origin error rate watches it",
    INCIDENT.alert_type: "`/pitchey health cloudflare` reads the status page",
}


def _unavailable(wanted: Wanted, offered: Collection[str], zone: str | None) -> str:
    if wanted.zoned and not zone:
        return "this platform has no Cloudflare zone"
    if wanted.alert_type not in offered:
        return "the account's plan does not offer it"
    return ""


def _destination(webhooks: Sequence[Webhook], url: str, secret_known: bool) -> Change:
    found = next((each for each in webhooks if each.name == NAME), None)
    found = found or next((each for each in webhooks if each.url == url), None)
    what = f"webhook destination {NAME}"
    if found is None:
        return Change("create", what, f"for {url}")
    if found.url != url:
        return Change("change", what, f"its address is {found.url}, not {url}", found.id)
    if found.name != NAME:
        return Change("change", what, f"it is called {found.name}", found.id)
    if not secret_known:
        return Change("change", what, "whether its secret is the present one is unknown", found.id)
    return Change("keep", what, "", found.id)


def _policy(
    wanted: Wanted, policies: Sequence[Policy], destination: str, zone: str | None
) -> Change:
    what = f"policy {wanted.name}"
    found = next((each for each in policies if each.name == wanted.name), None)
    if found is None:
        return Change("create", what, f"type {wanted.alert_type}", wanted=wanted)
    differs = []
    if found.alert_type != wanted.alert_type:
        differs.append(f"its type is {found.alert_type}")
    if not found.enabled:
        differs.append("it is switched off")
    if not destination or destination not in found.webhooks:
        differs.append("it does not notify the bot")
    if dict(found.filters) != filters_of(wanted, zone):
        differs.append("its filters differ")
    act = "change" if differs else "keep"
    return Change(act, what, ", ".join(differs), found.id, wanted)
