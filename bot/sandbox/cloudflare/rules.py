"""What Cloudflare refuses about a Worker, with its own codes."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from bot.sandbox.cloudflare.envelope import ApiError
from bot.sandbox.cloudflare.resources import BUCKETS, NAMESPACES
from bot.sandbox.cloudflare.script import Script, Version
from bot.sandbox.cloudflare.versions import Binding

Shares = tuple[tuple[str, float], ...]


def shares_of(script: Script, body: dict[str, Any]) -> Shares:
    """The wanted split, checked as Cloudflare checks it; ApiError 10021."""
    entries = body.get("versions")
    if body.get("strategy") != "percentage" or not isinstance(entries, list) or not entries:
        raise ApiError(400, 10021, "A deployment needs strategy percentage and its versions.")
    if len(entries) > 2:
        raise ApiError(400, 10021, "A deployment may have at most 2 versions.")
    try:
        shares = tuple((str(one["version_id"]), float(one["percentage"])) for one in entries)
    except (KeyError, TypeError, ValueError):
        raise ApiError(400, 10021, "Each version needs a version_id and a percentage.") from None
    in_range = all(0 <= share <= 100 for _, share in shares)
    if not in_range or not math.isclose(sum(share for _, share in shares), 100):
        raise ApiError(400, 10021, "The percentages of a deployment must sum to 100.")
    deployable = {version.id for version in script.deployable}
    if len({version for version, _ in shares}) < len(shares):
        raise ApiError(400, 10021, "The versions of a deployment must differ.")
    if any(version_id not in deployable for version_id, _ in shares):
        raise ApiError(400, 10021, "A version of this deployment does not exist or is too old.")
    return shares


def check_deployment(script: Script, shares: Shares, *, force: bool) -> None:
    """Migrations, bindings and secrets between what is live and what is wanted."""
    if not script.deployments:
        return
    live = [script.version(version_id) for version_id, _ in script.live.versions]
    known = [version for version in live if version is not None]
    current = max(known, key=lambda version: version.number)
    for version_id, _ in shares:
        wanted = script.version(version_id)
        if wanted is None or wanted in known:
            continue
        if wanted.migration_tag != current.migration_tag:
            # That it is refused is documented; its code is not.
            raise ApiError(
                400,
                10021,
                f"Version {wanted.id} cannot be deployed: a Durable Object migration was applied "
                "between it and the active deployment.",
            )
        check_bindings(wanted.bindings)
        if not force and (changed := changed_secrets(current, wanted)):
            raise ApiError(
                400,
                10220,
                "A secret has changed since this version was active. If you are sure this is ok, "
                "add a ?force=true query parameter to allow the rollback. "
                f"The following secrets have changed: {', '.join(changed)}",
            )


def changed_secrets(current: Version, wanted: Version) -> list[str]:
    """Names whose newest setting `wanted` has not; an addition in a newer version is none."""
    missed = {name for name, turn in current.secrets.items() if wanted.secrets.get(name, 0) < turn}
    if wanted.number < current.number:
        missed |= wanted.secrets.keys() - current.secrets.keys()
    return sorted(missed)


def check_bindings(bindings: Iterable[Binding]) -> None:
    """Everything that is bound exists in the account."""
    for binding in bindings:
        if binding["type"] == "kv_namespace" and binding.get("namespace_id") not in NAMESPACES:
            name = binding.get("namespace_id")
            raise ApiError(400, 10041, f"KV namespace '{name}' not found.")
        if binding["type"] == "r2_bucket" and binding.get("bucket_name") not in BUCKETS:
            name = binding.get("bucket_name")
            raise ApiError(
                400, 10085, f"R2 bucket '{name}' not found. Please use a different name."
            )


def check_secret_edit(script: Script) -> None:
    """10215: only the newest version's secrets can be edited, while it answers everything."""
    newest = script.newest
    if newest is None or not script.deployments:
        raise ApiError(404, 10222, "This Worker has no versions.")
    if script.live.versions != ((newest.id, 100),):
        raise ApiError(
            400,
            10215,
            "Secret edit failed. You attempted to modify a secret, but the latest version of your "
            "Worker isn't currently deployed.",
        )


def check_settings_edit(script: Script) -> None:
    """10214, the same for settings that are part of a version."""
    newest = script.newest
    if newest is not None and script.live.versions != ((newest.id, 100),):
        raise ApiError(
            400,
            10214,
            "Settings edit failed. The latest version of your Worker isn't currently deployed.",
        )
