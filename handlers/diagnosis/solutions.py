"""What can be done: the guide's solutions and the commands of this bot that do them. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.symptoms import Symptom
from handlers.diagnosis.evidence import Evidence
from handlers.diagnosis.result import Cause, Step


@dataclass(frozen=True, slots=True)
class Solution:
    """`line` is a command line in which {fact} stands for a fact's value; empty where none does it.

    `label` names the act on its button; `guide` is the guide's own sentence.
    """

    name: str
    words: str
    label: str = ""
    line: str = ""
    guide: str = ""
    symptom: Symptom | None = None


SLOW, AUTH, DATABASE, UPLOADS = Symptom.SLOW, Symptom.AUTH, Symptom.DATABASE, Symptom.UPLOADS
_LIST = (
    Solution("raise_ttl", "Compare the TTLs of routes with the guide's table.", "Compare TTLs",
             "cache ttl", "Increase cache TTL for static content", SLOW),
    Solution("create_index", "Create the missing index; it does not stop writes.",
             "Create the index", "db create-index {unindexed}",
             "Optimize database queries (add indexes)", SLOW),
    Solution("argo", "Enable Argo Smart Routing for the zone; it costs by the gigabyte.",
             guide="Enable Cloudflare Argo for better routing", symptom=SLOW),
    Solution("result_caching", "Keep results that many ask for and that may be minutes old.",
             guide="Implement query result caching", symptom=SLOW),
    Solution("rotate_secret", "Give the Worker a new secret, if the old one may be known.",
             "Rotate the JWT secret", "secrets rotate JWT_SECRET",
             "Rotate JWT secret if compromised", AUTH),
    Solution("clear_sessions", "End all sessions; everybody signs in anew.", "End all sessions",
             "sessions revoke all", "Clear session cache", AUTH),
    Solution("cookie_settings", "Set Secure, HttpOnly and SameSite where the session's cookie is "
             "made.", guide="Verify cookie settings", symptom=AUTH),
    Solution("cors_settings", "Allow the site's origin, with credentials, in the Worker.",
             guide="Check CORS configuration", symptom=AUTH),
    Solution("pool_restart", "End the platform's idle and stuck connections.",
             "Restart the pool", "db pool-restart", "Restart connection pool", DATABASE),
    Solution("max_connections", "Raise the plan's connections, or use the pooled host.",
             "Show the server's settings", "db settings", "Increase max connections", DATABASE),
    Solution("retry_connections", "Let the Worker try a lost connection again, with a pause.",
             guide="Implement connection retry logic", symptom=DATABASE),
    Solution("firewall", "See at Neon which addresses may connect, and that the project runs.",
             guide="Check firewall/security groups", symptom=DATABASE),
    Solution("upload_timeout", "Raise the time that an upload may take.",
             guide="Increase upload timeout", symptom=UPLOADS),
    Solution("bucket_permissions", "Give the key, and the Worker's binding, write access to the "
             "bucket.", guide="Check R2 bucket permissions", symptom=UPLOADS),
    Solution("chunked_uploads", "Send large files in parts, each at most 100 MB.",
             guide="Implement chunked uploads", symptom=UPLOADS),
    Solution("retry_uploads", "Send each failed part again by itself.",
             guide="Add retry mechanism", symptom=UPLOADS),
    Solution("rollback", "Go back to the version before.", "Roll back", "rollback"),
    Solution("logs", "Read the Worker's errors of the last hour.", "Show errors", "logs"),
    Solution("restart_worker", "Deploy the same version anew.", "Restart the Worker",
             "workers restart"),
    Solution("maintenance", "Tell people with the maintenance page until it is mended.",
             "Switch maintenance on", "maintenance on"),
    Solution("maintenance_off", "Bring the platform back once it is well.",
             "Switch maintenance off", "maintenance off"),
    Solution("show_maintenance", "See since when, and why.", "Show maintenance", "maintenance"),
    Solution("health", "Ask every part again.", "Check health", "health --details"),
    Solution("check_network", "Look at the machine that the bot runs on, and its way out."),
    Solution("renew_certificate", "Renew or correct the certificate in Cloudflare."),
    Solution("under_attack", "Let every visitor pass a check.", "Under attack mode on",
             "security under-attack on"),
    Solution("under_attack_state", "See whether under attack mode is on; end it after the attack.",
             "Show under attack mode", "security under-attack"),
    Solution("blocks", "See who is blocked, and block who attacks.", "Show blocks",
             "security blocks"),
    Solution("follow_cloudflare", "Follow cloudflarestatus.com; nothing of ours mends it."),
    Solution("check_routes", "Look at routes and redirect rules in Cloudflare."),
    Solution("check_pages", "Look at the latest Pages deployment, and roll it back."),
    Solution("cdn_rules", "Compare the cache rules with the guide's.", "Show cache rules",
             "cdn rules"),
    Solution("wait_for_limit", "Look again in a minute; the limit counts by address."),
    Solution("raise_quota", "Raise the plan at Neon, or wait for the next billing period."),
    Solution("wait_for_waking", "Look again in some seconds.", "Diagnose again",
             "diagnose database"),
    Solution("connections", "See who holds connections.", "Show connections", "db connections"),
    Solution("end_blocker", "End the session at the root of it.", "End the blocking session",
             "db kill {blocker}"),
    Solution("locks", "See who waits for whom.", "Show locks", "db locks"),
    Solution("slow_queries", "See the slowest queries.", "Show slow queries", "db slow"),
    Solution("check_provider", "Look at Neon's console and status page."),
    Solution("smaller_worker", "Make the Worker's bundle smaller and do less at its start."),
    Solution("check_cache", "Look at Redis in Upstash's console; pages work without it, slower."),
    Solution("cache_warm", "Fill the cache with what is asked for most.", "Warm the cache",
             "cache warm"),
    Solution("failover", "See who would serve its countries instead.", "Failover, dry run",
             "scale failover {regions_away}"),
    Solution("failover_late", "See who would serve its countries instead.", "Failover, dry run",
             "scale failover {regions_late}"),
    Solution("set_secret", "Set the secret again; that deploys at once.", "Set the secret",
             "secrets rotate JWT_SECRET"),
    Solution("restore_table", "Bring the table back: undo the migration, or restore a backup.",
             "Show backups", "backups"),
    Solution("set_clock", "Set the clock of the bot's machine (chrony or the like)."),
    Solution("check_clock", "Compare time and zone in the Worker's code; Cloudflare's are right."),
    Solution("check_bucket_name", "Compare the Worker's binding with the buckets there are."),
    Solution("raise_size", "Raise the limit in the Worker; Cloudflare's own is 100 MB a request."),
)  # fmt: skip
SOLUTIONS = {each.name: each for each in _LIST}


def steps(
    causes: Sequence[Cause], evidence: Evidence, offered: Callable[[str], bool]
) -> tuple[Step, ...]:
    """What to do, in the order that the evidence supports: the surest cause's first step first.

    `offered` says whether a command line can be run here; without, a solution is words.
    """
    ordered = [name for cause in causes for name in cause.rule.solutions]
    first = [cause.rule.solutions[0] for cause in causes if cause.rule.solutions]
    names = dict.fromkeys([*first, *ordered])
    return tuple(_step(SOLUTIONS[name], evidence, offered) for name in names)


def rest(
    symptoms: Sequence[Symptom], told: Sequence[Step], evidence: Evidence,
    offered: Callable[[str], bool],
) -> tuple[Step, ...]:  # fmt: skip
    """The guide's solutions for these symptoms that nothing supports."""
    known = {step.name for step in told}
    return tuple(
        _step(each, evidence, offered)
        for each in _LIST
        if each.symptom in symptoms and each.name not in known
    )


def _step(solution: Solution, evidence: Evidence, offered: Callable[[str], bool]) -> Step:
    line = _filled(solution.line, evidence)
    runs = bool(line) and offered(line)
    return Step(
        solution.name, solution.words, solution.label if runs else "", line if runs else "",
        solution.guide,
    )  # fmt: skip


def _filled(line: str, evidence: Evidence) -> str:
    """The line with its facts in it; empty where a fact is not known."""
    start, end = line.find("{"), line.find("}")
    if start < 0:
        return line
    fact = evidence.fact(line[start + 1 : end])
    if fact is None or not fact.bad:
        return ""
    value = f"{fact.number:.0f}" if isinstance(fact.value, float) else str(fact.value)
    return line[:start] + value + line[end + 1 :]
