"""What simdgrad's server is measured beside: the usual stack for such a service, with the same weights.

    command -p python3 bench/serving/reference.py --port 8001 [--threads 1] [--optimize]

FastAPI and uvicorn, python-multipart, Pillow and PyTorch, one process, written as their documentation would have it, and at
its best here: evaluation mode, no gradients, one thread for PyTorch (two are slower, bench/serving/README.md), no access
log. Debian: python3-fastapi python3-uvicorn python3-multipart python3-pil python3-torch libopenblas0-pthread.
"""
import argparse
import base64
import binascii
import io
import json
import os
import pathlib
import struct
import time

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # its second thread spins, on a processor that others need

import numpy
import torch
import uvicorn
from fastapi import FastAPI, File, Form, HTTPException, UploadFile
from fastapi.middleware.cors import CORSMiddleware
from PIL import Image, ImageOps
from pydantic import BaseModel
from torch import nn

PRETRAINED = pathlib.Path(__file__).resolve().parents[2] / "models" / "pretrained"
MEAN, STD = 0.1307, 0.3081


class Linear(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(784, 10)

    def forward(self, x):
        return self.fc(x.flatten(1))


class Cnn(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(1, 32, 3, padding=1), nn.BatchNorm2d(32)
        self.conv2, self.bn2 = nn.Conv2d(32, 64, 3, padding=1), nn.BatchNorm2d(64)
        self.conv3, self.bn3 = nn.Conv2d(64, 128, 3, padding=1), nn.BatchNorm2d(128)
        self.fc1, self.fc2 = nn.Linear(128, 64), nn.Linear(64, 10)

    def forward(self, x):
        x = nn.functional.max_pool2d(torch.relu(self.bn1(self.conv1(x))), 2)
        x = nn.functional.max_pool2d(torch.relu(self.bn2(self.conv2(x))), 2)
        x = nn.functional.adaptive_avg_pool2d(torch.relu(self.bn3(self.conv3(x))), 1).flatten(1)
        return self.fc2(torch.relu(self.fc1(x)))


def load(network, name):
    """Debian has no package that reads safetensors."""
    raw = (PRETRAINED / f"{name}.safetensors").read_bytes()
    (size,) = struct.unpack_from("<Q", raw)
    header = json.loads(raw[8 : 8 + size])
    header.pop("__metadata__", None)
    data = bytearray(raw[8 + size :])
    types = {"F32": torch.float32, "I64": torch.int64}
    tensors = {
        key: torch.frombuffer(data[slice(*entry["data_offsets"])], dtype=types[entry["dtype"]]).reshape(entry["shape"])
        for key, entry in header.items()
    }
    network.load_state_dict(tensors)
    return network.eval()


MODELS = {"linear": load(Linear(), "linear"), "cnn": load(Cnn(), "cnn")}

app = FastAPI(title="MNIST")
app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["*"], allow_headers=["*"])


def preprocess(image):
    image = image.convert("L").resize((28, 28), Image.LANCZOS)
    if numpy.asarray(image).mean() > 127:  # ink on paper; MNIST is light on dark
        image = ImageOps.invert(image)
    pixels = numpy.asarray(image, dtype=numpy.float32) / 255
    return torch.from_numpy((pixels - MEAN) / STD).reshape(1, 1, 28, 28)


def predict_bytes(contents, model_type):
    start = time.perf_counter()
    if model_type not in MODELS:
        raise HTTPException(status_code=400, detail=f"Unknown model type: {model_type}")
    try:
        x = preprocess(Image.open(io.BytesIO(contents)))
    except Exception as error:
        raise HTTPException(status_code=400, detail=f"Invalid image: {error}")
    with torch.no_grad():
        probabilities = torch.softmax(MODELS[model_type](x), dim=1)[0]
    predicted = int(probabilities.argmax())
    return {
        "predicted_class": predicted,
        "confidence": float(probabilities[predicted]),
        "probabilities": probabilities.tolist(),
        "model_type": model_type,
        "latency_ms": (time.perf_counter() - start) * 1000,
    }


class Base64Request(BaseModel):
    image: str
    model_type: str = "cnn"


@app.get("/")
async def root():
    return {"status": "healthy"}


@app.get("/models")
async def models():
    return list(MODELS)


# `async`, so that a request costs no thread of the pool: with one thread for PyTorch the pool only adds switches.
@app.post("/predict")
async def predict(file: UploadFile = File(...), model_type: str = Form("cnn")):
    return predict_bytes(await file.read(), model_type)


@app.post("/predict/base64")
async def predict_base64(request: Base64Request):
    try:
        contents = base64.b64decode(request.image.split(",", 1)[-1], validate=True)
    except binascii.Error as error:
        raise HTTPException(status_code=400, detail=f"Invalid base64: {error}")
    return predict_bytes(contents, request.model_type)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8001)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--optimize", action="store_true", help="torch.jit.optimize_for_inference")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    if options.optimize:
        example = torch.zeros(1, 1, 28, 28)
        with torch.no_grad():
            for name, network in MODELS.items():
                traced = torch.jit.freeze(torch.jit.trace(network, example))
                MODELS[name] = torch.jit.optimize_for_inference(traced)
    uvicorn.run(app, host=options.host, port=options.port, log_level="warning", access_log=False)
