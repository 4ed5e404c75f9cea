"""Exports a pretrained backbone as ONNX, with its preprocessing beside it, in the form that oodml reads.

    pip install torch timm onnx                    # or torchvision, or transformers, in place of timm
    python Scripts/export_backbone.py timm:resnet50.a1_in1k backbones/resnet50
    python Scripts/export_backbone.py torchvision:resnet50 backbones/resnet50
    python Scripts/export_backbone.py hf:facebook/dinov2-small backbones/dinov2

writes backbones/resnet50/model.onnx, whose output `embedding` is the pooled vector before any classifier, and
backbones/resnet50/model.json. Then: oodml make-splits --root photos --backbone backbones/resnet50/model.onnx

The values of the exported network are compared with PyTorch's where onnxruntime is installed.
"""

import argparse
import json
import pathlib
import sys

import torch

PILLOW_FILTERS = ["nearest", "lanczos", "bilinear", "bicubic", "box", "hamming"]


class Embedding(torch.nn.Module):
    """A network reduced to one vector per image."""

    def __init__(self, network, pick):
        super().__init__()
        self.network, self.pick = network, pick

    def forward(self, images):
        return self.pick(self.network(images)).flatten(1)


def from_timm(name, pretrained):
    import timm

    network = timm.create_model(name, pretrained=pretrained, num_classes=0)
    config = timm.data.resolve_model_data_config(network)
    keys = ("input_size", "interpolation", "crop_pct", "crop_mode", "mean", "std")
    return Embedding(network, lambda x: x), {key: config[key] for key in keys}


def from_torchvision(name, pretrained):
    import torchvision

    weights = torchvision.models.get_model_weights(name).DEFAULT
    network = torchvision.models.get_model(name, weights=weights if pretrained else None)
    # The attributes in which torchvision's networks keep the layers after the pooled vector.
    head = next((each for each in ("fc", "classifier", "head", "heads") if hasattr(network, each)), None)
    if head is None:
        sys.exit(f"{name} has no layer fc, classifier, head or heads; export it by hand, without its classifier")
    setattr(network, head, torch.nn.Identity())
    transform = weights.transforms()
    crop = transform.crop_size[0]
    description = {
        "input_size": [3, crop, crop],
        "interpolation": transform.interpolation.value,
        "resize": {"mode": "shorter_side", "size": transform.resize_size[0]},
        "mean": transform.mean,
        "std": transform.std,
    }
    return Embedding(network, lambda x: x), description


def from_hugging_face(name, pretrained):
    import transformers

    processor = transformers.AutoImageProcessor.from_pretrained(name)
    untrained = []
    if pretrained:
        network, loading = transformers.AutoModel.from_pretrained(name, output_loading_info=True)
        untrained = sorted(loading["missing_keys"])
    else:
        network = transformers.AutoModel.from_config(transformers.AutoConfig.from_pretrained(name))
    # For CLIP and similar models, only the image tower.
    tower = getattr(network, "vision_model", network)
    if tower is not network:
        untrained = [key.removeprefix("vision_model.") for key in untrained if key.startswith("vision_model.")]
    # Classifier checkpoints have no pooler; transformers would add one with random weights.
    is_pooled = not any(key.startswith(("pooler.", "vit.pooler.")) for key in untrained)
    if others := [key for key in untrained if "pooler." not in key]:
        sys.exit(
            f"{name} has no weights for {', '.join(others[:3])}, without which an export would be of random numbers"
        )

    def pick(output):
        if is_pooled and getattr(output, "pooler_output", None) is not None:
            return output.pooler_output
        return output.last_hidden_state[:, 0]

    return Embedding(tower, pick), processor.to_dict()


SOURCES = {"timm": from_timm, "torchvision": from_torchvision, "hf": from_hugging_face}


def input_size(description):
    if "input_size" in description:
        return tuple(description["input_size"])
    size = description["crop_size"] if description.get("do_center_crop") else description["size"]
    if isinstance(size, int):
        return 3, size, size
    side = size.get("shortest_edge")
    return 3, size.get("height", side), size.get("width", side)


def difference(path, network, images):
    """Largest difference of onnxruntime from PyTorch, relative to the largest value; None without onnxruntime."""
    try:
        import onnxruntime
    except ImportError:
        return None
    with torch.inference_mode():
        expected = network(images)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    found = torch.from_numpy(session.run(None, {"images": images.numpy()})[0])
    return ((found - expected).abs().max() / expected.abs().max()).item()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", metavar="SOURCE:NAME", help=f"SOURCE is one of {', '.join(SOURCES)}")
    parser.add_argument("folder", type=pathlib.Path, help="where model.onnx and model.json go")
    parser.add_argument("--untrained", action="store_true", help="random weights, to try it without a download")
    arguments = parser.parse_args()
    source, _, name = arguments.model.partition(":")
    if source not in SOURCES or not name:
        parser.error(f"found {arguments.model}; expected SOURCE:NAME with one of the sources {', '.join(SOURCES)}")
    torch.manual_seed(0)
    network, description = SOURCES[source](name, not arguments.untrained)
    network.eval()
    images = torch.randn(2, *input_size(description))
    arguments.folder.mkdir(parents=True, exist_ok=True)
    path = arguments.folder / "model.onnx"
    torch.onnx.export(
        network,
        (images,),
        str(path),
        input_names=["images"],
        output_names=["embedding"],
        opset_version=17,
        dynamic_axes={"images": {0: "batch"}, "embedding": {0: "batch"}},
        dynamo=False,
    )
    (arguments.folder / "model.json").write_text(json.dumps(description, indent=1, default=str) + "\n")
    worst = difference(path, network, images)
    print(
        f"{path}: "
        + (
            "not compared, since onnxruntime is not installed"
            if worst is None
            else f"differs from PyTorch by {worst:.1e} at most, relative to the largest value"
        )
    )


if __name__ == "__main__":
    main()
