"""A client of the Open Inference Protocol that speaks the binary form with nothing but Python's own modules, as tritonclient does:
test/serve/oip/others.interop.ts reads the JSON that this prints.

    command -p python3 test/serve/oip/binary_client.py HOST:PORT
"""
import gzip
import http.client
import json
import struct
import sys

COUNT, PIXELS = 3, 784
images = [((i * 7919) % 256 / 255 - 0.1307) / 0.3081 for i in range(COUNT * PIXELS)]
connection = http.client.HTTPConnection(sys.argv[1])


def infer(model, outputs, compress=False):
    tensor = struct.pack(f"<{len(images)}f", *images)
    head = {
        "id": "python",
        "inputs": [
            {
                "name": "images",
                "shape": [COUNT, 1, 28, 28],
                "datatype": "FP32",
                "parameters": {"binary_data_size": len(tensor)},
            }
        ],
    }
    if outputs:
        head["outputs"] = [{"name": name, "parameters": {"binary_data": True}} for name in outputs]
    else:
        head["parameters"] = {"binary_data_output": True}
    text = json.dumps(head).encode()
    headers = {"Inference-Header-Content-Length": str(len(text))}
    body = text + tensor
    if compress:
        headers["Content-Encoding"] = "gzip"
        body = gzip.compress(body)
    connection.request("POST", f"/v2/models/{model}/infer", body, headers)
    response = connection.getresponse()
    answer = response.read()
    assert response.status == 200, answer
    length = int(response.headers["Inference-Header-Content-Length"])
    result = json.loads(answer[:length])
    assert result["id"] == "python", result
    at, values = length, {}
    for output in result["outputs"]:
        size = output["parameters"]["binary_data_size"]
        # The bits, so that nothing is lost on the way to the test.
        values[output["name"]] = struct.unpack(f"<{size // 4}I", answer[at : at + size])
        at += size
    assert at == len(answer), (at, len(answer))
    return values


def error(model, body, headers):
    connection.request("POST", f"/v2/models/{model}/infer", body, headers)
    response = connection.getresponse()
    return [response.status, json.loads(response.read())["error"]]


connection.request("GET", "/v2/health/ready")
ready = connection.getresponse()
ready.read()
print(
    json.dumps(
        {
            "ready": ready.status,
            "cnn": infer("cnn", []),
            "linear": infer("linear", ["probabilities", "logits"]),
            "gzip": infer("cnn", ["logits"], compress=True),
            "unknown": error("mlp", b"{}", {}),
            "nan": error("cnn", b'{"inputs":[{"name":"images","shape":[1,1,28,28],"datatype":"FP32","data":[NaN]}]}', {}),
        }
    )
)
