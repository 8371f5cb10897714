"""A runtime in a few lines: asks Lambda's Runtime API for events and answers them."""

import http.client
import json
import os

import receiver

API = "/2018-06-01/runtime/invocation"


def main():
    connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])

    def call(method, path, body=None):
        connection.request(method, API + path, body)
        response = connection.getresponse()
        return response.headers, response.read()

    while True:
        headers, event = call("GET", "/next")
        request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        try:
            answer = receiver.receive(json.loads(event), request_id)
            call("POST", f"/{request_id}/response", json.dumps(answer))
        except Exception as error:
            failure = {"errorType": type(error).__name__, "errorMessage": str(error)}
            call("POST", f"/{request_id}/error", json.dumps(failure))


main()
