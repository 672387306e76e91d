"""Runs one program in a group of its own, and ends the group when the bot is gone or says so.

A process of its own: `python -I program_warden.py program argument…`. The end of its standard
input is the order to stop, which comes even where the bot was killed. Standard library only,
and none of the bot's modules, so that it starts at once.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time

PATIENCE = 3.0  # seconds between the polite signal and SIGKILL
NOT_STARTED = 127  # what a shell answers for a program that is not there


def end_group(group: int, patience: float) -> None:
    """The polite signal to everybody in the group, and the other one after that."""
    with contextlib.suppress(OSError):
        os.killpg(group, signal.SIGTERM)
    until = time.monotonic() + patience
    while time.monotonic() < until:
        try:
            os.killpg(group, 0)
        except OSError:
            return
        time.sleep(0.02)
    with contextlib.suppress(OSError):
        os.killpg(group, signal.SIGKILL)


def watch(group: int) -> None:
    """Until standard input ends; nothing is ever written to it."""
    with contextlib.suppress(OSError):
        while os.read(sys.stdin.fileno(), 1024):
            pass
    end_group(group, PATIENCE)


def main(arguments: list[str]) -> int:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C at a terminal is the bot's to handle
    try:
        # The arguments are a list from pitchey.toml, and no shell reads them.
        child = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, start_new_session=True)  # noqa: S603
    except OSError as error:
        sys.stderr.write(f"{arguments[0]} cannot be started: {error.strerror}\n")
        return NOT_STARTED
    threading.Thread(target=watch, args=(child.pid,), daemon=True).start()
    code = child.wait()
    end_group(child.pid, 0.2)  # what it left behind would hold the output open
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
