#!/usr/bin/env python3
"""Checks heads that oodml trained: NumPy's formula, onnxruntime and OpenVINO give the same embeddings.

    python3 Scripts/check_heads.py runs/NAME

For every LEVEL-DIRECTION.safetensors below the folder it computes the embeddings of random features by the formula in
HeadTraining's documentation, in double precision, and compares them with those of the .onnx file beside it. It needs
numpy, safetensors, onnx 1.23.2, onnxruntime 1.32.0 and openvino 2026.4.1.
"""

import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import openvino
from safetensors.numpy import load_file

TOLERANCE = 1e-6


def formula(tensors, features):
    x = (features - tensors["mean"].astype(float)) * tensors["scale"].astype(float)
    count = sum(name.endswith(".weight") for name in tensors)
    for layer in range(count):
        x = x @ tensors[f"layers.{layer}.weight"].T.astype(float) + tensors[f"layers.{layer}.bias"]
        if layer < count - 1:
            x = np.maximum(x, 0)
    lengths = np.linalg.norm(x, axis=1, keepdims=True)
    return x / np.where(lengths > 0, lengths, 1)


def main():
    heads = sorted(Path(sys.argv[1]).rglob("*.safetensors"))
    if not heads:
        sys.exit(f"{sys.argv[1]}: no .safetensors files; expected heads")
    worst = 0.0
    for path in heads:
        tensors = load_file(path)
        scale = tensors["scale"].astype(float)
        spread = np.where(scale > 0, 1 / np.where(scale > 0, scale, 1), 0)
        generator = np.random.default_rng(1)
        features = (generator.normal(size=(200, len(scale))) * spread + tensors["mean"]).astype(np.float32)
        expected = formula(tensors, features.astype(float))
        model = path.with_suffix(".onnx")
        onnx.checker.check_model(onnx.load(model), full_check=True)
        session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
        compiled = openvino.compile_model(str(model), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
        for name, found in (
            ("onnxruntime", session.run(["embeddings"], {"features": features})[0]),
            ("OpenVINO", compiled({"features": features})["embeddings"]),
        ):
            difference = float(np.abs(found - expected).max())
            worst = max(worst, difference)
            if not difference < TOLERANCE:
                sys.exit(f"{model}: {name} differs by {difference}; expected less than {TOLERANCE}")
    print(f"{len(heads)} heads: the largest difference is {worst:.1e}")


if __name__ == "__main__":
    main()
