"""Counts the instructions of a `bootstrap` with callgrind, on a stand-in Runtime API and a stand-in S3, and holds them
and the zip's size against the budget in `budget.json`. Instructions, because seconds on a shared machine prove nothing.

  budget.py BOOTSTRAP            check against the budget
  budget.py BOOTSTRAP --write    make what was counted the budget
"""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from zipped import zipped

ROOT = Path(__file__).parent.parent.parent
BUDGET = ROOT / "tests/aws/budget.json"
GROWTH = 1.10
WARM_EVENTS = 200


class Lambda(ThreadingHTTPServer):
    """Runtime API and S3 at one address: gives out so many events, then ends the function."""

    daemon_threads = True

    def __init__(self, event, events):
        super().__init__(("127.0.0.1", 0), Answers)
        self.event, self.events = event, events
        self.given = self.answered = self.kept = 0
        self.function = None
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self):
        if self.server.given == self.server.events:
            self.server.function.send_signal(signal.SIGTERM)
            return
        self.server.given += 1
        self.answer(200, self.server.event, {
            "Lambda-Runtime-Aws-Request-Id": f"8476a536-e9f4-11e8-9739-{self.server.given:012}",
            "Lambda-Runtime-Deadline-Ms": "32503680000000",
            "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:eu-central-1:123456789012:function:budget",
        })

    def do_HEAD(self):
        self.answer(200)

    def do_PUT(self):
        self.body()
        self.server.kept += 1
        self.answer(200, headers={"ETag": '"1"'})

    def do_POST(self):
        self.server.answered += b'"statusCode":200' in self.body()
        self.answer(202)

    def body(self):
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def answer(self, status, body=b"", headers=()):
        self.send_response_only(status)
        for name, value in dict(headers).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def instructions(bootstrap, events):
    """How many instructions the function needs from its start until so many events are kept and answered."""
    service = Lambda((ROOT / "events/webhook.json").read_bytes(), events)
    settings = json.loads((ROOT / "sam-local-env.json").read_text())["ReceiverFunction"]
    address = f"127.0.0.1:{service.server_port}"
    with tempfile.NamedTemporaryFile() as out:
        service.function = subprocess.Popen(
            ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out.name}", bootstrap],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            env={
                "PATH": os.environ["PATH"],
                "AWS_LAMBDA_RUNTIME_API": address,
                "AWS_ENDPOINT_URL_S3": f"http://{address}",
                "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
                "AWS_SECRET_ACCESS_KEY": "not-a-secret",
                "AWS_REGION": "eu-central-1",
                "AWS_LAMBDA_FUNCTION_NAME": "budget",
                "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
                "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/budget",
                "AWS_LAMBDA_LOG_STREAM_NAME": "budget",
                **settings,
                "HOOKLOG_STORE": "s3://bucket",
            },
        )
        said = service.function.communicate(timeout=300)[1]
        if (service.kept, service.answered) != (events, events):
            sys.exit(f"{service.kept} of {events} events kept, {service.answered} answered 200\n{said}")
        if keep := os.environ.get("CALLGRIND_OUT"):
            Path(f"{keep}.{events}").write_bytes(Path(out.name).read_bytes())
        return int(re.search(r"^(?:summary|totals): (\d+)", Path(out.name).read_text(), re.M)[1])


def main(bootstrap, *options):
    cold = instructions(bootstrap, 1)
    warm = (instructions(bootstrap, 1 + WARM_EVENTS) - cold) // WARM_EVENTS
    counted = {"cold_start_instructions": cold, "warm_event_instructions": warm, "zip_bytes": zipped(bootstrap)}
    if "--write" in options:
        BUDGET.write_text(json.dumps(counted, indent=2) + "\n")
    budget = json.loads(BUDGET.read_text())
    for name, count in counted.items():
        print(f"{name:24} {count:>12,}   budget {budget[name]:>12,}   {count / budget[name]:.3f}")
    over = [name for name, count in counted.items() if count > budget[name] * GROWTH]
    if over:
        sys.exit(f"more than {GROWTH:.2f} x the budget: {', '.join(over)}")


main(*sys.argv[1:])
