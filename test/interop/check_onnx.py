"""The ONNX checker's word on each file: test/interop/onnx.interop.ts reads the JSON that this prints.

    command -p python3 test/interop/check_onnx.py FILE...       (needs Debian's python3-onnx)
"""
import json
import sys

import onnx

results = {}
for path in sys.argv[1:]:
    model = onnx.load(path)
    try:
        onnx.checker.check_model(model, full_check=True)
        # Shapes that the file claims against those that onnx works out by itself.
        bare = onnx.ModelProto()
        bare.CopyFrom(model)
        del bare.graph.value_info[:]
        inferred = onnx.shape_inference.infer_shapes(bare, check_type=True, strict_mode=True, data_prop=True)
        problem = None
    except Exception as error:  # whatever it is, the test shows it
        problem = f"{type(error).__name__}: {error}"
    dims = lambda value: [d.dim_param or d.dim_value for d in value.type.tensor_type.shape.dim]
    results[path] = {
        "problem": problem,
        "ir": model.ir_version,
        "opset": [[entry.domain, entry.version] for entry in model.opset_import],
        "input": [[value.name, dims(value)] for value in model.graph.input],
        "output": [[value.name, dims(value)] for value in model.graph.output],
        "claimed": {value.name: dims(value) for value in model.graph.value_info},
        "inferred": {value.name: dims(value) for value in inferred.graph.value_info} if problem is None else {},
        "metadata": {entry.key: entry.value for entry in model.metadata_props},
        "description": model.doc_string,
    }
print(json.dumps(results))
