"""Measures Recall@1 on glyphs200 for a network and for the raw pixels.

For every picture, it finds the nearest other picture by cosine similarity; Recall@1 is
the share of pictures whose nearest one is of the same class. Needs onnxruntime,
numpy and pillow.

    python3 Scripts/glyphs200/recall.py --images Sources/Glyphs200/Resources/glyphs200 \\
        --model Sources/Glyphs200/Resources/backbone/backbone.onnx
"""

import argparse
import json
import pathlib

import numpy as np
import onnxruntime
from PIL import Image


def pictures(folder):
    """The pictures, N x 64 x 64 from 0 to 1, and the class path of each."""
    paths = sorted(folder.glob("*/*/*.png"))
    images = np.stack([np.asarray(Image.open(path), np.float32) / 255 for path in paths])
    return images, np.array([str(path.parent.relative_to(folder)) for path in paths])


def embeddings(model, images):
    """The network's output for the pictures, prepared as the sidecar beside it says."""
    settings = json.loads((model.parent / "config.json").read_text())["pretrained_cfg"]
    prepared = (images[:, None] - settings["mean"][0]) / settings["std"][0]
    session = onnxruntime.InferenceSession(str(model))
    batches = np.array_split(prepared.astype(np.float32), max(1, len(images) // 256))
    return np.concatenate([session.run(["embedding"], {"input": batch})[0] for batch in batches])


def recall_at_1(vectors, labels):
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    similarity = unit @ unit.T
    np.fill_diagonal(similarity, -np.inf)
    return float((labels[similarity.argmax(1)] == labels).mean())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=pathlib.Path, required=True, help="the glyphs200 folder")
    parser.add_argument("--model", type=pathlib.Path, required=True, help="ONNX file with config.json beside it")
    options = parser.parse_args()

    images, labels = pictures(options.images)
    print(f"network     {recall_at_1(embeddings(options.model, images), labels):.4f}")
    print(f"raw pixels  {recall_at_1(1 - images.reshape(len(images), -1), labels):.4f}")


if __name__ == "__main__":
    main()
