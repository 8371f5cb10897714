// What hooklog does with an event of a portal, as a careful developer would write it with the AWS SDK.

import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";

const SECRETS = new Set([
  "application_token", "access_token", "refresh_token", "event_token",
  "client_secret", "auth_id", "refresh_id", "password", "token",
]);
const BUCKET = process.env.HOOKLOG_STORE.replace("s3://", "");
const TOKENS = process.env.HOOKLOG_TOKENS.split(",").map((token) => {
  const [name, digest] = token.split("=sha256:");
  return { name, digest: Buffer.from(digest, "hex") };
});

const s3 = new S3Client({
  forcePathStyle: Boolean(process.env.AWS_ENDPOINT_URL_S3),
  requestHandler: { connectionTimeout: 1000, requestTimeout: 1000 },
});

export async function receive(event, requestId) {
  const started = performance.now();
  const body = Buffer.from(event.body, event.isBase64Encoded ? "base64" : "utf8");
  const form = parse(body.toString());
  const tokenName = verify(form);
  if (tokenName === undefined) {
    return answer(403, { title: "No accepted token", status: 403 });
  }
  const { record, key } = makeRecord(form, tokenName, event.requestContext.http, requestId);
  await s3.send(
    new PutObjectCommand({
      Bucket: BUCKET,
      Key: key,
      Body: JSON.stringify(record),
      ContentType: "application/cloudevents+json",
      IfNoneMatch: "*",
    }),
  );
  const ms = Math.round((performance.now() - started) * 1000) / 1000;
  const line = { timestamp: record.receivedtime, level: "INFO", outcome: "stored", event: form.event };
  console.log(JSON.stringify({ ...line, id: record.id, bytes: body.length, ms }));
  return answer(200, { id: record.id });
}

// The form as a tree, by the rules of PHP's brackets.
function parse(text) {
  const root = Object.create(null);
  for (const [name, value] of new URLSearchParams(text)) {
    const open = name.indexOf("[");
    const rest = open < 0 ? "" : name.slice(open);
    const keys = [open < 0 ? name : name.slice(0, open), ...Array.from(rest.matchAll(/\[([^\]]*)\]/g), (key) => key[1])];
    const last = keys.pop();
    let node = root;
    for (const key of keys) {
      const name = key || nextIndex(node);
      if (typeof node[name] !== "object") {
        node[name] = Object.create(null);
      }
      node = node[name];
    }
    node[last || nextIndex(node)] = value;
  }
  return withLists(root);
}

function nextIndex(node) {
  const indexes = Object.keys(node).filter((key) => /^\d+$/.test(key));
  return indexes.length === 0 ? 0 : 1 + Math.max(...indexes.map(Number));
}

function withLists(node) {
  if (typeof node !== "object") {
    return node;
  }
  const entries = Object.entries(node).map(([key, child]) => [key, withLists(child)]);
  const isList = entries.length > 0 && entries.every(([key], index) => key === String(index));
  return isList ? entries.map(([, child]) => child) : Object.fromEntries(entries);
}

// The name of the token that the form carries, if it is an accepted one.
function verify(form) {
  const token = form.auth?.application_token;
  if (typeof token !== "string" || token === "") {
    return undefined;
  }
  const digest = createHash("sha256").update(token).digest();
  const accepted = TOKENS.filter((token) => timingSafeEqual(token.digest, digest));
  return accepted[0]?.name;
}

function redact(node) {
  if (Array.isArray(node)) {
    return node.map(redact);
  }
  if (typeof node !== "object") {
    return node;
  }
  const entries = Object.entries(node).map(([key, child]) => {
    return [key, SECRETS.has(key.toLowerCase()) ? fingerprint(child) : redact(child)];
  });
  return Object.fromEntries(entries);
}

function fingerprint(secret) {
  const text = typeof secret === "string" ? secret : JSON.stringify(secret);
  return `sha256:${sha256(text).slice(0, 8)}`;
}

function makeRecord(form, tokenName, request, requestId) {
  const now = new Date();
  const received = now.toISOString();
  const id = uuid7(now);
  const code = form.event.toUpperCase();
  const domain = form.auth.domain.toLowerCase();
  const data = redact(form);
  const record = {
    specversion: "1.0",
    id,
    source: `https://${domain}`,
    type: `bitrix24.${code}`,
    subject: form.data.FIELDS?.ID ?? form.data.FIELDS_AFTER?.ID ?? form.data.ID,
    time: new Date(Number(form.ts) * 1000).toISOString().replace(".000Z", "Z"),
    datacontenttype: "application/json",
    data,
    receivedtime: received,
    memberid: form.auth.member_id,
    tokenname: tokenName,
    contenthash: sha256(JSON.stringify(sorted(data))),
    sourceip: request.sourceIp,
    useragent: request.userAgent,
    requestid: requestId,
  };
  const label = `${domain.replace(/[^a-z0-9.-]/g, "-")}_${code.replace(/[^A-Z0-9_.-]/g, "-")}`;
  return { record, key: `events/date=${received.slice(0, 10)}/${id}_${label}.json` };
}

function sorted(node) {
  if (Array.isArray(node)) {
    return node.map(sorted);
  }
  if (typeof node !== "object") {
    return node;
  }
  return Object.fromEntries(Object.keys(node).sort().map((key) => [key, sorted(node[key])]));
}

function sha256(text) {
  return createHash("sha256").update(text).digest("hex");
}

function uuid7(now) {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(now.getTime(), 0, 6);
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

function answer(statusCode, body) {
  return { statusCode, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}
