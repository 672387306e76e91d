"""Uploading code: new versions, and whole scripts that are live at once."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aiohttp import BodyPartReader, web

from bot.sandbox.cloudflare.account import EMAIL, Account
from bot.sandbox.cloudflare.contents import Module
from bot.sandbox.cloudflare.envelope import ApiError, good, no_such_route, no_such_worker
from bot.sandbox.cloudflare.rules import check_bindings
from bot.sandbox.cloudflare.script import Script, Version
from bot.sandbox.cloudflare.versions import ERROR_RATE, LATENCY, Binding
from bot.sandbox.cloudflare.workers import source_of

_SECRET = {"secret_text", "secret_key"}
_MOST_TAG = 100  # characters


@dataclass(frozen=True, slots=True)
class Upload:
    """What came: the metadata, the modules, and their names and contents as one hash."""

    metadata: dict[str, Any]
    code: str
    modules: tuple[Module, ...]
    main: str


class Uploads:
    """Handlers of POST …/versions and PUT …/scripts/{script}."""

    def __init__(self, account: Account) -> None:
        self._account = account

    async def version(self, request: web.Request) -> web.Response:
        """A version that nobody is served yet; the script must exist."""
        script = self._account.scripts.get(request.match_info["script"])
        self._check(request)
        if script is None or not script.versions:
            raise no_such_worker()
        upload = await _read(request)
        if upload.metadata.get("migrations"):
            raise ApiError(
                400,
                10211,
                "Version uploads with Durable Object migrations are not supported. Deploy the "
                "Worker to apply a migration.",
            )
        strict = request.query.get("bindings_inherit") == "strict"
        made = _upload(script, upload, source_of(request), strict=strict)
        return good(made.whole() | {"startup_time_ms": 14})

    async def script(self, request: web.Request) -> web.Response:
        """The first upload, or one with a migration: everybody is served it at once."""
        self._check(request)
        name = request.match_info["script"]
        upload = await _read(request)
        script = self._account.scripts.get(name) or Script(name)
        tag = _migrated(script, upload.metadata.get("migrations"))
        made = _upload(script, upload, source_of(request), strict=False, tag=tag, whole=True)
        self._account.scripts[name] = script
        script.deploy(
            ((made.id, 100),),
            author_email=EMAIL,
            message=made.message,
            at=datetime.now(UTC),
            source=source_of(request),
            triggered_by="upload",
        )
        return good(
            {
                "id": name,
                "tag": hashlib.sha256(name.encode()).hexdigest()[:32],
                "etag": made.code,
                "handlers": ["fetch"],
                "deployment_id": made.id.replace("-", ""),
                "modified_on": made.created_on,
                "created_on": made.created_on,
                "usage_model": "standard",
                "has_modules": True,
                "has_assets": False,
                "logpush": False,
                "startup_time_ms": 14,
                "entry_point": str(upload.metadata.get("main_module", "")),
            }
        )

    def _check(self, request: web.Request) -> None:
        if request.match_info["account"] != self._account.id:
            raise no_such_route(request.path)


async def _read(request: web.Request) -> Upload:
    """The form: `metadata` as JSON, and at least the module that it names."""
    if not request.content_type.startswith("multipart/"):
        raise ApiError(400, 10021, "Expected a multipart form with a metadata part.")
    metadata: dict[str, Any] | None = None
    modules: dict[str, Module] = {}
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            continue
        content = bytes(await part.read())
        if part.name == "metadata":
            metadata = _json(content)
        else:
            name = str(part.name or part.filename)
            kind = part.headers.get("Content-Type", "application/javascript+module")
            modules[name] = Module(name, kind, content)
    if metadata is None:
        raise ApiError(400, 10021, "The form has no metadata part.")
    main = metadata.get("main_module") or metadata.get("body_part")
    if not main or main not in modules:
        raise ApiError(400, 10021, f'No such module "{main}".')
    digest = hashlib.sha256()
    for name in sorted(modules):
        digest.update(name.encode() + b"\0" + modules[name].content)
    return Upload(metadata, digest.hexdigest(), tuple(modules.values()), str(main))


def _json(content: bytes) -> dict[str, Any]:
    try:
        value = json.loads(content)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise ApiError(400, 10021, "The metadata part is no JSON object.")
    return value


def _upload(
    script: Script,
    upload: Upload,
    source: str,
    *,
    strict: bool,
    tag: str | None = None,
    whole: bool = False,
) -> Version:
    metadata = upload.metadata
    before = script.newest
    kept = set(metadata.get("keep_bindings") or ())
    bindings, given = _bindings(before, metadata.get("bindings") or [], kept, strict=strict)
    check_bindings(bindings)
    secrets = dict(before.secrets) if before and _SECRET & kept else {}
    for name, text in given.items():
        secrets[name] = script.with_secret(name, text)[name]
    notes = metadata.get("annotations") or {}
    variables = {each["name"]: each.get("text") for each in bindings if "text" in each}
    message = str(notes.get("workers/message") or "")
    return script.upload(
        author_email=EMAIL,
        tag=str(notes.get("workers/tag") or "")[:_MOST_TAG],
        message=message.encode()[:1_000].decode(errors="ignore"),
        at=datetime.now(UTC),
        error_rate=_number(variables.get(ERROR_RATE)),
        latency_ms=_number(variables.get(LATENCY)),
        code=upload.code,
        modules=upload.modules,
        main_module=upload.main,
        bindings=bindings,
        secrets=secrets,
        migration_tag=tag,
        source=source,
        triggered_by="upload" if whole else "version_upload",
    )


def _bindings(
    before: Version | None, listed: list[Any], kept: set[str], *, strict: bool
) -> tuple[tuple[Binding, ...], dict[str, str]]:
    """What the version binds, and the secrets that came with it."""
    old = {str(each["name"]): each for each in before.bindings} if before else {}
    found: dict[str, Binding] = {}
    secrets: dict[str, str] = {}
    for each in listed:
        if not isinstance(each, dict) or not each.get("name") or not each.get("type"):
            raise ApiError(400, 10021, "Each binding needs a name and a type.")
        name, kind = str(each["name"]), str(each["type"])
        if kind == "inherit":
            inherited = old.get(str(each.get("old_name") or name))
            if inherited is not None:
                found[name] = {**inherited, "name": name}
            elif strict and name not in (before.secrets if before else {}):
                raise ApiError(400, 10021, f"Binding '{name}' has nothing to inherit from.")
        elif kind in _SECRET:
            secrets[name] = str(each.get("text") or "")
        else:
            found[name] = each
    for name, each in old.items():
        if each["type"] in kept:
            found.setdefault(name, each)
    return tuple(found.values()), secrets


def _migrated(script: Script, migrations: Any) -> str | None:
    """The tag after a migration; None leaves it as it is."""
    if not isinstance(migrations, dict):
        return None if script.versions else ""
    now = script.newest.migration_tag if script.newest else ""
    if str(migrations.get("old_tag") or "") != now:
        raise ApiError(412, 10079, f"Migration tag precondition failed: expected {now or 'none'}.")
    return str(migrations.get("new_tag") or "")


def _number(text: Any) -> float:
    try:
        return float(text)
    except (TypeError, ValueError):
        return 0.0
