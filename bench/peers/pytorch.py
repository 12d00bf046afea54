"""PyTorch's side of `npm run bench:peers`, driven line by line as bench/peers/serve.mjs says.

    command -p python3 bench/peers/pytorch.py FOLDER default|channels_last THREADS
"""
import json
import pathlib
import struct
import sys
import time

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
    def __init__(self, state, x, y, memory_format, dropout):
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

    def losses(self):
        first = self.loss().item()
        self.step()
        return [first, self.loss().item()]

    @torch.inference_mode()
    def logits(self):
        self.model.eval()
        return self.model(self.x).flatten().tolist()


def median_ms(run, runs):
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return sorted(times)[runs // 2] * 1000


def main():
    folder, layout, threads = sys.argv[1:]
    torch.set_num_threads(int(threads))
    tensors = load_file(f"{folder}/task.safetensors")
    images = tensors.pop("x")
    memory_format = {"default": torch.contiguous_format, "channels_last": torch.channels_last}[layout]

    def trainee(batch, dropout):
        # One channel, so [N, H, W, C] and [N, C, H, W] hold the same numbers in the same order.
        x = images[:batch].reshape(batch, 1, 28, 28)
        return Trainee(tensors, x, torch.arange(batch) % 10, memory_format, dropout)

    print(json.dumps({"version": torch.__version__}), flush=True)
    prepared = {}
    for line in sys.stdin:
        command = json.loads(line)
        batch, is_training = command["batch"], command["work"] == "train"
        if command["ask"] == "check":
            checked = trainee(batch, 0)
            answer = {"values": checked.losses() if is_training else checked.logits()}
        else:
            key = (command["work"], batch)
            if key not in prepared:
                prepared[key] = trainee(batch, 0.5)
            run = prepared[key].step if is_training else prepared[key].logits
            answer = {"ms": median_ms(run, command["runs"])}
        print(json.dumps(answer), flush=True)


main()
