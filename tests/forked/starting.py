"""In the test's process: `subprocess` asks the server where it can."""

from __future__ import annotations

import array
import atexit
import ctypes
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).parents[2]
_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER of prctl(2): orphans become this process's children
_HARMLESS = ("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED")
_execute = subprocess.Popen._execute_child  # type: ignore[attr-defined]


class Server:
    """The process that forks; begun at once, waited for by whoever asks first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._link, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-u", "-m", "tests.forked.server", str(theirs.fileno())],
                cwd=_ROOT, pass_fds=(theirs.fileno(),), stdin=subprocess.DEVNULL,
                start_new_session=True,
            )  # fmt: skip

    def fork(self, asked: Mapping[str, Any], pipes: tuple[int, int, int]) -> int:
        """The process id of a new child of this process."""
        body = json.dumps(asked).encode()
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", pipes))]
        with self._lock:
            _adopt(True)
            try:
                self._link.sendmsg([len(body).to_bytes(4, "big")], rights)
                self._link.sendall(body)
                told = self._link.recv(4, socket.MSG_WAITALL)
            finally:
                _adopt(False)
        if len(told) < 4:
            raise RuntimeError("the server that forks has ended; PITCHEY_FORKED=no does without")
        return int.from_bytes(told, "big")

    def close(self) -> None:
        self._link.close()
        self._process.wait()


def install() -> None:
    """From now on. Where the system cannot give a child away, everything is started by Python."""
    if sys.platform == "linux" and os.environ.get("PITCHEY_FORKED") != "no":
        subprocess.Popen._execute_child = _execute_child  # type: ignore[attr-defined]


_servers: list[Server] = []


def prepare() -> None:
    """Let the server load, beside whatever comes first."""
    if not _servers and subprocess.Popen._execute_child is _execute_child:  # type: ignore[attr-defined]
        _servers.append(Server())
        atexit.register(_servers[0].close)


def _execute_child(popen: subprocess.Popen[Any], *given: Any) -> None:
    """As in CPython 3.11 to 3.14; `given` is what Popen.__init__ hands over."""
    (args, executable, preexec, _close, keep, folder, environment, _, _, shell, *rest) = given
    p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite, _, gid, gids, uid, mask, *last = rest
    plain = (executable, preexec, shell, gid, gids, uid) == (None, None, False, None, None, None)
    pipes = tuple(
        number if pipe == -1 else pipe for number, pipe in enumerate((p2cread, c2pwrite, errwrite))
    )
    surroundings = dict(os.environ if environment is None else environment)
    if not (plain and not keep and mask < 0 and _ours(args, surroundings, pipes)):
        _execute(popen, *given)
        return
    prepare()
    asked = {
        "words": [str(word) for word in args[2:]],
        "environment": {name: str(told) for name, told in surroundings.items()},
        "folder": str(folder or Path.cwd()),
        "session": last[0],
    }
    popen.pid = _servers[0].fork(asked, pipes)
    popen._child_created = True  # type: ignore[attr-defined]
    popen._close_pipe_fds(p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite)  # type: ignore[attr-defined]


def _ours(args: Any, surroundings: Mapping[str, str], pipes: tuple[int, ...]) -> bool:
    if not isinstance(args, list | tuple) or len(args) < 3:
        return False
    python, flag, module = (str(word) for word in args[:3])
    if (python, flag) != (sys.executable, "-m"):
        return False
    if module != "bot" and not module.startswith("tests."):
        return False
    if any(_strange(name, str(told)) for name, told in surroundings.items()):
        return False
    try:
        for pipe in pipes:
            os.fstat(pipe)
    except OSError:
        return False  # one is closed
    return not any(map(os.isatty, pipes))


def _strange(name: str, told: str) -> bool:
    if name.startswith(("LC_", "LANG")):
        return told.upper().replace("-", "") not in ("", "C.UTF8", "EN_US.UTF8")
    return bool(told) and name.startswith("PYTHON") and name not in _HARMLESS


def _adopt(on: bool) -> None:
    if ctypes.CDLL(None).prctl(_SUBREAPER, int(on), 0, 0, 0) != 0:
        raise OSError("prctl refused PR_SET_CHILD_SUBREAPER")
