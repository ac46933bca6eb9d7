"""document_test.py TOOLS EXAMPLES: is the OpenAPI document valid, and does a running server do what it says?"""
import json
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "process"))

from harness import Site  # noqa: E402  (needs the path above, and PILOTHOUSE_PROGRAM)

TOOLS, EXAMPLES = pathlib.Path(sys.argv[1]), sys.argv[2]
SECONDS = 100  # for schemathesis; its last phases fill what is left

# No schema tells which versions and components there are, that weights rise, what a kubeconfig may say, or which Idempotency-Keys
# came before: what is well formed may still be refused.
DEPENDS_ON_WHAT_THERE_IS = ["plan", "deploy", "retry", "rollback", "toggle_environment", "show_events", "put_kubeconfig"]
GOOD = ["2xx", "3xx", 401, 403, 404, 409, 429]
BAD = [400, 401, 403, 404, 405, 409, 413, 414, 415, 422, 429, 431]


def settings(ids):
    """The schemathesis.toml: names that are there, and which statuses are an answer to good and to bad data. A 5xx never is."""
    operations = "\n".join(f"""
[[operations]]
include-operation-id = "{each}"
checks.positive_data_acceptance.expected-statuses = {json.dumps([*GOOD, 400, 422])}""" for each in DEPENDS_ON_WHAT_THERE_IS)
    return f"""
[dictionaries]
ids.values = {json.dumps(ids)}
names.values = ["demo"]
versions.values = ["1.0.0", "1.1.0", "1.3.0"]

[parameters]
"path.id" = {{dictionary = "ids", probability = 0.8}}
"path.name" = {{dictionary = "names", probability = 0.8}}
"body.version" = {{dictionary = "versions", probability = 0.5}}

[checks.positive_data_acceptance]
expected-statuses = {json.dumps(GOOD)}

[checks.negative_data_rejection]
expected-statuses = {json.dumps(BAD)}
{operations}
"""


def hold(site, document, config, seconds, *choice):
    command = [TOOLS / "st", "--config-file", config, "--no-color", "run", document, "--url", f"http://{site.address}", "--checks", "all",
               "-H", f"Authorization: Bearer {site.token}", "--max-examples", EXAMPLES, "--max-time", str(seconds), "--output-truncate", "true", *choice]
    return subprocess.run([str(word) for word in command], cwd=site.folder).returncode


with Site() as site:
    site.start()
    ended = site.deploy("1.0.0", "blue-green")
    site.wait_end(ended)
    under_way = site.api("POST", "/api/environments/demo/deploy", {"version": "1.1.0", "options": {"strategy": {"gates_percent": [25]}}})["id"]
    document = site.folder / "openapi.json"
    document.write_bytes(site.raw("GET", "/api/openapi.json")[1])
    config = site.folder / "schemathesis.toml"
    config.write_text(settings([ended, under_way]))

    failed = subprocess.run([TOOLS / "openapi-spec-validator", str(document)]).returncode
    # Whoever logs out is out: that one operation comes last, on its own.
    failed |= hold(site, document, config, SECONDS, "--exclude-operation-id", "logout")
    failed |= hold(site, document, config, 10, "--include-operation-id", "logout", "--phases", "examples,coverage")
    site.token = None
    ready = site.raw("GET", "/readyz")[0]
    alive = site.portal.poll() is None and ready == 200
    print("the server lives and is ready" if alive else f"the server has suffered: /readyz says {ready}")
    if not alive or failed:
        print(site.portal_log())
    sys.exit(bool(failed) or not alive)
