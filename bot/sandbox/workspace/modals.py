"""Views: each person's stack of at most three modals, and Home tabs."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from bot.sandbox.workspace import elements, seed
from bot.sandbox.workspace.model import Json, View
from bot.sandbox.workspace.refusal import Refusal

if TYPE_CHECKING:
    from bot.sandbox.workspace.state import Workspace

MOST = 3  # modals in a stack
MODAL_FIELDS = (
    "type",
    "title",
    "blocks",
    "close",
    "submit",
    "private_metadata",
    "callback_id",
    "clear_on_close",
    "notify_on_close",
    "external_id",
    "submit_disabled",
)


class Modals:
    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._views: dict[str, View] = {}
        self._stacks: dict[str, list[str]] = {}  # person id, view ids, top last
        self._homes: dict[str, str] = {}  # person id, view id

    def stack(self, person_id: str) -> tuple[View, ...]:
        return tuple(self._views[view_id] for view_id in self._stacks.get(person_id, ()))

    def home(self, person_id: str) -> View | None:
        return self._views.get(self._homes.get(person_id, ""))

    def get(self, view_id: str) -> View | None:
        """An open modal or a Home tab."""
        return self._views.get(view_id)

    def find(self, view_id: str, external_id: str) -> View:
        """The view of either id; Refusal not_found."""
        found = self._views.get(view_id)
        if found is None and external_id:
            found = self._external(external_id)
        if found is None:
            raise Refusal("not_found")
        return found

    def open(self, person_id: str, payload: Json, window: str = "") -> View:
        """A new stack with this modal; an older stack of the person goes away.

        `window` is the client window it belongs to; empty: it shows in every one.
        """
        view = self._new(person_id, payload)
        self.clear(person_id)
        view.window = window
        view.root_view_id = view.id
        self._stacks[person_id] = [view.id]
        self._keep(view, "opened")
        return view

    def push(self, person_id: str, payload: Json) -> View:
        """A modal on top of the person's stack; Refusal push_limit_reached past three."""
        stack = self._stacks.get(person_id, [])
        if len(stack) >= MOST:
            raise Refusal("push_limit_reached")
        if not stack:
            raise Refusal("not_found")
        view = self._new(person_id, payload)
        view.root_view_id, view.previous_view_id = stack[0], stack[-1]
        view.window = self._views[stack[0]].window
        stack.append(view.id)
        self._keep(view, "pushed")
        return view

    def update(self, view: View, payload: Json, expected_hash: str = "") -> None:
        """Replace the view's content; what people entered stays where the ids stay."""
        if expected_hash and expected_hash != view.hash:
            raise Refusal("hash_conflict")
        external = str(payload.get("external_id") or "")
        other = self._external(external) if external else None
        if other is not None and other is not view:
            raise Refusal("duplicate_external_id")
        held = view.values
        fresh = self._build(view.person_id, payload)
        view.payload, view.values, view.hash = fresh.payload, fresh.values, fresh.hash
        view.errors = {}
        for block_id, actions in view.values.items():
            for action_id, state in actions.items():
                before = held.get(block_id, {}).get(action_id)
                if before is not None and before["type"] == state["type"]:
                    actions[action_id] = before
        self._tell(view, "updated")

    def publish(self, person_id: str, payload: Json, expected_hash: str = "") -> View:
        """Set the person's Home tab."""
        home = self.home(person_id)
        if home is not None:
            self.update(home, payload, expected_hash)
            return home
        if expected_hash:
            raise Refusal("hash_conflict")
        view = self._new(person_id, payload)
        self._homes[person_id] = view.id
        self._keep(view, "opened")
        return view

    def close(self, view: View) -> None:
        """Take the modal, and what is above it, from the stack."""
        stack = self._stacks.get(view.person_id, [])
        if view.id not in stack:
            return
        for view_id in reversed(stack[stack.index(view.id) :]):
            self._tell(self._views.pop(view_id), "closed")
            stack.remove(view_id)

    def clear(self, person_id: str) -> None:
        """Close the whole stack."""
        for view in self.stack(person_id)[:1]:
            self.close(view)

    def hold(self, view: View, block_id: str, action_id: str, state: Json) -> None:
        """Remember what the person entered."""
        view.values.setdefault(block_id, {})[action_id] = state

    def show_errors(self, view: View) -> None:
        """The view's errors have changed."""
        self._tell(view, "updated")

    def _external(self, external_id: str) -> View | None:
        return next(
            (one for one in self._views.values() if one.payload.get("external_id") == external_id),
            None,
        )

    def _new(self, person_id: str, payload: Json) -> View:
        external_id = str(payload.get("external_id") or "")
        if external_id and self._external(external_id) is not None:
            raise Refusal("duplicate_external_id")
        return self._build(person_id, payload)

    def _build(self, person_id: str, payload: Json) -> View:
        kept = {key: payload[key] for key in MODAL_FIELDS if payload.get(key) is not None}
        kept["blocks"] = elements.with_block_ids(kept.get("blocks", ()))
        return View(
            id=f"V{secrets.token_hex(5).upper()}",
            person_id=person_id,
            payload=kept,
            hash=f"{int(self._workspace.clock.now())}.{secrets.token_hex(4)}",
            values=_initial_values(kept["blocks"]),
        )

    def _keep(self, view: View, change: str) -> None:
        self._views[view.id] = view
        self._tell(view, change)

    def _tell(self, view: View, change: str) -> None:
        kind = "home" if view.type == "home" else "view"
        self._workspace.feed.tell(
            kind, change=change, view_id=view.id, person_id=view.person_id, app_id=seed.APP_ID
        )


def _initial_values(blocks: list[Json]) -> dict[str, dict[str, Json]]:
    values: dict[str, dict[str, Json]] = {}
    for block, element in elements.of_blocks(blocks):
        held = elements.initial(element)
        if held is not None:
            values.setdefault(str(block["block_id"]), {})[str(element["action_id"])] = held
    return values
