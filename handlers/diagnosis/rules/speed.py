"""Causes of slowness outside of the database: cache, CPU, cold starts, regions."""

from __future__ import annotations

from handlers.diagnosis.rule import Rule, bad

SPEED_RULES = (
    Rule(
        "cpu_high",
        "The Worker computes far too long",
        "Its CPU time, not waiting, makes answers late, and the plan limits it.",
        proof=(bad("cpu_ms"), bad("cpu_share")),
        explains=("pages_late", "api_late", "cold_starts"),
        solutions=("rollback", "logs", "result_caching"),
        detail="cpu_ms",
    ),
    Rule(
        "cold_starts",
        "The Worker starts cold for many visitors",
        "The first answer on each new connection is late and the next ones are quick.",
        proof=(bad("api_first_ms"),),
        explains=("pages_late",),
        solutions=("smaller_worker", "argo"),
        detail="api_first_ms",
    ),
    Rule(
        "cache_away",
        "The cache does not answer",
        "Every lookup goes to the database instead.",
        proof=(bad("cache_trouble"),),
        explains=("cache_cold",),
        solutions=("check_cache", "result_caching"),
        detail="cache_trouble",
    ),
    Rule(
        "cache_cold",
        "The cache is cold",
        "Few lookups hit, so the database does the work again and again.",
        proof=(bad("hit_percent"),),
        solutions=("cache_warm", "raise_ttl", "result_caching"),
        detail="hit_percent",
    ),
    Rule(
        "cache_full",
        "The cache is nearly full",
        "It throws out what is still wanted.",
        proof=(bad("cache_memory"),),
        solutions=("check_cache", "raise_ttl"),
        detail="cache_memory",
        minor=True,
    ),
    Rule(
        "region_away",
        "A regional Worker does not work",
        "The countries that it serves get no answer; the others notice nothing.",
        proof=(bad("regions_away"),),
        solutions=("failover", "rollback"),
        detail="regions_away",
    ),
    Rule(
        "region_late",
        "A regional Worker is late",
        "The countries that it serves wait; the others notice nothing.",
        proof=(bad("regions_late"),),
        solutions=("failover_late", "argo"),
        detail="regions_late",
    ),
)
