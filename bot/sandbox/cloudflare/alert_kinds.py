"""Which alerts an account may be told about: by the plan of its zone, where it has one."""

from __future__ import annotations

_PLANS = ("", "free", "pro", "business", "enterprise")  # "" is an account without a zone
# Product, type, title, words, and the least plan that has it.
_KINDS = (
    ("Workers", "workers_alert", "Workers Weekly Summary", "Usage summary each week.", ""),
    ("Pages", "pages_event_alert", "Project updates", "Deployments of Pages projects.", ""),
    ("DoS Protection", "dos_attack_l7", "HTTP DDoS Attack Alert", "An attack on HTTP.", ""),
    ("Cloudflare Status", "incident_alert", "Incident Alert", "Cloudflare's own incidents.", ""),
    (
        "Cloudflare Status",
        "maintenance_event_notification",
        "Maintenance Notification",
        "Planned maintenance.",
        "",
    ),
    ("Billing", "billing_usage_alert", "Usage Based Billing", "A product's usage.", ""),
    ("SSL/TLS", "universal_ssl_event_type", "Universal SSL Alert", "Certificates.", "free"),
    (
        "Origin Monitoring",
        "real_origin_monitoring",
        "Passive Origin Monitoring",
        "The origin answers 521.",
        "pro",
    ),
    (
        "Traffic Monitoring",
        "http_alert_origin_error",
        "Origin Error Rate Alert",
        "5xx of the origin against an objective.",
        "enterprise",
    ),
)


def offered(plan: str) -> dict[str, list[dict[str, object]]]:
    """Kinds of alert by product, as GET …/available_alerts lists them."""
    listed: dict[str, list[dict[str, object]]] = {}
    for product, kind, title, words, least in _KINDS:
        if _PLANS.index(plan) >= _PLANS.index(least):
            entry: dict[str, object] = {
                "type": kind, "display_name": title, "description": words, "filter_options": [],
            }  # fmt: skip
            listed.setdefault(product, []).append(entry)
    return listed
