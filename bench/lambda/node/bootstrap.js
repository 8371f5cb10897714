// A runtime in a few lines: asks Lambda's Runtime API for events and answers them.

import http from "node:http";
import { receive } from "./receiver.js";

const API = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation`;
const agent = new http.Agent({ keepAlive: true });

function call(method, path, body) {
  return new Promise((resolve, reject) => {
    const request = http.request(API + path, { agent, method }, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => resolve({ headers: response.headers, body: Buffer.concat(chunks).toString() }));
    });
    request.on("error", reject);
    request.end(body);
  });
}

async function main() {
  for (;;) {
    const event = await call("GET", "/next");
    const requestId = event.headers["lambda-runtime-aws-request-id"];
    try {
      const answer = await receive(JSON.parse(event.body), requestId);
      await call("POST", `/${requestId}/response`, JSON.stringify(answer));
    } catch (error) {
      const failure = { errorType: error.name, errorMessage: error.message };
      await call("POST", `/${requestId}/error`, JSON.stringify(failure));
    }
  }
}

main();
