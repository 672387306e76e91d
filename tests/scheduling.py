"""Which tests stay together on one worker, and which begin first, so that no worker ends late.

pytest-xdist keeps a module together and begins with the one of most tests. Here a folder that
shares a sandbox stays together, what shares nothing is taken apart, and what takes longest begins.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xdist.scheduler import LoadScopeScheduling

if TYPE_CHECKING:
    from xdist.workermanage import WorkerController

E2E = "tests/e2e/"
TRANSPORTS = ("socket", "http")
# Each of their tests starts processes of its own and shares nothing with the next one.
APART = ("tests/house/test_shell_output.py", "tests/house/test_cli.py")
# By `pytest --durations`, the longest first.
LONGEST = (
    "tests/e2e/[socket]",
    "tests/e2e/[http]",
    "tests/diagnosis/test_faults.py",
    "tests/sandbox/page/test_browser.py",
)


def together(nodeid: str) -> str:
    """The name of the group that a test belongs to."""
    module, _, rest = nodeid.partition("::")
    if module in APART:
        return f"{module}::{rest.partition('[')[0]}"
    if module.startswith(E2E):
        given = rest.partition("[")[2].rstrip("]").split("-")
        for transport in TRANSPORTS:
            if transport in given:
                return f"{E2E}[{transport}]"
    return module


class LongestFirst(LoadScopeScheduling):
    """Hands out groups whole, the longest first."""

    def _split_scope(self, nodeid: str) -> str:
        return together(nodeid)

    def _assign_work_unit(self, node: WorkerController) -> None:
        first = min(self.workqueue, key=self._place)
        self.workqueue.move_to_end(first, last=False)
        super()._assign_work_unit(node)

    def _place(self, group: str) -> tuple[int, int]:
        known = LONGEST.index(group) if group in LONGEST else len(LONGEST)
        return known, -len(self.workqueue[group])
