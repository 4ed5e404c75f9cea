"""Writes the inputs that the fuzzers begin with into a folder for each reader.

They are the small fixtures of the tests, some files that are written here, and Tests/Fuzzing/Seeds, which
has what fuzzers found.

    python3 Tests/Fuzzing/seeds.py FOLDER
"""

import json
import math
import pickle
import shutil
import struct
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TESTS = ROOT / "Tests"
EMBEDDINGS = TESTS / "EmbeddingsTests/Fixtures"
IMAGES = TESTS / "FeatureExtractionTests/Fixtures"
SPLITS = ROOT / "splits/glyphs200"

# The patterns of fixtures by reader. Larger ones than this slow a fuzzer down.
LARGEST = 20_000
FIXTURES = {
    "numpy": [EMBEDDINGS / "*.npy"],
    "archive": [EMBEDDINGS / "*.npz"],
    "safetensors": [EMBEDDINGS / "*.safetensors"],
    "head": [],
    "unknown": [EMBEDDINGS / "*"],
    "features": [EMBEDDINGS / "*.csv"],
    "samples": [EMBEDDINGS / "*.csv"],
    "class-map": [SPLITS / "class-map.csv"],
    "positions": [],
    "labels": [],
    "pairs": [],
    "index": [TESTS / "DatasetsTests/Fixtures/cub200/*.txt"],
    "pickle": [],
    "published": [],
    "matlab": [TESTS / "DatasetsTests/Fixtures/**/*.mat", TESTS / "FilesTests/Fixtures/matlab/*.mat"],
    "manifest": [],
    "receipt": [SPLITS / "receipt.csv"],
    "results": [],
    "episodes": [],
    "description": [IMAGES / "**/*.json"],
    "network": [IMAGES / "Networks/*.onnx"],
    "png": [IMAGES / "**/*.png"],
    "jpeg": [IMAGES / "**/*.jpg"],
    "webp": [IMAGES / "**/*.webp"],
    "gif": [IMAGES / "**/*.gif"],
    "tiff": [IMAGES / "**/*.tif"],
    "bmp": [IMAGES / "**/*.bmp", IMAGES / "**/*.dib"],
    "pnm": [IMAGES / "**/*.p[bgpn]m"],
    "names": [],
}
TEXTS = {
    "samples": [
        "sample,class,superclass,split,role,camera,domain\na,1,x,train,query,1,d\nb,2,x,test,gallery,2,\n",
        "path,label\n/a/b.jpg,1\n/a/c.jpg,1\n/a/d.jpg,2\n",
    ],
    "class-map": [
        "class,samples,pc1,pc2,off_plane\na,3,1,2,3\nb,4,-1e3,0,nan\n",
        "level,direction,class,queries\n1,forward,a,3\n",
    ],
    "positions": [
        "sample,x,y,role\na,1,2,query\nb,-3e2,4.5,database\nc,1,2,\n",
        "image,Lat,Lng\na,47.5,-180\nb,90,360\n",
        "sample\n@550000.5@4180000@10@S@.jpg\n@550001@4180001@@.jpg\n",
    ],
    "labels": ["owl\nant\nowl\n", "\ufeff1\r\n2\r\n\r\n"],
    "pairs": [
        "2\t1\nowl\t1\t2\nowl\t1\tant\t3\nant\t1\t2\nant\t4\towl\t1\n",
        "a,b,same,fold\nx,y,1,0\nx,z,false,1\n",
        "template,sample,media\n1,x,7\n1,y,7\n2,z,\n",
    ],
    "receipt": ["result,path,size,sha256,link\nexport,a/b,,,/images/a.png\nsplits,m.json,0," + "0a" * 32 + ",\n"],
    "manifest": [
        (
            '{"schema_version":1,"generator":"a","dataset":{"name":"a","samples":4,"classes":2,"sha256":"00"},'
            '"settings":{},"levels":[{"id":"1","train":["a"],"test":["b"],"fid":1}]}'
        ),
    ],
    "published": [
        (
            '{"schema_version":1,"classes":["a","b"],"levels":[{"id":"1","fid":1,"train":[0],"test":[1],'
            '"split_val":[0],"split_train":[],"test_episodes":{"2":[{"1":["b/1","b/2"]}]}}]}'
        ),
    ],
    "results": ['{"schema_version":1,"metric":"recall@1","tasks":[]}', '{"schema_version":1,"levels":[]}'],
    "episodes": [
        '{"left_out":[],"seed":0,"shots":2,"episodes":[{"a":["a/1","a/2"],"b":["b/1","b/2"]}]}',
        '{"left_out":[],"shots":1,"episodes_by_level":{"1":[{"a":["a/1"]}]}}',
    ],
    "description": [
        '{"input_size":[3,224,224],"interpolation":"bilinear","crop_pct":0.875,"mean":[0.5,0.5,0.5],"std":[1,1,1]}',
        '{"pretrained_cfg":{"input_size":[3,224,224],"mean":[0,0,0],"std":[1,1,1],"crop_mode":"center"}}',
        '{"preprocess_cfg":{"size":[224,224],"mode":"RGB","mean":[0,0,0],"std":[1,1,1],"resize_mode":"shortest"}}',
        (
            '{"image_processor_type":"ViTImageProcessor","do_resize":true,"size":{"height":224,"width":224},'
            '"resample":3,"do_rescale":true,"rescale_factor":0.00392156862745098,"do_normalize":true,'
            '"image_mean":[0.5,0.5,0.5],"image_std":[0.5,0.5,0.5],"do_center_crop":true,"crop_size":224}'
        ),
    ],
    "names": ["a/b\n..\n.\n\nAUX\nauX\ncafe\u0301\ncaf\u00e9\n" + "x" * 300, "a~b\n%2F\n\u202e.jpg\n"],
}
JSON_FILES = [
    ("manifest", "manifest.json"),
    ("results", "example/results.json"),
    ("results", "example/retrieval-examples.json"),
    ("episodes", "episodes-2.json"),
]
PUBLISHED = {
    1: {
        "train": ["a", "b"],
        "test": ("c", "d"),
        "fid": 1.5,
        "split_train": {"a"},
        "split_val": {"b"},
        "test_episodes": {2: {0: {"c": ["c/1", "c/2"], "d": [b"d/1", "d/2"]}}},
    },
    2: {"train": [0, 1], "test": [2, 3], "fid": 10},
}


