"""What a TensorBoard event file holds, by Google's own protobuf: test/interop/tensorboard.interop.ts reads the JSON.

    command -p python3 test/interop/read_events.py FILE       (needs Debian's python3-protobuf)

The messages are declared here as tensorflow/core/util/event.proto and framework/summary.proto have them; the checksums
are worked out bit by bit.
"""
import json
import pathlib
import struct
import sys

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

F = descriptor_pb2.FieldDescriptorProto
FIELDS = {
    "Value": [("tag", 1, F.TYPE_STRING), ("simple_value", 2, F.TYPE_FLOAT)],
    "Summary": [("value", 1, "Value")],
    "Event": [
        ("wall_time", 1, F.TYPE_DOUBLE),
        ("step", 2, F.TYPE_INT64),
        ("file_version", 3, F.TYPE_STRING),
        ("summary", 5, "Summary"),
    ],
}


def event_class():
    file = descriptor_pb2.FileDescriptorProto(name="event.proto", package="tb", syntax="proto3")
    for name, fields in FIELDS.items():
        message = file.message_type.add(name=name)
        for field, number, kind in fields:
            label = F.LABEL_REPEATED if kind == "Value" else F.LABEL_OPTIONAL
            if isinstance(kind, str):
                message.field.add(name=field, number=number, label=label, type=F.TYPE_MESSAGE, type_name=f".tb.{kind}")
            else:
                message.field.add(name=field, number=number, label=label, type=kind)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.MessageFactory(pool).GetPrototype(pool.FindMessageTypeByName("tb.Event"))


def masked_crc(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    crc ^= 0xFFFFFFFF
    return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF


Event = event_class()
raw = pathlib.Path(sys.argv[1]).read_bytes()
events, at = [], 0
while at < len(raw):
    length, length_crc = struct.unpack_from("<QI", raw, at)
    data = raw[at + 12 : at + 12 + length]
    (data_crc,) = struct.unpack_from("<I", raw, at + 12 + length)
    assert len(data) == length and length_crc == masked_crc(raw[at : at + 8]) and data_crc == masked_crc(data)
    event = Event()
    event.ParseFromString(data)
    assert not event.UnknownFields(), "a field that TensorBoard does not know"
    values = [[value.tag, value.simple_value.hex()] for value in event.summary.value]
    events.append([event.wall_time, event.step, event.file_version, values])
    at += length + 16
print(json.dumps(events))
