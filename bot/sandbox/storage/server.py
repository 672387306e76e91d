"""An S3 server in a process of its own: moto with sign-in, led by lines on standard input.

First it reads each bucket's keys, one line of JSON, and prints its port. Then each line it
reads is an order (`seed`, `tidy`, `refuse`, `break`, `damage`, `age`, `ahead`) that it answers
with a line. The end of its input ends it.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Mapping
from typing import Any

os.environ["INITIAL_NO_AUTH_ACTION_COUNT"] = "0"  # read when moto is imported
os.environ["MOTO_S3_DEFAULT_KEY_BUFFER_SIZE"] = "65536"  # greater objects lie on disk
os.environ["MOTO_DISABLE_GLOBAL_CORS"] = "1"

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.iam.models import iam_backends
from moto.moto_server.werkzeug_app import MotoRequestHandler, create_backend_app
from moto.s3.models import s3_backends
from werkzeug.serving import make_server

from bot.sandbox.storage.carrier import Carrier
from bot.sandbox.storage.gate import Gate
from bot.sandbox.storage.shelves import Shelves


def admit(bucket: str, keys: Mapping[str, str]) -> None:
    """Make a user who may use this bucket only, and who signs with these keys."""
    users = iam_backends[DEFAULT_ACCOUNT_ID]["aws"]
    users.create_user(region_name="us-east-1", user_name=bucket)
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": "s3:*",
                "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
            }
        ],
    }
    users.put_user_policy(bucket, "own-bucket", json.dumps(policy))
    made = users.create_access_key(bucket)
    made.access_key_id, made.secret_access_key = keys["id"], keys["secret"]


def say(body: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(body) + "\n")
    sys.stdout.flush()


def main() -> None:
    shelves = Shelves(s3_backends[DEFAULT_ACCOUNT_ID]["aws"])
    carrier = Carrier(create_backend_app("s3"), shelves.shorten, shelves.older)
    gate = Gate(carrier)
    server = make_server("127.0.0.1", 0, gate, threaded=True, request_handler=MotoRequestHandler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for bucket, keys in json.loads(sys.stdin.readline()).items():
        admit(bucket, keys)
    say({"port": server.server_port})
    for line in sys.stdin:
        order = json.loads(line)
        match order["do"]:
            case "seed":
                shelves.seed(order)
            case "tidy":
                shelves.tidy()
            case "refuse":
                gate.faults = frozenset(order["on"])
                gate.seconds = float(order["seconds"])
            case "break":
                carrier.cuts, carrier.shortens = float(order["cuts"]), bool(order["shortens"])
                carrier.lies, carrier.stale = bool(order["lies"]), bool(order["stale"])
            case "damage":
                shelves.damage(on=bool(order["on"]))
            case "age":
                shelves.age(order["hours"])
            case "ahead":
                shelves.ahead(order["days"])
        say({"done": order["do"]})
    os._exit(0)  # threads may still be serving; nothing here is worth waiting for


if __name__ == "__main__":
    main()
