"""Which cause each fault switch must be diagnosed as, and which faults nobody can see behind which.

A fault hides another where the other has no effect left that anybody could see: an API that
refuses connections has no CORS headers. Of such a pair the visible one must be found.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

from bot.sandbox.faults import CATALOGUE
from bot.symptoms import Symptom

SLOW, AUTH, DATABASE, UPLOADS = Symptom.SLOW, Symptom.AUTH, Symptom.DATABASE, Symptom.UPLOADS
SYMPTOMS = tuple(str(each) for each in Symptom)


@dataclass(frozen=True, slots=True)
class Expected:
    """Any of `causes` is right; none are where nothing must be found. `blind` is a part that the
    answer must name as not looked at. `symptom` is what people would ask for."""

    symptom: Symptom
    causes: tuple[str, ...] = ()
    blind: str = ""


def _(symptom: Symptom, *causes: str) -> Expected:
    return Expected(symptom, causes)


_BLIND = Expected(SLOW, (), "Workers telemetry")
EXPECTED: dict[str, Expected] = {
    "api_slow": _(SLOW, "api_late"),
    "api_errors": _(DATABASE, "api_partly_failing"),
    "api_down": _(SLOW, "api_unreachable"),
    "api_html": _(AUTH, "api_wrong_page"),
    "api_empty": _(UPLOADS, "api_empty"),
    "api_redirects": _(AUTH, "api_redirects"),
    "api_drip": _(SLOW, "api_trickles"),
    "api_degraded": _(SLOW, "part_degraded"),
    "bad_release": _(AUTH, "bad_deployment", "worker_throws", "api_failing"),
    "rate_limited": _(AUTH, "api_limits"),
    "site_down": _(SLOW, "site_away"),
    "site_slow": _(SLOW, "site_late"),
    "certificate_expired": _(AUTH, "certificate_refused"),
    "certificate_wrong_host": _(AUTH, "certificate_refused"),
    "certificate_expiring": _(SLOW, "certificate_ending"),
    "database_down": _(DATABASE, "database_away"),
    "database_slow": _(DATABASE, "database_late"),
    "database_quota": _(DATABASE, "database_quota"),
    "database_waking": _(DATABASE, "database_waking"),
    "pool_full": _(DATABASE, "database_full"),
    "blocking_session": _(DATABASE, "session_blocks"),
    "missing_index": _(SLOW, "index_missing"),
    "cache_down": _(SLOW, "cache_away"),
    "cache_cold": _(SLOW, "cache_cold"),
    "worker_cpu_high": _(SLOW, "cpu_high"),
    "cold_starts": _(SLOW, "cold_starts"),
    "region_down": _(SLOW, "region_away"),
    "region_slow": _(SLOW, "region_late"),
    "auth_broken": _(AUTH, "sign_in_failing", "login_failing"),
    "jwt_secret_missing": _(AUTH, "secret_missing"),
    "session_store_down": _(AUTH, "session_store_broken"),
    "cookies_insecure": _(AUTH, "cookies_unprotected"),
    "cors_wrong": _(AUTH, "cors_refused"),
    "clock_skew": _(AUTH, "api_clock_wrong"),
    "storage_refuses": _(UPLOADS, "bucket_refuses"),
    "storage_down": _(UPLOADS, "storage_away"),
    "storage_slow": _(UPLOADS, "bucket_late"),
    "uploads_read_only": _(UPLOADS, "bucket_read_only"),
    "multipart_refused": _(UPLOADS, "parts_refused"),
    "bucket_missing": _(UPLOADS, "bucket_missing"),
    "upload_endpoint_broken": _(UPLOADS, "upload_address_failing"),
    "upload_limit_low": _(UPLOADS, "upload_limit_low"),
    "cloudflare_incident": _(SLOW, "cloudflare_incident"),
    # What only blinds the bot is no cause of anything.
    "cloudflare_down": _BLIND,
    "cloudflare_forbidden": _BLIND,
    "cloudflare_limited": _BLIND,
    "cloudflare_lies": _BLIND,
    "logs_off": _BLIND,
    "cloudflare_flaky": _(SLOW),
    "cloudflare_slow": _(SLOW),
    # These break nothing that people feel: they are of backups, live logs and notifications.
    "backup_old": _(UPLOADS),
    "tail_cut": _(SLOW),
    "analytics_late": _(SLOW),
    "analytics_partial": _(SLOW),
    "ddos_attack": _(SLOW),
    # What CI builds serves nobody yet, and a secret that was set is there.
    "build": _(SLOW),
    "build_errors": _(SLOW),
    "build_slow": _(SLOW),
    "build_broken": _(SLOW),
    "secret_changed": _(AUTH),
}

# Behind these no answer of the API means anything.
_FRONT = (
    "api_down", "api_drip", "api_slow", "api_redirects", "api_html", "api_empty", "rate_limited",
    "bad_release", "certificate_expired", "certificate_wrong_host",
)  # fmt: skip
_BY_API = (
    "api_errors", "api_degraded", "auth_broken", "cors_wrong", "cookies_insecure", "clock_skew",
    "upload_endpoint_broken", "upload_limit_low", "cold_starts", "missing_index",
)  # fmt: skip
# Without a session nobody sees what only signed-in people meet.
_SIGNED_IN = ("cookies_insecure", "upload_endpoint_broken", "upload_limit_low")
_NO_SIGN_IN = (
    "auth_broken", "jwt_secret_missing", "session_store_down", "database_down", "database_quota",
    "database_waking", "database_slow", "pool_full",
)  # fmt: skip
_DATABASE_AWAY = ("database_down", "database_quota", "database_waking")
_IN_DATABASE = (
    "database_slow", "pool_full", "blocking_session", "missing_index", "session_store_down",
)  # fmt: skip
_IN_BUCKET = ("storage_slow", "uploads_read_only", "multipart_refused", "storage_refuses")
_CLOUDFLARE = ("cloudflare_down", "cloudflare_forbidden", "cloudflare_limited", "cloudflare_lies")
# In this order: what answers first decides what is seen.
_FIRST_OF_FRONT = (
    "api_down", "certificate_expired", "certificate_wrong_host", "api_drip", "bad_release",
    "api_slow", "rate_limited", "api_redirects", "api_html", "api_empty",
)  # fmt: skip


def _hidden() -> set[tuple[str, str]]:
    """(visible, hidden) pairs."""
    found = {(front, other) for front in _FRONT for other in _BY_API}
    found |= set(combinations(_FIRST_OF_FRONT, 2))
    found |= {(front, other) for front in ("api_down",) for other in ("worker_cpu_high",)}
    found |= {(each, other) for each in _NO_SIGN_IN for other in _SIGNED_IN}
    found |= {(away, other) for away in _DATABASE_AWAY for other in _IN_DATABASE}
    found |= set(combinations(_DATABASE_AWAY, 2))
    found |= {("database_waking", "database_quota")}  # the quota is told first
    found |= {(full, other) for full in ("pool_full",) for other in _IN_DATABASE[2:]}
    found |= {("database_slow", "missing_index"), ("blocking_session", "missing_index")}
    found |= {("storage_down", other) for other in (*_IN_BUCKET, "bucket_missing")}
    found |= {("bucket_missing", other) for other in _IN_BUCKET}
    found |= {("storage_refuses", other) for other in _IN_BUCKET[:3]}
    found |= {("storage_slow", other) for other in _IN_BUCKET[1:3]}
    found |= {("uploads_read_only", "multipart_refused")}
    found |= {(each, "worker_cpu_high") for each in _CLOUDFLARE}
    certificates = ("certificate_expired", "certificate_wrong_host")
    found |= {(each, other) for each in certificates for other in ("region_down", "region_slow")}
    found |= {("certificate_expired", "certificate_expiring")}
    found |= {("certificate_wrong_host", "site_slow"), ("certificate_expired", "site_slow")}
    found |= {("cache_down", "cache_cold"), ("site_down", "site_slow")}
    found |= {("jwt_secret_missing", "auth_broken")}
    return found


HIDDEN = _hidden()


def visible(names: Iterable[str]) -> tuple[str, ...]:
    """Those of some faults that somebody could see while all of them are on."""
    all_of = tuple(names)
    return (
        tuple(name for name in all_of if not any((other, name) in HIDDEN for other in all_of))
        or all_of[:1]
    )


def faults() -> tuple[str, ...]:
    """Every switch of the platform's world, in the catalogue's order."""
    return tuple(each.name for each in CATALOGUE if each.name in EXPECTED)


def pairs() -> tuple[tuple[str, str], ...]:
    """Every pair of faults that each have a cause of their own."""
    causing = [name for name in faults() if EXPECTED[name].causes]
    return tuple(combinations(causing, 2))


def missed(names: Iterable[str], found: Iterable[str]) -> tuple[str, ...]:
    """The visible faults that none of the found causes names."""
    causes = set(found)
    return tuple(
        name
        for name in visible(names)
        if EXPECTED[name].causes and not causes & set(EXPECTED[name].causes)
    )


def false_alarms(names: Iterable[str], found: Iterable[str]) -> tuple[str, ...]:
    """Found causes that none of the faults, hidden ones too, is."""
    right = {cause for name in names for cause in EXPECTED[name].causes}
    return tuple(cause for cause in found if cause not in right)
