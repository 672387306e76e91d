"""What a modal shows of a reply: no block it does not take, no way to share without a channel."""

from __future__ import annotations

from bot.blocks import actions, command_button, section, table
from bot.command import Delivery
from bot.replies import result_view
from bot.sandbox.workspace.validation import check_view


def test_a_modal_drops_what_modals_do_not_take() -> None:
    again = command_button("Check again", "health", delivery=Delivery.UPDATE)
    share = command_button("Share in channel", "health --public", delivery=Delivery.SHARE)
    blocks = [section("Healthy"), table([["a", "b"], ["c", "d"]]), actions(again, share)]
    view = result_view("Healthy", blocks)
    assert check_view(view) == ()
    assert [block["type"] for block in view["blocks"]] == ["section", "actions"]
    assert view["blocks"][1]["elements"] == [again]
    assert blocks[2]["elements"] == [again, share]


def test_a_row_of_nothing_but_sharing_goes_whole() -> None:
    share = command_button("Share in channel", "health --public", delivery=Delivery.SHARE)
    view = result_view("Healthy", [section("Healthy"), actions(share)])
    assert [block["type"] for block in view["blocks"]] == ["section"]
