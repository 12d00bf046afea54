"""PyTorch's side of `npm run bench:peers`, driven line by line as bench/peers/serve.mjs says.

    command -p python3 bench/peers/pytorch.py FOLDER THREADS default|channels_last
"""
import collections
import ctypes
import json
import os
import pathlib
import re
import struct
import sys
import time

# torch.set_num_threads() leaves the threads of a BLAS alone, which has as many as there are processors, unless told before.
for name in ["OPENBLAS", "BLIS", "MKL", "OMP"]:
    os.environ[f"{name}_NUM_THREADS"] = sys.argv[2]

import torch
from torch import nn


def load_file(path):
    """What safetensors.torch.load_file reads; Debian has no package of it."""
    raw = pathlib.Path(path).read_bytes()
    (size,) = struct.unpack_from("<Q", raw)
    header = json.loads(raw[8 : 8 + size])
    data = bytearray(raw[8 + size :])
    dtypes = {"F32": torch.float32, "I64": torch.int64}
    return {
        name: torch.frombuffer(data[slice(*entry["data_offsets"])], dtype=dtypes[entry["dtype"]]).reshape(entry["shape"])
        for name, entry in header.items()
        if name != "__metadata__"
    }


class Residual(nn.Module):
    def __init__(self, main, shortcut):
        super().__init__()
        self.main, self.shortcut = main, shortcut

    def forward(self, x):
        return self.main(x) + (x if self.shortcut is None else self.shortcut(x))


def sequential(layers, has_dropout):
    """The network of a description, see bench/peers/networks.ts."""
    make = {
        "linear": lambda l: nn.Linear(l["in"], l["out"]),
        "conv": lambda l: nn.Conv2d(l["in"], l["out"], l["kernel"], l["stride"], l["padding"], bias=l["bias"]),
        "batchNorm": lambda l: nn.BatchNorm2d(l["channels"]),
        "maxPool": lambda l: nn.MaxPool2d(l["size"]),
        "meanPool": lambda l: nn.AdaptiveAvgPool2d(1),
        "relu": lambda l: nn.ReLU(),
        "flatten": lambda l: nn.Flatten(),
        "dropout": lambda l: nn.Dropout(l["rate"] if has_dropout else 0),
        "residual": lambda l: Residual(
            sequential(l["main"], has_dropout), l["shortcut"] and sequential(l["shortcut"], has_dropout)
        ),
    }
    return nn.Sequential(collections.OrderedDict((name, make[layer["type"]](layer)) for name, layer in layers.items()))


class Trainee:
    def __init__(self, network, state, x, memory_format, has_dropout):
        self.model = sequential(network["layers"], has_dropout)
        self.model.load_state_dict(state)
        if x.dim() == 4:
            self.model.to(memory_format=memory_format)
            x = x.to(memory_format=memory_format)
        self.x, self.y = x, torch.arange(len(x)) % 10
        optimizer = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[network["optimizer"]]
        self.optimizer = optimizer(self.model.parameters(), lr=1e-3)

    def loss(self):
        return nn.functional.cross_entropy(self.model(self.x), self.y)

    def step(self):
        self.optimizer.zero_grad()
        self.loss().backward()
        self.optimizer.step()

    def losses(self):
        first = self.loss().item()
        self.step()
        return [first, self.loss().item()]

    @torch.inference_mode()
    def logits(self):
        self.model.eval()
        return self.model(self.x).flatten().tolist()


def mapped_libraries():
    """The files of this process that may be its BLAS; bench/peers/blas.ts tells which is. Empty where there is no /proc."""
    torch.ones(64, 64) @ torch.ones(64, 64)
    try:
        maps = pathlib.Path("/proc/self/maps").read_text()
    except OSError:
        return []
    return sorted({path for path in re.findall(r"/\S+$", maps, re.M) if re.search(r"blas|mkl|blis|atlas", path)})


def core_of(libraries):
    """For which processor OpenBLAS has chosen its kernels; null of another BLAS."""
    for path in libraries:
        if "libopenblas" in path:
            get = getattr(ctypes.CDLL(path), "openblas_get_corename", None)
            if get is not None:
                get.restype = ctypes.c_char_p
                return get().decode()
    return None


def build():
    (onednn,) = re.findall(r"MKL-DNN v(\S+)", torch.__config__.show()) or ["?"]
    return f"oneDNN {onednn}, {torch.__config__.parallel_info().split('backend: ')[-1].strip()}"


def median_ms(run, runs):
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return sorted(times)[runs // 2] * 1000


def main():
    folder, threads, layout = sys.argv[1:]
    torch.set_num_threads(int(threads))
    network = json.loads(pathlib.Path(folder, "network.json").read_text())
    tensors = load_file(f"{folder}/task.safetensors")
    images = tensors.pop("x")
    memory_format = {"default": torch.contiguous_format, "channels_last": torch.channels_last}[layout]

    def trainee(batch, has_dropout):
        return Trainee(network, tensors, images[:batch], memory_format, has_dropout)

    libraries = mapped_libraries()
    blas = {"libraries": libraries, "core": core_of(libraries), "hasMkl": torch.backends.mkl.is_available()}
    print(json.dumps({"version": torch.__version__, "build": build(), "blas": blas}), flush=True)
    prepared = {}
    for line in sys.stdin:
        command = json.loads(line)
        batch, is_training = command["batch"], command["work"] == "train"
        if command["ask"] == "check":
            checked = trainee(batch, False)
            answer = {"values": checked.losses() if is_training else checked.logits()}
        else:
            key = (command["work"], batch)
            if key not in prepared:
                prepared[key] = trainee(batch, True)
            run = prepared[key].step if is_training else prepared[key].logits
            answer = {"ms": median_ms(run, command["runs"])}
        print(json.dumps(answer), flush=True)


main()
