"""Pages' part of the API: the project, its builds, and going back to one."""

from __future__ import annotations

from aiohttp import web

from bot.sandbox.cloudflare.account import Account
from bot.sandbox.cloudflare.envelope import ApiError, good, no_such_route
from bot.sandbox.cloudflare.pages import Build, Project


class Pages:
    """Handlers below /accounts/{account}/pages/projects."""

    def __init__(self, account: Account) -> None:
        self._account = account

    async def project(self, request: web.Request) -> web.Response:
        """GET …/{p}: `canonical_deployment` is the build that visitors get."""
        project = self._project(request)
        live = project.build(project.live)
        production = project.listed("production")
        return good(
            {
                "id": "5d4c3b2a-0f1e-4d2c-8b3a-4f5e6d7c8b9a",
                "name": project.name,
                "subdomain": f"{project.name}.pages.dev",
                "production_branch": "main",
                "canonical_deployment": project.told(live) if live else None,
                "latest_deployment": production[0] if production else None,
            }
        )

    async def deployments(self, request: web.Request) -> web.Response:
        """GET …/{p}/deployments[?env=production|preview], newest first, 25 a page."""
        listed = self._project(request).listed(request.query.get("env", ""))
        try:
            page = max(1, int(request.query.get("page", "1")))
            size = min(25, max(1, int(request.query.get("per_page", "25"))))
        except ValueError:
            raise ApiError(400, 8000000, "Invalid paging options.") from None
        part = listed[(page - 1) * size : page * size]
        info = {
            "page": page,
            "per_page": size,
            "count": len(part),
            "total_count": len(listed),
            "total_pages": -(-len(listed) // size),
        }
        return good(part, info=info)

    async def rollback(self, request: web.Request) -> web.Response:
        """POST …/{p}/deployments/{id}/rollback: good builds of production only."""
        project = self._project(request)
        build = self._build(project, request.match_info["deployment"])
        if build.environment != "production" or build.status != "success":
            # The rule is documented, its code is not.
            raise ApiError(
                400,
                8000000,
                "Only successful production deployments can be rolled back to.",
            )
        if build.id == project.live:
            raise ApiError(400, 8000000, "This deployment is already live.")
        project.live = build.id
        return good(project.told(build))

    def _project(self, request: web.Request) -> Project:
        if request.match_info["account"] != self._account.id:
            raise no_such_route(request.path)
        if request.match_info["project"] != self._account.pages.name:
            raise ApiError(
                404,
                8000007,
                "Project not found. The specified project name does not match any of your"
                " existing projects.",
            )
        return self._account.pages

    def _build(self, project: Project, identifier: str) -> Build:
        build = project.build(identifier)
        if build is None:
            raise ApiError(
                404,
                8000009,
                "The deployment ID you have specified does not exist. Update the deployment ID"
                " and try again.",
            )
        return build
