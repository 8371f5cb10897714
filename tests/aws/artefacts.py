"""What `sam build` made: whether al2023 can run it, how large it is, and what it does under AWS's own emulator.

`HOOKLOG_BUILD` is the folder that `sam build --build-dir` was given.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

import boto3
import pytest
from rendered import ROOT
from zipped import zipped

BUILD = Path(os.environ.get("HOOKLOG_BUILD", ROOT / ".aws-sam/build"))
RECEIVER, DRAIN = BUILD / "ReceiverFunction/bootstrap", BUILD / "DrainFunction/bootstrap"
TOOLS = ROOT / "target/tools"
KEYS = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "eu-central-1"}
TOKENS = json.loads((ROOT / "sam-local-env.json").read_text())["ReceiverFunction"]["HOOKLOG_TOKENS"]
EVENTS = sorted((ROOT / "events").glob("*.json"))

GLIBC_OF_AL2023 = (2, 34)
# What Lambda's provided.al2023 has.
LIBRARIES = {"libc.so.6", "libm.so.6", "libdl.so.2", "libpthread.so.0", "libgcc_s.so.1", "ld-linux-x86-64.so.2"}
# A larger zip takes longer to start. This one's size is printed.
ZIP_BYTES_MAX = 5 << 20


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def on_free_port(start):
    """Starts a server and waits until it listens; on another port where it ended, as that one may have been taken."""
    for _ in range(5):
        port = free_port()
        process = start(port)
        until = time.monotonic() + 30
        while process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return process, port
            assert time.monotonic() < until, f"nobody listens on port {port} after 30 s"
            time.sleep(0.05)
    raise AssertionError(f"{process.args[0]} ended at once on five ports")


class Function:
    """An artefact under the Runtime Interface Emulator, which takes one invocation at a time."""

    def __init__(self, artefact, **settings):
        environment = {"AWS_LAMBDA_FUNCTION_NAME": "built", "AWS_LAMBDA_FUNCTION_TIMEOUT": "10", **KEYS, **settings}

        def start(port):
            addresses = ["--runtime-interface-emulator-address", f"127.0.0.1:{port}"]
            addresses += ["--runtime-api-address", f"127.0.0.1:{free_port()}"]
            command = [TOOLS / "aws-lambda-rie", "--log-level", "error", *addresses, artefact]
            return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)

        self.process, port = on_free_port(start)
        self.url = f"http://127.0.0.1:{port}/2015-03-31/functions/function/invocations"

    def invoke(self, event):
        body = event if isinstance(event, bytes) else json.dumps(event).encode()
        with urllib.request.urlopen(self.url, body, timeout=30) as answer:
            return json.load(answer)

    def stop(self):
        """Ends the function and gives its log lines."""
        self.process.terminate()
        printed, _ = self.process.communicate(timeout=30)
        return [json.loads(line) for line in printed.splitlines() if line.startswith("{")]


class Aws:
    """moto's server: S3 and SQS behind the functions."""

    def __init__(self):
        def start(port):
            command = [TOOLS / "venv/bin/python", "-m", "moto.server", "--host", "127.0.0.1", "--port", str(port)]
            return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

        self.process, port = on_free_port(start)
        self.endpoint = f"http://127.0.0.1:{port}"
        keys = {"aws_access_key_id": "key", "aws_secret_access_key": "secret", "region_name": "eu-central-1"}
        self.s3, self.sqs = (boto3.client(name, endpoint_url=self.endpoint, **keys) for name in ["s3", "sqs"])
        self.make_bucket()
        self.queue = self.sqs.create_queue(QueueName="overflow")["QueueUrl"]

    def make_bucket(self):
        self.s3.create_bucket(Bucket="events", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})

    def settings(self):
        return {"AWS_ENDPOINT_URL": self.endpoint, "HOOKLOG_STORE": "s3://events"}

    def kept(self):
        return [entry["Key"] for entry in self.s3.list_objects_v2(Bucket="events", Prefix="events/").get("Contents", [])]


