"""What hooklog does with an event of a portal, as a careful developer would write it with boto3."""

import base64
import hashlib
import hmac
import json
import os
import re
import secrets
import time
from datetime import datetime, timezone
from urllib.parse import parse_qsl

import boto3
from botocore.config import Config

SECRETS = {
    "application_token", "access_token", "refresh_token", "event_token",
    "client_secret", "auth_id", "refresh_id", "password", "token",
}  # fmt: skip
BUCKET = os.environ["HOOKLOG_STORE"].removeprefix("s3://")
TOKENS = [token.split("=sha256:") for token in os.environ["HOOKLOG_TOKENS"].split(",")]

s3 = boto3.client("s3", config=Config(connect_timeout=1, read_timeout=1, retries={"mode": "standard"}))


def receive(event, request_id):
    started = time.monotonic()
    body = base64.b64decode(event["body"]) if event["isBase64Encoded"] else event["body"].encode()
    form = parse(body.decode("utf-8", "replace"))
    token_name = verify(form)
    if token_name is None:
        return answer(403, {"title": "No accepted token", "status": 403})
    record, key = make_record(form, token_name, event["requestContext"]["http"], request_id)
    s3.put_object(
        Bucket=BUCKET,
        Key=key,
        Body=to_json(record).encode(),
        ContentType="application/cloudevents+json",
        IfNoneMatch="*",
    )
    ms = round((time.monotonic() - started) * 1000, 3)
    line = {"timestamp": record["receivedtime"], "level": "INFO", "outcome": "stored", "event": form.get("event")}
    print(to_json(line | {"id": record["id"], "bytes": len(body), "ms": ms}), flush=True)
    return answer(200, {"id": record["id"]})


def parse(text):
    """The form as a tree, by the rules of PHP's brackets."""
    root = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        first, _, rest = name.partition("[")
        keys = [first, *re.findall(r"([^\]]*)\]\[?", rest)]
        node = root
        for key in keys[:-1]:
            child = node.get(key) if key else None
            if not isinstance(child, dict):
                child = node[key or next_index(node)] = {}
            node = child
        node[keys[-1] or next_index(node)] = value
    return with_lists(root)


def next_index(node):
    return str(1 + max((int(key) for key in node if key.isdecimal()), default=-1))


def with_lists(node):
    if not isinstance(node, dict):
        return node
    children = {key: with_lists(child) for key, child in node.items()}
    is_list = children and list(children) == [str(index) for index in range(len(children))]
    return list(children.values()) if is_list else children


def verify(form):
    """The name of the token that the form carries, if it is an accepted one."""
    auth = form.get("auth")
    token = auth.get("application_token") if isinstance(auth, dict) else None
    if not isinstance(token, str) or not token:
        return None
    digest = hashlib.sha256(token.encode()).hexdigest()
    accepted = [name for name, expected in TOKENS if hmac.compare_digest(digest, expected)]
    return accepted[0] if accepted else None


def redact(node):
    if isinstance(node, list):
        return [redact(child) for child in node]
    if isinstance(node, dict):
        return {key: fingerprint(child) if key.lower() in SECRETS else redact(child) for key, child in node.items()}
    return node


def fingerprint(secret):
    text = secret if isinstance(secret, str) else to_json(secret)
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()[:8]


def make_record(form, token_name, request, request_id):
    now = datetime.now(timezone.utc)
    received = now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    event_id = uuid7(now)
    code = form["event"].upper()
    domain = form["auth"]["domain"].lower()
    data = redact(form)
    record = {
        "specversion": "1.0",
        "id": event_id,
        "source": f"https://{domain}",
        "type": f"bitrix24.{code}",
        "subject": subject(form["data"]),
        "time": datetime.fromtimestamp(int(form["ts"]), timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "datacontenttype": "application/json",
        "data": data,
        "receivedtime": received,
        "memberid": form["auth"]["member_id"],
        "tokenname": token_name,
        "contenthash": hashlib.sha256(to_json(data, sort_keys=True).encode()).hexdigest(),
        "sourceip": request["sourceIp"],
        "useragent": request["userAgent"],
        "requestid": request_id,
    }
    label = re.sub(r"[^a-z0-9.-]", "-", domain)
    return record, f"events/date={received[:10]}/{event_id}_{label}_{re.sub(r'[^A-Z0-9_.-]', '-', code)}.json"


def subject(data):
    for fields in ("FIELDS", "FIELDS_AFTER"):
        if isinstance(data.get(fields), dict) and data[fields].get("ID"):
            return data[fields]["ID"]
    return data.get("ID")


def uuid7(now):
    digits = f"{int(now.timestamp() * 1000):012x}7{secrets.token_hex(2)[:3]}"
    digits += f"{0x80 | secrets.randbits(6):02x}{secrets.token_hex(7)}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def to_json(value, **options):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), **options)


def answer(status, body):
    return {"statusCode": status, "headers": {"content-type": "application/json"}, "body": to_json(body)}
