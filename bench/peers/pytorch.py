"""PyTorch's side of `npm run bench:pytorch`: the CNN's training step, one thread, driven line by line.

    command -p python3 bench/peers/pytorch.py WEIGHTS.safetensors BATCH

Reads from stdin: "loss" gives the loss before any step and without dropout; "LAYOUT STEPS" (default or channels_last) runs so many steps
and gives milliseconds a step.
"""
import json
import pathlib
import struct
import sys
import time

import torch
from torch import nn

torch.set_num_threads(1)


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


class Cnn(nn.Module):
    def __init__(self, dropout):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(1, 32, 3, padding=1), nn.BatchNorm2d(32)
        self.conv2, self.bn2 = nn.Conv2d(32, 64, 3, padding=1), nn.BatchNorm2d(64)
        self.conv3, self.bn3 = nn.Conv2d(64, 128, 3, padding=1), nn.BatchNorm2d(128)
        self.fc1, self.fc2 = nn.Linear(128, 64), nn.Linear(64, 10)
        self.drop1, self.drop2 = nn.Dropout(dropout), nn.Dropout(0.6 * dropout)

    def forward(self, x):
        x = nn.functional.max_pool2d(torch.relu(self.bn1(self.conv1(x))), 2)
        x = nn.functional.max_pool2d(torch.relu(self.bn2(self.conv2(x))), 2)
        x = nn.functional.adaptive_avg_pool2d(torch.relu(self.bn3(self.conv3(x))), 1).flatten(1)
        return self.fc2(self.drop2(torch.relu(self.fc1(self.drop1(x)))))


class Trainee:
    def __init__(self, state, x, y, memory_format, dropout=0.5):
        self.model = Cnn(dropout)
        self.model.load_state_dict(state)
        self.model.to(memory_format=memory_format)
        self.x, self.y = x.to(memory_format=memory_format), y
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=1e-3)

    def loss(self):
        return nn.functional.cross_entropy(self.model(self.x), self.y)

    def step(self):
        self.optimizer.zero_grad()
        self.loss().backward()
        self.optimizer.step()


def main():
    tensors = load_file(sys.argv[1])
    batch = int(sys.argv[2])
    # One channel, so [N, H, W, C] and [N, C, H, W] hold the same numbers in the same order.
    x = tensors.pop("x").reshape(batch, 1, 28, 28)
    y = torch.arange(batch) % 10
    trainees = {
        "default": Trainee(tensors, x, y, torch.contiguous_format),
        "channels_last": Trainee(tensors, x, y, torch.channels_last),
    }
    print(torch.__version__, flush=True)
    for line in sys.stdin:
        if line.strip() == "loss":
            print(Trainee(tensors, x, y, torch.contiguous_format, dropout=0).loss().item(), flush=True)
            continue
        layout, steps = line.split()
        start = time.perf_counter()
        for _ in range(int(steps)):
            trainees[layout].step()
        print((time.perf_counter() - start) * 1000 / int(steps), flush=True)


main()
