"""The reference as a function of AWS Lambda: reference.py's imports, weights and reading of pictures, on the Runtime API.

    AWS_LAMBDA_RUNTIME_API=HOST:PORT /usr/bin/python3 bench/serving/reference_lambda.py

Answers events of POST /predict/base64 without FastAPI's routing in between, which would take longer.
"""
import http.client
import json
import os

import reference
import torch

torch.set_num_threads(1)
api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
while True:
    api.request("GET", "/2018-06-01/runtime/invocation/next")
    response = api.getresponse()
    identity = response.headers["Lambda-Runtime-Aws-Request-Id"]
    request = json.loads(json.loads(response.read())["body"])
    answer = reference.predict_bytes(reference.base64.b64decode(request["image"]), request["model_type"])
    result = {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": json.dumps(answer)}
    api.request("POST", f"/2018-06-01/runtime/invocation/{identity}/response", json.dumps(result))
    api.getresponse().read()