def shortened(value: object) -> object:
    """The same JSON with the first elements of each list only, which has every key."""
    if isinstance(value, list):
        return [shortened(element) for element in value[:2]]
    if isinstance(value, dict):
        return {key: shortened(element) for key, element in value.items()}
    return value


def head() -> bytes:
    """A linear head from three features to two dimensions."""
    shapes = {"mean": [3], "scale": [3], "layers.0.weight": [2, 3], "layers.0.bias": [2]}
    header, end = {"__metadata__": {"format": "oodml-head-1"}}, 0
    for name, shape in shapes.items():
        start, end = end, end + 4 * math.prod(shape)
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [start, end]}
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + struct.pack(f"<{end // 4}f", *range(end // 4))


def main() -> None:
    """Writes all seeds."""
    target = Path(sys.argv[1])
    for reader, patterns in FIXTURES.items():
        folder = target / reader
        folder.mkdir(parents=True, exist_ok=True)
        files = [file for pattern in patterns for file in sorted(ROOT.glob(str(pattern.relative_to(ROOT))))]
        found = sorted((TESTS / "Fuzzing/Seeds").glob(f"{reader}-*"))
        for number, file in enumerate(files + found):
            if file.is_file() and file.stat().st_size <= LARGEST:
                shutil.copyfile(file, folder / f"{number}-{file.name}")
        for number, text in enumerate(TEXTS.get(reader, [])):
            (folder / f"text-{number}").write_bytes(text.encode())
    for reader, name in JSON_FILES:
        value = shortened(json.loads((SPLITS / name).read_bytes()))
        (target / reader / Path(name).name).write_text(json.dumps(value))
    (target / "head/linear.safetensors").write_bytes(head())
    for protocol in range(6):
        (target / f"pickle/protocol-{protocol}").write_bytes(pickle.dumps(PUBLISHED, protocol))


if __name__ == "__main__":
    main()
