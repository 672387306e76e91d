"""Looks for known vulnerabilities in what uv.lock pins, and says how much could be looked up.

An index that carries no advisories answers for no package: then nothing was audited, and this
says so instead of passing in silence. Exits 1 where a vulnerability is known.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

EXPORT = (
    "export --quiet --frozen --no-emit-project --group dev --format requirements-txt --output-file"
)
AUDIT = "--disable-pip --require-hashes --format json --progress-spinner off"


def main() -> int:
    uv, pip_audit = sys.argv[1:3]
    with tempfile.TemporaryDirectory() as folder:
        pinned = Path(folder) / "requirements.txt"
        subprocess.run([uv, *EXPORT.split(), str(pinned)], check=True, stdout=subprocess.DEVNULL)
        done = subprocess.run(
            [pip_audit, "--requirement", str(pinned), *AUDIT.split()],
            check=False,
            capture_output=True,
            text=True,
        )
    try:
        found = json.loads(done.stdout)["dependencies"]
    except (json.JSONDecodeError, KeyError):
        sys.stderr.write(f"pip-audit did not answer:\n{done.stderr[-2000:]}\n")
        return 1
    skipped = [each for each in found if "skip_reason" in each]
    bad = [each for each in found if each.get("vulns")]
    for each in bad:
        for vulnerability in each["vulns"]:
            fixed = ", ".join(vulnerability["fix_versions"]) or "no version yet"
            name = f"{each['name']} {each['version']}"
            sys.stdout.write(f"{name}: {vulnerability['id']}, fixed in {fixed}\n")
    looked_up = len(found) - len(skipped)
    sys.stdout.write(f"{looked_up} of {len(found)} packages looked up, {len(bad)} vulnerable.\n")
    if not looked_up:
        sys.stdout.write("Nothing was audited: the package index here carries no advisories.\n")
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main())
