"""The rules that are wanted against those that the zone has. Other people's are not ours. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from bot.clients.cloudflare_rulesets import CacheRule, Ruleset
from bot.settings.cache import CdnRule

MARK = "pitchey-ops-bot: "  # before the name, in the description of each rule that is ours


@dataclass(frozen=True, slots=True)
class Change:
    """`act` is create, change, move or keep; `rule` is what the zone shall have."""

    act: str
    wanted: CdnRule
    rule: CacheRule
    why: str = ""

    @property
    def needed(self) -> bool:
        return self.act != "keep"


@dataclass(frozen=True, slots=True)
class Difference:
    """`changes` in the order of Cloudflare: the most important rule is the last one."""

    changes: tuple[Change, ...]
    others: tuple[CacheRule, ...]
    left: tuple[CacheRule, ...]  # ours by their mark, but no longer in the settings
    state: str

    @property
    def needed(self) -> tuple[Change, ...]:
        return tuple(each for each in self.changes if each.needed)


def difference(rules: Sequence[CdnRule], site_url: str, found: Ruleset) -> Difference:
    """What has to be created, changed or moved so that the zone has what is wanted."""
    host = urlsplit(site_url).hostname or ""
    places = {rule.id: at for at, rule in enumerate(found.rules)}
    ours = {rule.description: rule for rule in found.rules if rule.description.startswith(MARK)}
    changes, last = [], -1
    # In page rules the first that fits holds; in cache rules the last one does.
    for wanted in reversed(rules):
        target = rule_for(wanted, host)
        there = ours.pop(target.description, None)
        if there is None:
            changes.append(Change("create", wanted, target, "the zone does not have it"))
            continue
        target = CacheRule(there.id, target.description, target.expression, target.parameters)
        why = _differs(target, there)
        at = places[there.id]
        if why:
            changes.append(Change("change", wanted, target, why))
        elif at < last:
            changes.append(Change("move", wanted, target, "a less important rule comes after it"))
        else:
            changes.append(Change("keep", wanted, target))
        last = max(last, at)
    others = tuple(rule for rule in found.rules if not rule.description.startswith(MARK))
    return Difference(tuple(changes), others, tuple(ours.values()), f"{found.id}:{found.version}")


def rule_for(wanted: CdnRule, host: str) -> CacheRule:
    """The cache rule that does what a rule of the settings says."""
    parameters: dict[str, Any] = {"cache": wanted.cache}
    for name, seconds in (("edge_ttl", wanted.edge_ttl), ("browser_ttl", wanted.browser_ttl)):
        if seconds is not None:
            parameters[name] = {"mode": "override_origin", "default": seconds}
    expression = f'(http.host eq "{host}" and {_path(wanted.match)})'
    return CacheRule("", f"{MARK}{wanted.name}", expression, parameters)


def _path(match: str) -> str:
    path, bare = "http.request.uri.path", match.strip("*")
    quoted = json.dumps(bare, ensure_ascii=True)
    if "*" in bare:
        return f"{path} wildcard {json.dumps(match, ensure_ascii=True)}"
    if match.startswith("*") and not match.endswith("*"):
        return f"ends_with({path}, {quoted})"
    if match.endswith("*") and not match.startswith("*"):
        return f"starts_with({path}, {quoted})"
    return f"{path} contains {quoted}" if match.startswith("*") else f"{path} eq {quoted}"


def _differs(target: CacheRule, there: CacheRule) -> str:
    told = []
    if there.expression != target.expression:
        told.append(f"it is for {there.expression}")
    if dict(there.parameters) != dict(target.parameters):
        told.append(f"it says {_words(there)}, not {_words(target)}")
    if not there.enabled:
        told.append("it is switched off")
    return ", ".join(told)


def _words(rule: CacheRule) -> str:
    return json.dumps(dict(rule.parameters), sort_keys=True)


def headers_file(rules: Sequence[CdnRule]) -> str:
    """The same as a `_headers` file of Pages, for a site without a zone."""
    blocks = []
    for rule in rules:
        match = rule.match if rule.match.startswith("/") else f"/{rule.match}"
        if not rule.cache:
            blocks.append(f"{match}\n  Cache-Control: no-store")
            continue
        parts = ["public"]
        parts += [f"max-age={rule.browser_ttl}"] if rule.browser_ttl is not None else []
        parts += [f"s-maxage={rule.edge_ttl}"] if rule.edge_ttl is not None else []
        blocks.append(f"{match}\n  Cache-Control: {', '.join(parts)}")
    return "\n".join(blocks)
