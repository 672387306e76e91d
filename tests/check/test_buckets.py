"""The check against an S3 server: a bucket that is there, and one that is not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from bot.check import State, check
from bot.settings import load
from tests.check.world import item

KEYS = {
    "AWS_ACCESS_KEY_ID": "planted-key",
    "AWS_SECRET_ACCESS_KEY": "planted-secret",
    "R2_ACCESS_KEY_ID": "planted-key",
    "R2_SECRET_ACCESS_KEY": "planted-secret",
}


@pytest.fixture
def s3_url() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    client = boto3.client(
        "s3",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="planted-key",
        aws_secret_access_key="planted-secret",
    )
    client.create_bucket(Bucket="pitchey-backups")
    client.close()
    yield url
    server.stop()


async def test_a_bucket_that_is_there_and_one_that_is_not(tmp_path: Path, s3_url: str) -> None:
    nothing = "http://127.0.0.1:1"
    path = tmp_path / "pitchey.toml"
    path.write_text(
        f'[environments.production]\napi_url = "{nothing}"\nsite_url = "{nothing}"\n'
        f'[slack]\napi_url = "{nothing}"\n'
        f'[storage]\nbackup_endpoint_url = "{s3_url}"\nuploads_endpoint_url = "{s3_url}"\n'
    )
    report = await check(load(path, KEYS))
    assert item(report, "Backups bucket").state is State.GOOD
    uploads = item(report, "Uploads bucket")
    assert uploads.state is State.FAILED
    assert "pitchey-uploads" in uploads.line
    assert "[storage]" in uploads.remedy
