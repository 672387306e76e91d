"""Loads the bot once and forks it: `python -m tests.forked.server <number of a socket>`.

It has one thread. A fork is made by a fork that ends at once, so that the process that asked, an
ancestor that adopts orphans in that moment, becomes its parent. It ends with that process.
"""

from __future__ import annotations

import array
import gc
import io
import json
import os
import runpy
import socket
import sys
import time
import traceback
from typing import Any, NoReturn

_PIPES = ((0, "rb"), (1, "wb"), (2, "wb"))


def serve(link: socket.socket) -> None:
    while True:
        rights = array.array("i", [0, 0, 0])
        size, given, _, _ = link.recvmsg(4, socket.CMSG_SPACE(len(rights.tobytes())))
        if not size:
            return
        pipes = array.array("i")
        pipes.frombytes(given[0][2])
        asked = json.loads(link.recv(int.from_bytes(size, "big"), socket.MSG_WAITALL))
        between = os.fork()
        if between == 0:
            parent = os.getpid()  # asked for here: it may have ended before its child begins
            if os.fork() == 0:
                _become(asked, list(pipes), link, parent)
            os._exit(0)
        os.waitpid(between, 0)
        for pipe in pipes:
            os.close(pipe)


def _become(asked: dict[str, Any], pipes: list[int], link: socket.socket, parent: int) -> NoReturn:
    """All that a start of Python would have made differently."""
    code = 1
    try:
        while os.getppid() == parent:
            time.sleep(0.0001)
        with link:
            link.sendall(os.getpid().to_bytes(4, "big"))
        for number, pipe in enumerate(pipes):
            os.dup2(pipe, number)
        for pipe in pipes:
            os.close(pipe)
        if asked["session"]:
            os.setsid()
        os.chdir(asked["folder"])
        os.environ.clear()
        os.environ.update(asked["environment"])
        time.tzset()
        sys.path[0] = asked["folder"]
        _take_pipes()
        code = _run(*asked["words"])
    except BaseException:  # noqa: BLE001 (the last frame of a process: it tells, and ends)
        traceback.print_exc()
    os._exit(code)


def _take_pipes() -> None:
    at_once = bool(os.environ.get("PYTHONUNBUFFERED"))
    into, out, errors = (os.fdopen(number, mode, closefd=False) for number, mode in _PIPES)
    sys.stdin = io.TextIOWrapper(into, "utf-8")
    sys.stdout = io.TextIOWrapper(out, "utf-8", write_through=at_once)
    sys.stderr = io.TextIOWrapper(errors, "utf-8", "backslashreplace", line_buffering=True)


def _run(module: str, *words: str) -> int:
    """`python -m …`, to its end: the exit code."""
    import atexit
    import threading

    sys.argv = [module, *words]
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
        code = 0
    except SystemExit as end:
        code = _code(end.code)
    except BaseException:  # noqa: BLE001 (as Python itself does at the end of a program)
        traceback.print_exc()
        code = 1
    threading._shutdown()  # type: ignore[attr-defined] # waits for threads, as Python does
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            code = code or 120
    return code


def _code(told: object) -> int:
    if told is None:
        return 0
    if isinstance(told, int):
        return told & 0xFF
    sys.stderr.write(f"{told}\n")
    return 1


def main() -> None:
    link = socket.socket(fileno=int(sys.argv[1]))
    gc.disable()
    import bot.app
    import bot.check
    import bot.cli
    import bot.shell
    import bot.transports  # noqa: F401

    gc.freeze()
    gc.enable()
    serve(link)


if __name__ == "__main__":
    main()