@pytest.fixture
def aws():
    aws = Aws()
    yield aws
    aws.process.terminate()
    aws.process.wait(timeout=30)


@pytest.mark.parametrize("artefact", [RECEIVER, DRAIN], ids=["receiver", "drain"])
def test_al2023_can_run_it(artefact, capsys):
    symbols = subprocess.run(["objdump", "-T", artefact], check=True, capture_output=True, text=True).stdout
    needed = {tuple(map(int, version.split("."))) for version in re.findall(r"GLIBC_([\d.]+)", symbols)}
    assert needed and max(needed) <= GLIBC_OF_AL2023
    headers = subprocess.run(["objdump", "-p", artefact], check=True, capture_output=True, text=True).stdout
    assert set(re.findall(r"NEEDED +(\S+)", headers)) <= LIBRARIES
    size = zipped(artefact)
    with capsys.disabled():
        newest = ".".join(map(str, max(needed)))
        print(f"\n{artefact.parent.name}: {artefact.stat().st_size} bytes, {size} zipped, glibc {newest}")
    assert size < ZIP_BYTES_MAX


def test_the_built_receiver_keeps_every_sample_event(aws):
    receiver = Function(RECEIVER, HOOKLOG_TOKENS=TOKENS, HOOKLOG_OVERFLOW=aws.queue, **aws.settings())
    assert len(EVENTS) == 12
    answers = [receiver.invoke(path.read_bytes()) for path in EVENTS]
    lines = receiver.stop()
    assert [answer["statusCode"] for answer in answers] == [200] * 12, answers
    assert [line["outcome"] for line in lines] == ["stored"] * 12
    ids = {json.loads(answer["body"])["id"] for answer in answers}
    assert ids == {key.rpartition("/")[2].partition("_")[0] for key in aws.kept()}


def test_what_the_built_receiver_could_not_store_the_built_drain_does(aws):
    receiver = Function(RECEIVER, HOOKLOG_TOKENS=TOKENS, HOOKLOG_OVERFLOW=aws.queue, **aws.settings())
    aws.s3.delete_bucket(Bucket="events")
    answers = [receiver.invoke(path.read_bytes()) for path in EVENTS[:3]]
    assert [answer["statusCode"] for answer in answers] == [200] * 3, answers
    assert [line["outcome"] for line in receiver.stop()] == ["overflowed"] * 3
    messages = aws.sqs.receive_message(QueueUrl=aws.queue, MaxNumberOfMessages=10)["Messages"]
    records = [{"messageId": message["MessageId"], "body": message["Body"]} for message in messages]
    drain = Function(DRAIN, **aws.settings())
    failed = drain.invoke({"Records": records})["batchItemFailures"]
    assert {failure["itemIdentifier"] for failure in failed} == {record["messageId"] for record in records}
    aws.make_bucket()
    assert drain.invoke({"Records": records}) == {"batchItemFailures": []}
    drain.stop()
    ids = {json.loads(answer["body"])["id"] for answer in answers}
    assert ids == {key.rpartition("/")[2].partition("_")[0] for key in aws.kept()}


def test_sam_local_invoke_where_there_is_a_container_engine():
    docker = shutil.which("docker")
    if not docker or subprocess.run([docker, "info"], capture_output=True).returncode != 0:
        pytest.skip("no container engine answers: `sam local invoke` was not run, only the emulator that it would use")
    command = [TOOLS / "venv/bin/sam", "local", "invoke", "ReceiverFunction", "--region", "eu-central-1"]
    command += ["--template", BUILD / "template.yaml", "--event", ROOT / "events/webhook.json"]
    command += ["--env-vars", ROOT / "sam-local-env.json"]
    environment = {**os.environ, **KEYS, "SAM_CLI_TELEMETRY": "0"}
    invoked = subprocess.run(command, capture_output=True, text=True, timeout=300, env=environment)
    assert '"statusCode":200' in invoked.stdout.replace(" ", ""), invoked.stdout + invoked.stderr
