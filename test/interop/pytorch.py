"""PyTorch's side of test/interop/pytorch.interop.ts: loads what simdgrad wrote, and writes what simdgrad must load.

    command -p python3 test/interop/pytorch.py NETWORK THEIRS IMAGES LOGITS OURS OUR_LOGITS

NETWORK   cnn or flat
THEIRS    a checkpoint of simdgrad's; loaded strictly
IMAGES    safetensors with x [N, C, H, W]
LOGITS    written: what PyTorch's module of that checkpoint gives
OURS      written: another checkpoint, in PyTorch's own order and with its num_batches_tracked
OUR_LOGITS  written: what PyTorch gives with that one

Needs Debian's python3-torch. Nothing of Debian reads safetensors, so it is done here by hand.
"""
import json
import pathlib
import struct
import sys

import numpy
import torch
from torch import nn

NAMES = {torch.float32: "F32", torch.int64: "I64"}
TYPES = {"F32": numpy.dtype("<f4"), "I64": numpy.dtype("<i8")}


def load_file(path):
    """As strict as the format: the tensors cover the data, without holes and overlaps."""
    raw = pathlib.Path(path).read_bytes()
    (size,) = struct.unpack_from("<Q", raw)
    text, data = raw[8 : 8 + size], raw[8 + size :]
    assert text[:1] == b"{" and len(text) == size
    pairs = []
    header = json.loads(text, object_pairs_hook=lambda items: pairs.append(items) or dict(items))
    assert all(len(items) == len(dict(items)) for items in pairs), "a key twice"
    assert all(isinstance(value, str) for value in header.pop("__metadata__", {}).values())
    tensors, at = {}, 0
    for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        begin, end = entry["data_offsets"]
        assert begin == at and set(entry) == {"dtype", "shape", "data_offsets"}, name
        array = numpy.frombuffer(data[begin:end], TYPES[entry["dtype"]]).reshape(entry["shape"])
        tensors[name], at = torch.from_numpy(array.copy()), end
    assert at == len(data)
    return tensors


def save_file(tensors, path):
    """In the order of the module, as torch.save would; the format asks for no order, nor for alignment."""
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for name, tensor in tensors.items():
        raw = tensor.detach().contiguous().numpy().tobytes()
        header[name] = {
            "dtype": NAMES[tensor.dtype],
            "shape": list(tensor.shape),
            "data_offsets": [len(data), len(data) + len(raw)],
        }
        data += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    pathlib.Path(path).write_bytes(struct.pack("<Q", len(text)) + text + data)


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


class Flat(nn.Module):
    """A map of 5 × 4 and six channels reaches fc: the order of flattening matters."""

    def __init__(self):
        super().__init__()
        self.conv, self.bn = nn.Conv2d(3, 6, 3, stride=2, bias=False), nn.BatchNorm2d(6)
        self.fc = nn.Linear(6 * 5 * 4, 7)

    def forward(self, x):
        return self.fc(torch.flatten(torch.relu(self.bn(self.conv(x))), 1))


def logits(model, x):
    model.eval()
    with torch.no_grad():
        return {"logits": torch.cat([model(part) for part in x.split(500)])}


network, theirs, images, their_logits, ours, our_logits = sys.argv[1:]
model = {"cnn": Cnn, "flat": Flat}[network]()
model.load_state_dict(load_file(theirs), strict=True)
x = load_file(images)["x"]
save_file(logits(model, x), their_logits)

# Other weights and statistics that read digits all the same: some training-mode passes, and a bit of noise.
torch.manual_seed(1)
model.train()
with torch.no_grad():
    for part in x.split(500)[:3]:
        model(part)
    for parameter in model.parameters():
        parameter.mul_(1 + 0.05 * torch.randn_like(parameter))
save_file(model.state_dict(), ours)
save_file(logits(model, x), our_logits)
print(json.dumps({"torch": torch.__version__, "tensors": len(model.state_dict())}))
