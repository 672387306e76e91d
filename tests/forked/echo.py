"""What test_starting starts: tells how it was started, then waits for what it is told to do."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path


def main() -> int:
    told = {
        "pid": os.getpid(), "parent": os.getppid(), "session": os.getsid(0), "words": sys.argv[1:],
        "environment": dict(os.environ), "folder": str(Path.cwd()),
        "loaded": "bot.app" in sys.modules,
    }  # fmt: skip
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
    order = sys.stdin.readline().strip()
    if order == "fail":
        raise ValueError("told to")
    return int(order)


if __name__ == "__main__":
    raise SystemExit(main())
