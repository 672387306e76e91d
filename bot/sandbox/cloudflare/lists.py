"""Account lists of addresses: a change of items is an operation, one pending an account.

Codes here stand for documented refusals.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import Any

from aiohttp import web

from bot.sandbox.cloudflare import account as accounts
from bot.sandbox.cloudflare.account import Account
from bot.sandbox.cloudflare.envelope import ApiError, good, no_such_route
from bot.sandbox.cloudflare.gatekeeper import Handler

SECONDS = 0.5  # that an operation takes
_MOST_LISTS = 1  # of the free plan


@dataclass
class AddressList:
    name: str
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    items: dict[str, dict[str, Any]] = field(default_factory=dict)

    def told(self) -> dict[str, Any]:
        return {"id": self.id, "name": self.name, "kind": "ip", "num_items": len(self.items)}


@dataclass
class Pending:
    """A change that is not done yet: `ready_at` by the monotonic clock."""

    id: str
    ready_at: float
    carry_out: Callable[[], None]
    done: bool = False


class Lists:
    def __init__(self, account: Account) -> None:
        self._account = account
        self.reset()

    def reset(self) -> None:
        self.lists: dict[str, AddressList] = {}
        self.operations: dict[str, Pending] = {}

    def routes(self, a: str) -> tuple[tuple[str, str, str, Handler], ...]:
        see, edit = accounts.READ_LISTS, accounts.WRITE_LISTS
        items = a + "/rules/lists/{list}/items"
        return (
            ("GET", a + "/rules/lists", see, self.all),
            ("POST", a + "/rules/lists", edit, self.create),
            ("GET", items, see, self.items),
            ("POST", items, edit, self.add),
            ("DELETE", items, edit, self.remove),
            ("GET", a + "/rules/lists/bulk_operations/{operation}", see, self.operation),
        )

    async def all(self, request: web.Request) -> web.Response:
        self._check(request)
        return good([each.told() for each in self.lists.values()])

    async def create(self, request: web.Request) -> web.Response:
        self._check(request)
        body = await request.json()
        name = str(body.get("name", ""))
        if body.get("kind") != "ip" or not name.replace("_", "").isalnum():
            raise ApiError(400, 10021, "a list needs a name and the kind ip")
        if len(self.lists) >= _MOST_LISTS:
            raise ApiError(400, 10022, "the account has as many lists as its plan allows")
        made = AddressList(name)
        self.lists[made.id] = made
        return good(made.told())

    async def items(self, request: web.Request) -> web.Response:
        found = self._list(request)
        self._settle()
        return good(list(found.items.values()), info={"cursors": {}})

    async def add(self, request: web.Request) -> web.Response:
        found, body = self._list(request), await request.json()
        new: dict[str, dict[str, Any]] = {}
        for each in body if isinstance(body, list) else ():
            try:
                address = ip_network(str(each.get("ip"))).compressed
            except ValueError as error:
                raise ApiError(400, 10025, "invalid item: not an address") from error
            made = secrets.token_hex(16)
            new[made] = {"id": made, "ip": address, "comment": str(each.get("comment", ""))}
        if not new:
            raise ApiError(400, 10025, "the request holds no items")
        return self._begin(lambda: found.items.update(new))

    async def remove(self, request: web.Request) -> web.Response:
        found, body = self._list(request), await request.json()
        gone = [str(each.get("id")) for each in body.get("items", ())]

        def carry_out() -> None:
            for each in gone:
                found.items.pop(each, None)

        return self._begin(carry_out)

    async def operation(self, request: web.Request) -> web.Response:
        self._check(request)
        self._settle()
        found = self.operations.get(request.match_info["operation"])
        if found is None:
            raise ApiError(404, 10031, "could not find the operation")
        return good({"id": found.id, "status": "completed" if found.done else "pending"})

    def _begin(self, carry_out: Callable[[], None]) -> web.Response:
        self._settle()
        if any(not each.done for each in self.operations.values()):
            raise ApiError(409, 10029, "another bulk operation of this account is pending")
        begun = Pending(secrets.token_hex(16), time.monotonic() + SECONDS, carry_out)
        self.operations[begun.id] = begun
        return good({"operation_id": begun.id})

    def _settle(self) -> None:
        for each in self.operations.values():
            if not each.done and each.ready_at <= time.monotonic():
                each.carry_out()
                each.done = True

    def _list(self, request: web.Request) -> AddressList:
        self._check(request)
        found = self.lists.get(request.match_info["list"])
        if found is None:
            raise ApiError(404, 10030, "could not find the list")
        return found

    def _check(self, request: web.Request) -> None:
        if request.match_info["account"] != self._account.id:
            raise no_such_route(request.path)
