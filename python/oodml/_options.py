"""The options of each command, as `oodml COMMAND --help` documents them.

Written by Scripts/python_options.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypedDict, Union

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

#: A file or folder.
PathLike = Union[str, "os.PathLike[str]"]
#: An array (NumPy, torch or lists), a table (pandas, or a mapping from columns to values), or a file.
Data = Union[PathLike, "npt.NDArray[np.generic]", Sequence[Any], Mapping[str, Sequence[Any]], Any]


class StudyOptions(TypedDict, total=False):
    """Options of `oodml study`."""

    #: The benchmark that comes with oodml, glyphs200, or the dataset in --root: cub200, cars196, sop, inshop,
    #: market1501, dukemtmc, msmt17 or veri776.
    dataset: str | None

    #: The folder of the images.
    root: PathLike | None

    #: A table with the columns sample, class, and optionally superclass, split (train or test), role (query or
    #: gallery), camera, domain and group; or labels alone, in .npy or in lines of .txt; a store of embeddings has
    #: its own.
    samples: Data | None

    #: What the outer folders of outer/class/image are: superclass, domain, or the parts of a split (default: by
    #: their names).
    folders: Literal["superclass", "domain", "split"] | None

    #: The column of --samples with the cameras: images of a query's class and camera do not count for it (default:
    #: camera, if there is one; names: by the samples' names; none).
    camera: str | None

    #: The name of the dataset in what is written (default: that of the folder, table or store).
    name: str | None

    #: The network, with its preprocessing beside it.
    backbone: PathLike | None

    #: Embeddings instead of images: one row for each row of --samples, or a store.
    features: Data | None

    #: The output of the network that is the embedding.
    output: str | None

    #: How a feature map or tokens become one vector, as in embed.
    pool: str | None

    #: How many levels to make. (default: 9)
    levels: int | None

    #: The objectives, separated by commas, or all. (default: arcface,multi-similarity,triplet)
    objective: str | Sequence[str] | None

    #: The seeds of the training runs, separated by commas. (default: 0)
    seeds: int | Sequence[int] | None

    #: The number of dimensions of the heads' embeddings. (default: 64)
    dimension: int | None

    #: The number of batches of each head. (default: 300)
    steps: int | None

    #: The output folder (default: studies/NAME).
    out: PathLike | None

    #: The study.json of another study, for the same settings in place of options here.
    settings: PathLike | None

    #: Print no progress and no warnings.
    quiet: bool | None

    #: Replace results of another run in the output folder; your own files there stay.
    force: bool | None


class MakeSplitsOptions(TypedDict, total=False):
    """Options of `oodml make-splits`."""

    #: The benchmark that comes with oodml, glyphs200, or the dataset in --root: cub200, cars196, sop, inshop,
    #: market1501, dukemtmc, msmt17 or veri776.
    dataset: str | None

    #: The folder of the images.
    root: PathLike | None

    #: A table with the columns sample, class, and optionally superclass, split (train or test), role (query or
    #: gallery), camera, domain and group; or labels alone, in .npy or in lines of .txt; a store of embeddings has
    #: its own.
    samples: Data | None

    #: What the outer folders of outer/class/image are: superclass, domain, or the parts of a split (default: by
    #: their names).
    folders: Literal["superclass", "domain", "split"] | None

    #: The column of --samples with the cameras: images of a query's class and camera do not count for it (default:
    #: camera, if there is one; names: by the samples' names; none).
    camera: str | None

    #: The name of the dataset in what is written (default: that of the folder, table or store).
    name: str | None

    #: In place of --samples, where samples were taken: a table with sample, and x and y (or east and north) in
    #: metres, or lat and lon in degrees; areas of a grid are the classes.
    positions: Data | None

    #: With --positions, the side of an area in metres, gap included (default: 200).
    grid: float | None

    #: With --positions, how far areas are apart in metres; samples in between are left out (default: 50, or a
    #: quarter of --grid if that is less).
    gap: float | None

    #: The network that embeds the images, ONNX, OpenVINO or TFLite, with its preprocessing beside it in the config
    #: file of timm, Hugging Face or OpenCLIP.
    backbone: PathLike | None

    #: Embeddings instead of images (.npy, .npz, .safetensors, .csv): one row for each row of --samples, found by id
    #: where the file has ids.
    features: Data | None

    #: The output folder (default: splits/NAME).
    out: PathLike | None

    #: The folder in which embeddings of images are kept, and found by other commands (default: stores).
    stores: PathLike | None

    #: Keep no embeddings of images, and use none that were kept.
    no_stores: bool | None

    #: What the distance is computed over: all samples, or one mean for each class (default: samples).
    statistic: Literal["samples", "class-means"] | None

    #: How many levels to make (default: 9).
    levels: int | None

    #: Levels at these distances (fid) instead, separated by commas, as in 20,40,80.
    targets: float | Sequence[float] | None

    #: By which part of itself a target may be missed. (default: 0.02)
    tolerance: float | None

    #: What levels are spaced evenly in: the distance, or its excess over random sides. (default: fid)
    spacing: Literal["fid", "excess"] | None

    #: Let levels follow a column of --samples instead of the distance (a date, a number, a site: from mixed sides to
    #: early against late classes, to these with a gap), or near: from classes that have their like on the other side
    #: to classes that do not.
    order: str | None

    #: With --order COLUMN: which of its samples says where a class is (default: median).
    class_value: Literal["first", "median", "last"] | None

    #: The split to start from. (default: official)
    start: Literal["official", "alphabetical", "random"] | None

    #: What changes sides as a whole: class, superclass, or a column of --samples. (default: class)
    unit: str | None

    #: How many pairs of classes a step exchanges, and how many it removes (default: classes / 100).
    swaps_per_step: int | None

    #: The part of each side's classes that removal leaves. (default: 0.6)
    keep_fraction: float | None

    #: The number of classes that removal leaves on each side at least. (default: 10)
    min_classes: int | None

    #: Which classes are removed first: by the gap between class and side means, or by the distance that is left,
    #: which is slower and goes further where classes spread differently. (default: gap)
    removal: Literal["gap", "distance"] | None

    #: What all random choices come from. (default: 0)
    seed: int | None

    #: Make this many series, all but the first from random starts, to see how much depends on the start. (default:
    #: 1)
    replicates: int | None

    #: How further series differ: by a random start, or by searching without the main directions of those before
    #: them, so that each is hard along another one. (default: start)
    replicates_by: Literal["start", "direction"] | None

    #: Random exchanges for each null band; 0 leaves out the bands and the held-out repetition. (default: 20)
    draws: int | None

    #: Validation folds within the train classes of each level; 0 for none. (default: 4)
    folds: int | None

    #: Support samples a class in few-shot episodes, separated by commas; 0 for none (default: 2,5).
    shots: int | Sequence[int] | None

    #: How many few-shot episodes to fix. (default: 10)
    episodes: int | None

    #: How splits are found: by the search of oodml, or step by step as the reference code of the ooDML paper does
    #: it, defects included (sets --statistic class-means). (default: oodml)
    protocol: Literal["oodml", "milbich2021"] | None

    #: With --protocol milbich2021: add this to the diagonals under the root, where the reference has 1e-8 (default:
    #: nothing).
    ridge: float | None

    #: The output that is the embedding; of an ONNX network any tensor within it.
    output: str | None

    #: How a feature map or tokens become one vector: cls is the first token, patch-avg the mean over the others;
    #: grid-2 and grid-4 are the means of 2 × 2 and 4 × 4 parts of a feature map.
    pool: Literal["cls", "avg", "patch-avg", "max", "gem", "grid-2", "grid-4"] | None

    #: The resize before the crop: the shorter side, HEIGHTxWIDTH, or none.
    resize: int | str | None

    #: The part of the resized image that the crop is, instead of --resize.
    crop_pct: float | None

    #: The centre crop, which is the network's input: a side, or HEIGHTxWIDTH.
    crop: int | str | None

    #: The filter of the resize.
    interpolation: Literal["nearest", "box", "bilinear", "hamming", "bicubic", "lanczos"] | None

    #: What is subtracted from values of 0 to 1; one number for a network for grey images.
    mean: float | Sequence[float] | None

    #: What values are then divided by.
    std: float | Sequence[float] | None

    #: The order of the channels in the network's input, also of --mean and --std (default: rgb).
    channel_order: Literal["rgb", "bgr"] | None

    #: Turn images first as their EXIF data says, which most trainers do not do.
    exif_orientation: bool | None

    #: Print no progress and no warnings.
    quiet: bool | None

    #: Replace results of another run in the output folder; your own files there stay.
    force: bool | None


class HoldoutOptions(TypedDict, total=False):
    """Options of `oodml holdout`."""

    #: The benchmark that comes with oodml, glyphs200, or the dataset in --root: cub200, cars196, sop, inshop,
    #: market1501, dukemtmc, msmt17 or veri776.
    dataset: str | None

    #: The folder of the images.
    root: PathLike | None

    #: A table with the columns sample, class, and optionally superclass, split (train or test), role (query or
    #: gallery), camera, domain and group; or labels alone, in .npy or in lines of .txt; a store of embeddings has
    #: its own.
    samples: Data | None

    #: What the outer folders of outer/class/image are: superclass, domain, or the parts of a split (default: by
    #: their names).
    folders: Literal["superclass", "domain", "split"] | None

    #: The column of --samples with the cameras: images of a query's class and camera do not count for it (default:
    #: camera, if there is one; names: by the samples' names; none).
    camera: str | None

    #: The name of the dataset in what is written (default: that of the folder, table or store).
    name: str | None

    #: In place of --samples, where samples were taken: a table with sample, and x and y (or east and north) in
    #: metres, or lat and lon in degrees; areas of a grid are the classes.
    positions: Data | None

    #: With --positions, the side of an area in metres, gap included (default: 200).
    grid: float | None

    #: With --positions, how far areas are apart in metres; samples in between are left out (default: 50, or a
    #: quarter of --grid if that is less).
    gap: float | None

    #: The network that embeds the images, ONNX, OpenVINO or TFLite, with its preprocessing beside it in the config
    #: file of timm, Hugging Face or OpenCLIP.
    backbone: PathLike | None

    #: Embeddings instead of images (.npy, .npz, .safetensors, .csv): one row for each row of --samples, found by id
    #: where the file has ids.
    features: Data | None

    #: The output folder (default: splits/NAME-holdout).
    out: PathLike | None

    #: How large the parts are, one against another: train/validation/test, or train/test (default: 70/10/20).
    ratio: str | None

    #: What the ratio is of. (default: classes)
    by: Literal["classes", "samples"] | None

    #: How far the test classes are from the others: hardest, median, easiest, or a distance (fid), met to 2 %
    #: (default: hardest).
    difficulty: str | float | None

    #: Which of the other classes are for validation: random ones, or those far from the training classes. (default:
    #: random)
    validation: Literal["random", "far"] | None

    #: Give every part its share of each value of this column, which has one value a class.
    stratify: str | None

    #: A table of classes that must be in a part: class, part.
    pin: PathLike | None

    #: What is in one part as a whole: class, superclass, or a column of --samples. (default: class)
    unit: str | None

    #: What the distance is computed over: all samples, or one mean for each class. (default: samples)
    statistic: Literal["samples", "class-means"] | None

    #: What all random choices come from. (default: 0)
    seed: int | None

    #: Random exchanges for the null band; 0 leaves out the band and the held-out repetition. (default: 20)
    draws: int | None

    #: Make folders of links to the images as well.
    links: bool | None

    #: The folder in which embeddings of images are kept, and found by other commands (default: stores).
    stores: PathLike | None

    #: Keep no embeddings of images, and use none that were kept.
    no_stores: bool | None

    #: The output that is the embedding; of an ONNX network any tensor within it.
    output: str | None

    #: How a feature map or tokens become one vector: cls is the first token, patch-avg the mean over the others;
    #: grid-2 and grid-4 are the means of 2 × 2 and 4 × 4 parts of a feature map.
    pool: Literal["cls", "avg", "patch-avg", "max", "gem", "grid-2", "grid-4"] | None

    #: The resize before the crop: the shorter side, HEIGHTxWIDTH, or none.
    resize: int | str | None

    #: The part of the resized image that the crop is, instead of --resize.
    crop_pct: float | None

    #: The centre crop, which is the network's input: a side, or HEIGHTxWIDTH.
    crop: int | str | None

    #: The filter of the resize.
    interpolation: Literal["nearest", "box", "bilinear", "hamming", "bicubic", "lanczos"] | None

    #: What is subtracted from values of 0 to 1; one number for a network for grey images.
    mean: float | Sequence[float] | None

    #: What values are then divided by.
    std: float | Sequence[float] | None

    #: The order of the channels in the network's input, also of --mean and --std (default: rgb).
    channel_order: Literal["rgb", "bgr"] | None

    #: Turn images first as their EXIF data says, which most trainers do not do.
    exif_orientation: bool | None

    #: Print no progress and no warnings.
    quiet: bool | None

    #: Replace results of another run in the output folder; your own files there stay.
    force: bool | None


class EmbedOptions(TypedDict, total=False):
    """Options of `oodml embed`."""

    #: The benchmark that comes with oodml, glyphs200, or the dataset in --root: cub200, cars196, sop, inshop,
    #: market1501, dukemtmc, msmt17 or veri776.
    dataset: str | None

    #: The folder of the images.
    root: PathLike | None

    #: A table with the columns sample, class, and optionally superclass, split (train or test), role (query or
    #: gallery), camera, domain and group; or labels alone, in .npy or in lines of .txt; a store of embeddings has
    #: its own.
    samples: Data | None

    #: What the outer folders of outer/class/image are: superclass, domain, or the parts of a split (default: by
    #: their names).
    folders: Literal["superclass", "domain", "split"] | None

    #: The column of --samples with the cameras: images of a query's class and camera do not count for it (default:
    #: camera, if there is one; names: by the samples' names; none).
    camera: str | None

    #: The name of the dataset in what is written (default: that of the folder, table or store).
    name: str | None

    #: The network, with its preprocessing beside it.
    backbone: PathLike | None

    #: The folder of the store.
    out: PathLike | None

    #: Whether an image that cannot be embedded ends the run, or is left out and listed. (default: fail)
    on_error: Literal["fail", "skip"] | None

    #: Do only this part of the work, for jobs that run apart (default: all).
    shard: str | None

    #: Join all parts that --shard made, given the options that they were trained or scored with.
    merge: Sequence[PathLike] | None

    #: How many images to embed between saves. (default: 256)
    chunk: int | None

    #: The output that is the embedding; of an ONNX network any tensor within it.
    output: str | None

    #: How a feature map or tokens become one vector: cls is the first token, patch-avg the mean over the others;
    #: grid-2 and grid-4 are the means of 2 × 2 and 4 × 4 parts of a feature map.
    pool: Literal["cls", "avg", "patch-avg", "max", "gem", "grid-2", "grid-4"] | None

    #: The resize before the crop: the shorter side, HEIGHTxWIDTH, or none.
    resize: int | str | None

    #: The part of the resized image that the crop is, instead of --resize.
    crop_pct: float | None

    #: The centre crop, which is the network's input: a side, or HEIGHTxWIDTH.
    crop: int | str | None

    #: The filter of the resize.
    interpolation: Literal["nearest", "box", "bilinear", "hamming", "bicubic", "lanczos"] | None

    #: What is subtracted from values of 0 to 1; one number for a network for grey images.
    mean: float | Sequence[float] | None

    #: What values are then divided by.
    std: float | Sequence[float] | None

    #: The order of the channels in the network's input, also of --mean and --std (default: rgb).
    channel_order: Literal["rgb", "bgr"] | None

    #: Turn images first as their EXIF data says, which most trainers do not do.
    exif_orientation: bool | None

    #: Print no progress and no warnings.
    quiet: bool | None

    #: Replace results of another run in the output folder; your own files there stay.
    force: bool | None


class TrainOptions(TypedDict, total=False):
    """Options of `oodml train`."""

    #: The folder in which embeddings of images are kept, and found by other commands (default: stores).
    stores: PathLike | None

    #: Keep no embeddings of images, and use none that were kept.
    no_stores: bool | None

    #: The objectives, separated by commas, or all.
    objective: str | Sequence[str] | None

    #: Parameters of the objective, as in margin=0.2,scale=32; of several objectives as in triplet.margin=0.2.
    set: str | Mapping[str, float | int | str] | None

    #: The number of dimensions of the embeddings. (default: 128)
    dimension: int | None

    #: The widths of hidden layers, separated by commas (default: none).
    hidden: int | Sequence[int] | None

    #: The number of batches. (default: 1000)
    steps: int | None

    #: The number of classes of a batch (default: 28, or as many as all tasks have).
    batch_classes: int | None

    #: The number of samples of each class of a batch. (default: 4)
    batch_samples: int | None

    #: The step size of AdamW. (default: 0.001)
    learning_rate: float | None

    #: The weight decay of AdamW. (default: 0.01)
    weight_decay: float | None

    #: The seeds of the training runs, separated by commas (default: 0).
    seeds: int | Sequence[int] | None

    #: Train all tasks on equally many classes and samples.
    train_matched: bool | None

    #: Train forward tasks alone.
    forward_only: bool | None

    #: Leave this validation fold out, counted from 0; forward tasks alone.
    fold: int | None

    #: Search for the parameters of each objective with this many trials, the first with those given.
    tune: int | None

    #: Do only this part of the work, for jobs that run apart (default: all).
    shard: str | None

    #: Join all parts that --shard made, given the options that they were trained or scored with.
    merge: Sequence[PathLike] | None

    #: The output folder (default: runs/NAME, NAME being that of --splits).
    out: PathLike | None

    #: Print no progress and no warnings.
    quiet: bool | None

    #: Replace results of another run in the output folder; your own files there stay.
    force: bool | None


class EvaluateOptions(TypedDict, total=False):
    """Options of `oodml evaluate`."""

    #: The models, ONNX, OpenVINO or TFLite, each trained for one task.
    model: PathLike | None

    #: The folder of the images (not needed for glyphs200).
    root: PathLike | None

    #: The backbone that made the splits (not needed for glyphs200).
    backbone: PathLike | None

    #: The folder in which embeddings of images are kept, and found by other commands (default: stores).
    stores: PathLike | None

    #: Keep no embeddings of images, and use none that were kept.
    no_stores: bool | None

    #: What items are ranked by. (default: cosine)
    similarity: Literal["cosine", "euclidean", "inner-product"] | None

    #: What items are ranked by. (default: cosine)
    distance: Literal["cosine", "euclidean", "inner-product"] | None

    #: What becomes of queries without any other item of their class. (default: exclude)
    lone_queries: Literal["exclude", "zero"] | None

    #: The values of k of recall@k, separated by commas (default: 1,2,4,8).
    recall_at: int | Sequence[int] | None

    #: Add precision@k for these k.
    precision_at: int | Sequence[int] | None

    #: Add map@k for these k, beside map@1000.
    map_at: int | Sequence[int] | None

    #: Add mrr@k for these k.
    mrr_at: int | Sequence[int] | None

    #: Search across groups of samples (the column group): items of a query's class and group do not count for it.
    across_groups: bool | None

    #: How errors are estimated: for other classes, for other queries in front of this gallery, or not at all.
    #: (default: class-jackknife)
    confidence: Literal["class-jackknife", "fixed-gallery-bootstrap", "none"] | None

    #: Score within the test classes only, without gain and cost of shift.
    no_catalogue: bool | None

    #: Draws of galleries of equal size; 0 for none (default: 20, or fewer large ones).
    matched_draws: int | None

    #: The levels to score, separated by commas, or found for those whose files are there (default: all).
    levels: str | Sequence[str] | None

    #: Score this validation fold, counted from 0 (default: the test classes).
    fold: int | None

    #: Put heads side by side as one embedding of length 1: those of all seeds, of all objectives, or all.
    join: Literal["seeds", "objectives", "all"] | None

    #: The training runs that {seed} stands for, separated by commas (default: one run).
    seeds: int | Sequence[int] | None

    #: The output folder (default: results/NAME, NAME being that of --splits).
    out: PathLike | None

    #: Adapt to the splits' few-shot episodes of this many samples a class (default: no adaptation).
    shots: int | None

    #: Join all parts that --shard made, given the options that they were trained or scored with.
    merge: Sequence[PathLike] | None

    #: Print all tables: each model at each level, the protocol of the paper, and all areas.
    verbose: bool | None

    #: Average the embeddings of each image and its mirror.
    flip: bool | None

    #: Reduce to this many principal components of the training samples (default: all dimensions).
    embedding_dim: int | None

    #: Add this much of the raw row to the one of length 1, and rank by distance (default: 0).
    mix_raw: float | None

    #: Re-rank by k-reciprocal neighbours (k1 20, k2 6, lambda 0.3).
    rerank: bool | None

    #: The output that is the embedding; of an ONNX network any tensor within it.
    output: str | None

    #: How a feature map or tokens become one vector: cls is the first token, patch-avg the mean over the others;
    #: grid-2 and grid-4 are the means of 2 × 2 and 4 × 4 parts of a feature map.
    pool: Literal["cls", "avg", "patch-avg", "max", "gem", "grid-2", "grid-4"] | None

    #: The resize before the crop: the shorter side, HEIGHTxWIDTH, or none.
    resize: int | str | None

    #: The part of the resized image that the crop is, instead of --resize.
    crop_pct: float | None

    #: The centre crop, which is the network's input: a side, or HEIGHTxWIDTH.
    crop: int | str | None

    #: The filter of the resize.
    interpolation: Literal["nearest", "box", "bilinear", "hamming", "bicubic", "lanczos"] | None

    #: What is subtracted from values of 0 to 1; one number for a network for grey images.
    mean: float | Sequence[float] | None

    #: What values are then divided by.
    std: float | Sequence[float] | None

    #: The order of the channels in the network's input, also of --mean and --std (default: rgb).
    channel_order: Literal["rgb", "bgr"] | None

    #: Turn images first as their EXIF data says, which most trainers do not do.
    exif_orientation: bool | None

    #: Print no progress and no warnings.
    quiet: bool | None

    #: Replace results of another run in the output folder; your own files there stay.
    force: bool | None


class ScoreOptions(TypedDict, total=False):
    """Options of `oodml score`."""

    #: The gallery's labels, a table like --labels.
    gallery_labels: Data | None

    #: What the embeddings are called, given once for each, in their order (default: as their files).
    name: Sequence[PathLike] | None

    #: The column of the tables with the cameras: items of a query's label and camera do not count for it, as in re-
    #: identification (default: camera, if there is one; names: by the samples' names; none).
    camera: str | None

    #: The embeddings to retrieve from (m × d); with several embeddings given once for each, in their order.
    gallery: Data | None

    #: Embeddings without labels that are searched too and are never right; with several embeddings given once for
    #: each, in their order.
    distractors: Data | None

    #: Clusters instead of those of k-means: a table with the column cluster.
    clusters: Data | None

    #: Make no clusters.
    no_clusters: bool | None

    #: Leave out the measures of structure.
    no_structure: bool | None

    #: Starts of k-means, of which the best counts. (default: 1)
    restarts: int | None

    #: What the starts of k-means are drawn from. (default: 0)
    seed: int | None

    #: What items are ranked by. (default: cosine)
    similarity: Literal["cosine", "euclidean", "inner-product"] | None

    #: What items are ranked by. (default: cosine)
    distance: Literal["cosine", "euclidean", "inner-product"] | None

    #: What becomes of queries without any other item of their class. (default: exclude)
    lone_queries: Literal["exclude", "zero"] | None

    #: The values of k of recall@k, separated by commas (default: 1,2,4,8).
    recall_at: int | Sequence[int] | None

    #: Add precision@k for these k.
    precision_at: int | Sequence[int] | None

    #: Add map@k for these k, beside map@1000.
    map_at: int | Sequence[int] | None

    #: Add mrr@k for these k.
    mrr_at: int | Sequence[int] | None

    #: Search across groups of samples (the column group): items of a query's class and group do not count for it.
    across_groups: bool | None

    #: Estimate no intervals, which take a part of the time.
    no_intervals: bool | None

    #: How items of equal similarity rank: in the order of their rows, or the best or worst for the scores. (default:
    #: order)
    ties: Literal["order", "best", "worst"] | None

    #: Add mAP_c and mAP_1000 as the code of Milbich et al. (2021) has them, over the number of items with the
    #: query's label and the query itself, so that a perfect ranking is below 1.
    milbich2021: bool | None

    #: Write the scores of each query to this file.
    per_query: bool | PathLike | None

    #: Write the mean scores of each label to this file.
    per_class: bool | PathLike | None

    #: Replace the files of --per-query, --per-class and --chart.
    force: bool | None

    #: Print no progress and no warnings.
    quiet: bool | None


class GrowOptions(TypedDict, total=False):
    """Options of `oodml grow`."""

    #: The gallery's labels, a table like --labels.
    gallery_labels: Data | None

    #: Sizes of the gallery, in labels, separated by commas (default: 1, 2 and 5 times powers of ten, and all).
    sizes: int | Sequence[int] | None

    #: Larger sizes to forecast, separated by commas (default: twice as many labels as there are; 0: none).
    forecast: int | Sequence[int] | None

    #: Embeddings without labels that are in every gallery.
    distractors: Data | None

    #: The column of the tables with the cameras: items of a query's label and camera do not count for it, as in re-
    #: identification (default: camera, if there is one; names: by the samples' names; none).
    camera: str | None

    #: The embeddings to retrieve from (m × d), in place of all others.
    gallery: Data | None

    #: What items are ranked by. (default: cosine)
    similarity: Literal["cosine", "euclidean", "inner-product"] | None

    #: What items are ranked by. (default: cosine)
    distance: Literal["cosine", "euclidean", "inner-product"] | None

    #: Search across groups of samples (the column group): items of a query's class and group do not count for it.
    across_groups: bool | None

    #: What the draws are made from that try the forecasts. (default: 0)
    seed: int | None

    #: Replace the files of --csv and --chart.
    force: bool | None

    #: Print no progress and no warnings.
    quiet: bool | None


class PlacesOptions(TypedDict, total=False):
    """Options of `oodml places`."""

    #: Up to how many metres away an image is relevant. (default: 25.0)
    radius: float | None

    #: The values of N of recall@N, separated by commas (default: 1,5,10,20).
    recall_at: int | Sequence[int] | None

    #: The embeddings to retrieve from (m × d); with several embeddings given once for each, in their order.
    gallery: Data | None

    #: Where the gallery was taken, a table like --positions.
    gallery_positions: Data | None

    #: With --splits, the levels to score, separated by commas (default: all).
    levels: str | Sequence[str] | None

    #: The side of the areas that intervals are over, in metres. (default: 200.0)
    area: float | None

    #: What items are ranked by. (default: cosine)
    similarity: Literal["cosine", "euclidean", "inner-product"] | None

    #: What items are ranked by. (default: cosine)
    distance: Literal["cosine", "euclidean", "inner-product"] | None

    #: Write what each query found to this file.
    per_query: bool | PathLike | None

    #: Replace the file of --per-query.
    force: bool | None

    #: Print no progress and no warnings.
    quiet: bool | None


class VerifyOptions(TypedDict, total=False):
    """Options of `oodml verify`."""

    #: The gallery's labels, a table like --labels.
    gallery_labels: Data | None

    #: Take the pairs of this list: LFW's pairs.txt, or a table a, b, same.
    pairs: Data | None

    #: Average the rows of templates first: a table template, sample, media.
    templates: Data | None

    #: The embeddings to verify against (m × d); with several embeddings given once for each, in their order.
    gallery: Data | None

    #: The column of the tables with the cameras: pairs of one label and camera do not count (default: camera, if
    #: there is one; names: by the samples' names; none).
    camera: str | None

    #: Leave out pairs of one label and one group of samples (the column group).
    across_groups: bool | None

    #: The false accept rates, separated by commas (default: 0.1,0.01,0.001,1e-4,1e-5,1e-6).
    far_at: float | Sequence[float] | None

    #: Estimate no intervals.
    no_intervals: bool | None

    #: Write points of the ROC and the DET curve to this file.
    curve: PathLike | None

    #: Draw the ROC curve into this file.
    roc: PathLike | None

    #: Draw the DET curve into this file.
    det: PathLike | None

    #: Replace the files of --curve, --roc and --det.
    force: bool | None

    #: Print no progress and no warnings.
    quiet: bool | None


class AxisOptions(TypedDict, total=False):
    """Options of `oodml axis`."""

    #: The folder of the images (not needed for glyphs200).
    root: PathLike | None

    #: The backbone that made the splits (not needed for glyphs200).
    backbone: PathLike | None

    #: The folder in which embeddings of images are kept, and found by other commands (default: stores).
    stores: PathLike | None

    #: Keep no embeddings of images, and use none that were kept.
    no_stores: bool | None

    #: The score of --results. (default: map@r)
    metric: str | None

    #: The standard deviation of the Gaussian kernel (default: the median distance of two samples; CMMD has 10, on
    #: normalised embeddings).
    bandwidth: float | None

    #: Random exchanges of its classes that each level is compared with; 0 for none. (default: 20)
    draws: int | None

    #: Use this many samples at most for KID, MMD and the energy distance, the same part of each class (default:
    #: all).
    sample_limit: int | None

    #: The output folder (default: nothing is written).
    out: PathLike | None

    #: Print no progress and no warnings.
    quiet: bool | None

    #: Replace results of another run in the output folder; your own files there stay.
    force: bool | None


class DistanceOptions(TypedDict, total=False):
    """Options of `oodml distance`."""


class CompareOptions(TypedDict, total=False):
    """Options of `oodml compare`."""

    #: What to compare, by its name in results.json (default: map@r, or else the first).
    metric: str | None

    #: All classes, a level's test classes, or galleries of equal size (default: catalogue, where all have it).
    gallery: Data | None

    #: The axis: the distance, what it is above that of random sides, or the order that make-splits --order made
    #: (default: order, where levels have one; else fid).
    over: Literal["fid", "excess", "order"] | None

    #: One way of training and testing, or the mean of both. (default: mean)
    direction: Literal["forward", "reverse", "mean"] | None

    #: Add the frozen features, the backbone's or those that heads take, as one more model.
    backbone: bool | None

    #: Add each model with its tricks at test time as one more model.
    tricked: bool | None

    #: The output folder (default: results/comparison).
    out: PathLike | None

    #: Print each level and each pair of models, too.
    verbose: bool | None

    #: Print no progress and no warnings.
    quiet: bool | None

    #: Replace results of another run in the output folder; your own files there stay.
    force: bool | None


class ReportOptions(TypedDict, total=False):
    """Options of `oodml report`."""

    #: The folder of the images (not needed for glyphs200).
    root: PathLike | None

    #: The page (default: report.html in the folder of the splits).
    out: PathLike | None

    #: A folder for the charts as files (default: none are written).
    charts: PathLike | None

    #: The width of the charts on paper, as 3.25in (or cm, mm, pt, px), of 2in to 20in: they are drawn for it, so
    #: that letters have their true size, with PNG at 300 dpi (default: 760px, with PNG at twice that).
    width: str | None

    #: Leave out the titles above the charts, which a paper has in its captions.
    no_title: bool | None

    #: The font of the charts, by its family's name (default: the system's).
    font: str | None

    #: Print no progress and no warnings.
    quiet: bool | None

    #: Replace results of another run in the output folder; your own files there stay.
    force: bool | None


class ValidateOptions(TypedDict, total=False):
    """Options of `oodml validate`."""

    #: The table that the splits should be of, in whatever order.
    samples: Data | None

    #: The folder of the images (not needed for glyphs200).
    root: PathLike | None

    #: The backbone that made the splits (not needed for glyphs200).
    backbone: PathLike | None

    #: The features that made the splits: one row for each row of the folder's samples.csv.
    features: Data | None

    #: The folder in which embeddings of images are kept, and found by other commands (default: stores).
    stores: PathLike | None

    #: Keep no embeddings of images, and use none that were kept.
    no_stores: bool | None

    #: Print no progress and no warnings.
    quiet: bool | None


#: What each option is, for the documentation of the functions.
TEXTS: dict[str, dict[str, str]] = {
    "study": {
        "dataset": (
            "The benchmark that comes with oodml, glyphs200, or the dataset in --root: cub200, cars196, sop, "
            "inshop, market1501, dukemtmc, msmt17 or veri776."
        ),
        "root": ("The folder of the images."),
        "samples": (
            "A table with the columns sample, class, and optionally superclass, split (train or test), role "
            "(query or gallery), camera, domain and group; or labels alone, in .npy or in lines of .txt; a store "
            "of embeddings has its own."
        ),
        "folders": (
            "What the outer folders of outer/class/image are: superclass, domain, or the parts of a split "
            "(default: by their names)."
        ),
        "camera": (
            "The column of --samples with the cameras: images of a query's class and camera do not count for it "
            "(default: camera, if there is one; names: by the samples' names; none)."
        ),
        "name": ("The name of the dataset in what is written (default: that of the folder, table or store)."),
        "backbone": ("The network, with its preprocessing beside it."),
        "features": ("Embeddings instead of images: one row for each row of --samples, or a store."),
        "output": ("The output of the network that is the embedding."),
        "pool": ("How a feature map or tokens become one vector, as in embed."),
        "levels": ("How many levels to make. (default: 9)"),
        "objective": ("The objectives, separated by commas, or all. (default: arcface,multi-similarity,triplet)"),
        "seeds": ("The seeds of the training runs, separated by commas. (default: 0)"),
        "dimension": ("The number of dimensions of the heads' embeddings. (default: 64)"),
        "steps": ("The number of batches of each head. (default: 300)"),
        "out": ("The output folder (default: studies/NAME)."),
        "settings": ("The study.json of another study, for the same settings in place of options here."),
        "quiet": ("Print no progress and no warnings."),
        "force": ("Replace results of another run in the output folder; your own files there stay."),
    },
    "make-splits": {
        "dataset": (
            "The benchmark that comes with oodml, glyphs200, or the dataset in --root: cub200, cars196, sop, "
            "inshop, market1501, dukemtmc, msmt17 or veri776."
        ),
        "root": ("The folder of the images."),
        "samples": (
            "A table with the columns sample, class, and optionally superclass, split (train or test), role "
            "(query or gallery), camera, domain and group; or labels alone, in .npy or in lines of .txt; a store "
            "of embeddings has its own."
        ),
        "folders": (
            "What the outer folders of outer/class/image are: superclass, domain, or the parts of a split "
            "(default: by their names)."
        ),
        "camera": (
            "The column of --samples with the cameras: images of a query's class and camera do not count for it "
            "(default: camera, if there is one; names: by the samples' names; none)."
        ),
        "name": ("The name of the dataset in what is written (default: that of the folder, table or store)."),
        "positions": (
            "In place of --samples, where samples were taken: a table with sample, and x and y (or east and "
            "north) in metres, or lat and lon in degrees; areas of a grid are the classes."
        ),
        "grid": ("With --positions, the side of an area in metres, gap included (default: 200)."),
        "gap": (
            "With --positions, how far areas are apart in metres; samples in between are left out (default: 50, "
            "or a quarter of --grid if that is less)."
        ),
        "backbone": (
            "The network that embeds the images, ONNX, OpenVINO or TFLite, with its preprocessing beside it in "
            "the config file of timm, Hugging Face or OpenCLIP."
        ),
        "features": (
            "Embeddings instead of images (.npy, .npz, .safetensors, .csv): one row for each row of --samples, "
            "found by id where the file has ids."
        ),
        "out": ("The output folder (default: splits/NAME)."),
        "stores": ("The folder in which embeddings of images are kept, and found by other commands (default: stores)."),
        "no_stores": ("Keep no embeddings of images, and use none that were kept."),
        "statistic": (
            "What the distance is computed over: all samples, or one mean for each class (default: samples)."
        ),
        "levels": ("How many levels to make (default: 9)."),
        "targets": ("Levels at these distances (fid) instead, separated by commas, as in 20,40,80."),
        "tolerance": ("By which part of itself a target may be missed. (default: 0.02)"),
        "spacing": ("What levels are spaced evenly in: the distance, or its excess over random sides. (default: fid)"),
        "order": (
            "Let levels follow a column of --samples instead of the distance (a date, a number, a site: from "
            "mixed sides to early against late classes, to these with a gap), or near: from classes that have "
            "their like on the other side to classes that do not."
        ),
        "class_value": ("With --order COLUMN: which of its samples says where a class is (default: median)."),
        "start": ("The split to start from. (default: official)"),
        "unit": ("What changes sides as a whole: class, superclass, or a column of --samples. (default: class)"),
        "swaps_per_step": (
            "How many pairs of classes a step exchanges, and how many it removes (default: classes / 100)."
        ),
        "keep_fraction": ("The part of each side's classes that removal leaves. (default: 0.6)"),
        "min_classes": ("The number of classes that removal leaves on each side at least. (default: 10)"),
        "removal": (
            "Which classes are removed first: by the gap between class and side means, or by the distance that is"
            " left, which is slower and goes further where classes spread differently. (default: gap)"
        ),
        "seed": ("What all random choices come from. (default: 0)"),
        "replicates": (
            "Make this many series, all but the first from random starts, to see how much depends on the start. "
            "(default: 1)"
        ),
        "replicates_by": (
            "How further series differ: by a random start, or by searching without the main directions of those "
            "before them, so that each is hard along another one. (default: start)"
        ),
        "draws": (
            "Random exchanges for each null band; 0 leaves out the bands and the held-out repetition. (default: 20)"
        ),
        "folds": ("Validation folds within the train classes of each level; 0 for none. (default: 4)"),
        "shots": ("Support samples a class in few-shot episodes, separated by commas; 0 for none (default: 2,5)."),
        "episodes": ("How many few-shot episodes to fix. (default: 10)"),
        "protocol": (
            "How splits are found: by the search of oodml, or step by step as the reference code of the ooDML "
            "paper does it, defects included (sets --statistic class-means). (default: oodml)"
        ),
        "ridge": (
            "With --protocol milbich2021: add this to the diagonals under the root, where the reference has 1e-8 "
            "(default: nothing)."
        ),
        "output": ("The output that is the embedding; of an ONNX network any tensor within it."),
        "pool": (
            "How a feature map or tokens become one vector: cls is the first token, patch-avg the mean over the "
            "others; grid-2 and grid-4 are the means of 2 × 2 and 4 × 4 parts of a feature map."
        ),
        "resize": ("The resize before the crop: the shorter side, HEIGHTxWIDTH, or none."),
        "crop_pct": ("The part of the resized image that the crop is, instead of --resize."),
        "crop": ("The centre crop, which is the network's input: a side, or HEIGHTxWIDTH."),
        "interpolation": ("The filter of the resize."),
        "mean": ("What is subtracted from values of 0 to 1; one number for a network for grey images."),
        "std": ("What values are then divided by."),
        "channel_order": ("The order of the channels in the network's input, also of --mean and --std (default: rgb)."),
        "exif_orientation": ("Turn images first as their EXIF data says, which most trainers do not do."),
        "quiet": ("Print no progress and no warnings."),
        "force": ("Replace results of another run in the output folder; your own files there stay."),
    },
    "holdout": {
        "dataset": (
            "The benchmark that comes with oodml, glyphs200, or the dataset in --root: cub200, cars196, sop, "
            "inshop, market1501, dukemtmc, msmt17 or veri776."
        ),
        "root": ("The folder of the images."),
        "samples": (
            "A table with the columns sample, class, and optionally superclass, split (train or test), role "
            "(query or gallery), camera, domain and group; or labels alone, in .npy or in lines of .txt; a store "
            "of embeddings has its own."
        ),
        "folders": (
            "What the outer folders of outer/class/image are: superclass, domain, or the parts of a split "
            "(default: by their names)."
        ),
        "camera": (
            "The column of --samples with the cameras: images of a query's class and camera do not count for it "
            "(default: camera, if there is one; names: by the samples' names; none)."
        ),
        "name": ("The name of the dataset in what is written (default: that of the folder, table or store)."),
        "positions": (
            "In place of --samples, where samples were taken: a table with sample, and x and y (or east and "
            "north) in metres, or lat and lon in degrees; areas of a grid are the classes."
        ),
        "grid": ("With --positions, the side of an area in metres, gap included (default: 200)."),
        "gap": (
            "With --positions, how far areas are apart in metres; samples in between are left out (default: 50, "
            "or a quarter of --grid if that is less)."
        ),
        "backbone": (
            "The network that embeds the images, ONNX, OpenVINO or TFLite, with its preprocessing beside it in "
            "the config file of timm, Hugging Face or OpenCLIP."
        ),
        "features": (
            "Embeddings instead of images (.npy, .npz, .safetensors, .csv): one row for each row of --samples, "
            "found by id where the file has ids."
        ),
        "out": ("The output folder (default: splits/NAME-holdout)."),
        "ratio": (
            "How large the parts are, one against another: train/validation/test, or train/test (default: 70/10/20)."
        ),
        "by": ("What the ratio is of. (default: classes)"),
        "difficulty": (
            "How far the test classes are from the others: hardest, median, easiest, or a distance (fid), met to "
            "2 % (default: hardest)."
        ),
        "validation": (
            "Which of the other classes are for validation: random ones, or those far from the training classes. "
            "(default: random)"
        ),
        "stratify": ("Give every part its share of each value of this column, which has one value a class."),
        "pin": ("A table of classes that must be in a part: class, part."),
        "unit": ("What is in one part as a whole: class, superclass, or a column of --samples. (default: class)"),
        "statistic": (
            "What the distance is computed over: all samples, or one mean for each class. (default: samples)"
        ),
        "seed": ("What all random choices come from. (default: 0)"),
        "draws": (
            "Random exchanges for the null band; 0 leaves out the band and the held-out repetition. (default: 20)"
        ),
        "links": ("Make folders of links to the images as well."),
        "stores": ("The folder in which embeddings of images are kept, and found by other commands (default: stores)."),
        "no_stores": ("Keep no embeddings of images, and use none that were kept."),
        "output": ("The output that is the embedding; of an ONNX network any tensor within it."),
        "pool": (
            "How a feature map or tokens become one vector: cls is the first token, patch-avg the mean over the "
            "others; grid-2 and grid-4 are the means of 2 × 2 and 4 × 4 parts of a feature map."
        ),
        "resize": ("The resize before the crop: the shorter side, HEIGHTxWIDTH, or none."),
        "crop_pct": ("The part of the resized image that the crop is, instead of --resize."),
        "crop": ("The centre crop, which is the network's input: a side, or HEIGHTxWIDTH."),
        "interpolation": ("The filter of the resize."),
        "mean": ("What is subtracted from values of 0 to 1; one number for a network for grey images."),
        "std": ("What values are then divided by."),
        "channel_order": ("The order of the channels in the network's input, also of --mean and --std (default: rgb)."),
        "exif_orientation": ("Turn images first as their EXIF data says, which most trainers do not do."),
        "quiet": ("Print no progress and no warnings."),
        "force": ("Replace results of another run in the output folder; your own files there stay."),
    },
    "embed": {
        "dataset": (
            "The benchmark that comes with oodml, glyphs200, or the dataset in --root: cub200, cars196, sop, "
            "inshop, market1501, dukemtmc, msmt17 or veri776."
        ),
        "root": ("The folder of the images."),
        "samples": (
            "A table with the columns sample, class, and optionally superclass, split (train or test), role "
            "(query or gallery), camera, domain and group; or labels alone, in .npy or in lines of .txt; a store "
            "of embeddings has its own."
        ),
        "folders": (
            "What the outer folders of outer/class/image are: superclass, domain, or the parts of a split "
            "(default: by their names)."
        ),
        "camera": (
            "The column of --samples with the cameras: images of a query's class and camera do not count for it "
            "(default: camera, if there is one; names: by the samples' names; none)."
        ),
        "name": ("The name of the dataset in what is written (default: that of the folder, table or store)."),
        "backbone": ("The network, with its preprocessing beside it."),
        "out": ("The folder of the store."),
        "on_error": (
            "Whether an image that cannot be embedded ends the run, or is left out and listed. (default: fail)"
        ),
        "shard": ("Do only this part of the work, for jobs that run apart (default: all)."),
        "merge": ("Join all parts that --shard made, given the options that they were trained or scored with."),
        "chunk": ("How many images to embed between saves. (default: 256)"),
        "output": ("The output that is the embedding; of an ONNX network any tensor within it."),
        "pool": (
            "How a feature map or tokens become one vector: cls is the first token, patch-avg the mean over the "
            "others; grid-2 and grid-4 are the means of 2 × 2 and 4 × 4 parts of a feature map."
        ),
        "resize": ("The resize before the crop: the shorter side, HEIGHTxWIDTH, or none."),
        "crop_pct": ("The part of the resized image that the crop is, instead of --resize."),
        "crop": ("The centre crop, which is the network's input: a side, or HEIGHTxWIDTH."),
        "interpolation": ("The filter of the resize."),
        "mean": ("What is subtracted from values of 0 to 1; one number for a network for grey images."),
        "std": ("What values are then divided by."),
        "channel_order": ("The order of the channels in the network's input, also of --mean and --std (default: rgb)."),
        "exif_orientation": ("Turn images first as their EXIF data says, which most trainers do not do."),
        "quiet": ("Print no progress and no warnings."),
        "force": ("Replace results of another run in the output folder; your own files there stay."),
    },
    "train": {
        "stores": ("The folder in which embeddings of images are kept, and found by other commands (default: stores)."),
        "no_stores": ("Keep no embeddings of images, and use none that were kept."),
        "objective": ("The objectives, separated by commas, or all."),
        "set": (
            "Parameters of the objective, as in margin=0.2,scale=32; of several objectives as in triplet.margin=0.2."
        ),
        "dimension": ("The number of dimensions of the embeddings. (default: 128)"),
        "hidden": ("The widths of hidden layers, separated by commas (default: none)."),
        "steps": ("The number of batches. (default: 1000)"),
        "batch_classes": ("The number of classes of a batch (default: 28, or as many as all tasks have)."),
        "batch_samples": ("The number of samples of each class of a batch. (default: 4)"),
        "learning_rate": ("The step size of AdamW. (default: 0.001)"),
        "weight_decay": ("The weight decay of AdamW. (default: 0.01)"),
        "seeds": ("The seeds of the training runs, separated by commas (default: 0)."),
        "train_matched": ("Train all tasks on equally many classes and samples."),
        "forward_only": ("Train forward tasks alone."),
        "fold": ("Leave this validation fold out, counted from 0; forward tasks alone."),
        "tune": ("Search for the parameters of each objective with this many trials, the first with those given."),
        "shard": ("Do only this part of the work, for jobs that run apart (default: all)."),
        "merge": ("Join all parts that --shard made, given the options that they were trained or scored with."),
        "out": ("The output folder (default: runs/NAME, NAME being that of --splits)."),
        "quiet": ("Print no progress and no warnings."),
        "force": ("Replace results of another run in the output folder; your own files there stay."),
    },
    "evaluate": {
        "model": ("The models, ONNX, OpenVINO or TFLite, each trained for one task."),
        "root": ("The folder of the images (not needed for glyphs200)."),
        "backbone": ("The backbone that made the splits (not needed for glyphs200)."),
        "stores": ("The folder in which embeddings of images are kept, and found by other commands (default: stores)."),
        "no_stores": ("Keep no embeddings of images, and use none that were kept."),
        "similarity": ("What items are ranked by. (default: cosine)"),
        "distance": ("What items are ranked by. (default: cosine)"),
        "lone_queries": ("What becomes of queries without any other item of their class. (default: exclude)"),
        "recall_at": ("The values of k of recall@k, separated by commas (default: 1,2,4,8)."),
        "precision_at": ("Add precision@k for these k."),
        "map_at": ("Add map@k for these k, beside map@1000."),
        "mrr_at": ("Add mrr@k for these k."),
        "across_groups": (
            "Search across groups of samples (the column group): items of a query's class and group do not count "
            "for it."
        ),
        "confidence": (
            "How errors are estimated: for other classes, for other queries in front of this gallery, or not at "
            "all. (default: class-jackknife)"
        ),
        "no_catalogue": ("Score within the test classes only, without gain and cost of shift."),
        "matched_draws": ("Draws of galleries of equal size; 0 for none (default: 20, or fewer large ones)."),
        "levels": (
            "The levels to score, separated by commas, or found for those whose files are there (default: all)."
        ),
        "fold": ("Score this validation fold, counted from 0 (default: the test classes)."),
        "join": ("Put heads side by side as one embedding of length 1: those of all seeds, of all objectives, or all."),
        "seeds": ("The training runs that {seed} stands for, separated by commas (default: one run)."),
        "out": ("The output folder (default: results/NAME, NAME being that of --splits)."),
        "shots": ("Adapt to the splits' few-shot episodes of this many samples a class (default: no adaptation)."),
        "merge": ("Join all parts that --shard made, given the options that they were trained or scored with."),
        "verbose": ("Print all tables: each model at each level, the protocol of the paper, and all areas."),
        "flip": ("Average the embeddings of each image and its mirror."),
        "embedding_dim": (
            "Reduce to this many principal components of the training samples (default: all dimensions)."
        ),
        "mix_raw": ("Add this much of the raw row to the one of length 1, and rank by distance (default: 0)."),
        "rerank": ("Re-rank by k-reciprocal neighbours (k1 20, k2 6, lambda 0.3)."),
        "output": ("The output that is the embedding; of an ONNX network any tensor within it."),
        "pool": (
            "How a feature map or tokens become one vector: cls is the first token, patch-avg the mean over the "
            "others; grid-2 and grid-4 are the means of 2 × 2 and 4 × 4 parts of a feature map."
        ),
        "resize": ("The resize before the crop: the shorter side, HEIGHTxWIDTH, or none."),
        "crop_pct": ("The part of the resized image that the crop is, instead of --resize."),
        "crop": ("The centre crop, which is the network's input: a side, or HEIGHTxWIDTH."),
        "interpolation": ("The filter of the resize."),
        "mean": ("What is subtracted from values of 0 to 1; one number for a network for grey images."),
        "std": ("What values are then divided by."),
        "channel_order": ("The order of the channels in the network's input, also of --mean and --std (default: rgb)."),
        "exif_orientation": ("Turn images first as their EXIF data says, which most trainers do not do."),
        "quiet": ("Print no progress and no warnings."),
        "force": ("Replace results of another run in the output folder; your own files there stay."),
    },
    "score": {
        "gallery_labels": ("The gallery's labels, a table like --labels."),
        "name": ("What the embeddings are called, given once for each, in their order (default: as their files)."),
        "camera": (
            "The column of the tables with the cameras: items of a query's label and camera do not count for it, "
            "as in re-identification (default: camera, if there is one; names: by the samples' names; none)."
        ),
        "gallery": (
            "The embeddings to retrieve from (m × d); with several embeddings given once for each, in their order."
        ),
        "distractors": (
            "Embeddings without labels that are searched too and are never right; with several embeddings given "
            "once for each, in their order."
        ),
        "clusters": ("Clusters instead of those of k-means: a table with the column cluster."),
        "no_clusters": ("Make no clusters."),
        "no_structure": ("Leave out the measures of structure."),
        "restarts": ("Starts of k-means, of which the best counts. (default: 1)"),
        "seed": ("What the starts of k-means are drawn from. (default: 0)"),
        "similarity": ("What items are ranked by. (default: cosine)"),
        "distance": ("What items are ranked by. (default: cosine)"),
        "lone_queries": ("What becomes of queries without any other item of their class. (default: exclude)"),
        "recall_at": ("The values of k of recall@k, separated by commas (default: 1,2,4,8)."),
        "precision_at": ("Add precision@k for these k."),
        "map_at": ("Add map@k for these k, beside map@1000."),
        "mrr_at": ("Add mrr@k for these k."),
        "across_groups": (
            "Search across groups of samples (the column group): items of a query's class and group do not count "
            "for it."
        ),
        "no_intervals": ("Estimate no intervals, which take a part of the time."),
        "ties": (
            "How items of equal similarity rank: in the order of their rows, or the best or worst for the scores."
            " (default: order)"
        ),
        "milbich2021": (
            "Add mAP_c and mAP_1000 as the code of Milbich et al. (2021) has them, over the number of items with "
            "the query's label and the query itself, so that a perfect ranking is below 1."
        ),
        "per_query": ("Write the scores of each query to this file."),
        "per_class": ("Write the mean scores of each label to this file."),
        "force": ("Replace the files of --per-query, --per-class and --chart."),
        "quiet": ("Print no progress and no warnings."),
    },
    "grow": {
        "gallery_labels": ("The gallery's labels, a table like --labels."),
        "sizes": (
            "Sizes of the gallery, in labels, separated by commas (default: 1, 2 and 5 times powers of ten, and all)."
        ),
        "forecast": (
            "Larger sizes to forecast, separated by commas (default: twice as many labels as there are; 0: none)."
        ),
        "distractors": ("Embeddings without labels that are in every gallery."),
        "camera": (
            "The column of the tables with the cameras: items of a query's label and camera do not count for it, "
            "as in re-identification (default: camera, if there is one; names: by the samples' names; none)."
        ),
        "gallery": ("The embeddings to retrieve from (m × d), in place of all others."),
        "similarity": ("What items are ranked by. (default: cosine)"),
        "distance": ("What items are ranked by. (default: cosine)"),
        "across_groups": (
            "Search across groups of samples (the column group): items of a query's class and group do not count "
            "for it."
        ),
        "seed": ("What the draws are made from that try the forecasts. (default: 0)"),
        "force": ("Replace the files of --csv and --chart."),
        "quiet": ("Print no progress and no warnings."),
    },
    "places": {
        "radius": ("Up to how many metres away an image is relevant. (default: 25.0)"),
        "recall_at": ("The values of N of recall@N, separated by commas (default: 1,5,10,20)."),
        "gallery": (
            "The embeddings to retrieve from (m × d); with several embeddings given once for each, in their order."
        ),
        "gallery_positions": ("Where the gallery was taken, a table like --positions."),
        "levels": ("With --splits, the levels to score, separated by commas (default: all)."),
        "area": ("The side of the areas that intervals are over, in metres. (default: 200.0)"),
        "similarity": ("What items are ranked by. (default: cosine)"),
        "distance": ("What items are ranked by. (default: cosine)"),
        "per_query": ("Write what each query found to this file."),
        "force": ("Replace the file of --per-query."),
        "quiet": ("Print no progress and no warnings."),
    },
    "verify": {
        "gallery_labels": ("The gallery's labels, a table like --labels."),
        "pairs": ("Take the pairs of this list: LFW's pairs.txt, or a table a, b, same."),
        "templates": ("Average the rows of templates first: a table template, sample, media."),
        "gallery": (
            "The embeddings to verify against (m × d); with several embeddings given once for each, in their order."
        ),
        "camera": (
            "The column of the tables with the cameras: pairs of one label and camera do not count (default: "
            "camera, if there is one; names: by the samples' names; none)."
        ),
        "across_groups": ("Leave out pairs of one label and one group of samples (the column group)."),
        "far_at": ("The false accept rates, separated by commas (default: 0.1,0.01,0.001,1e-4,1e-5,1e-6)."),
        "no_intervals": ("Estimate no intervals."),
        "curve": ("Write points of the ROC and the DET curve to this file."),
        "roc": ("Draw the ROC curve into this file."),
        "det": ("Draw the DET curve into this file."),
        "force": ("Replace the files of --curve, --roc and --det."),
        "quiet": ("Print no progress and no warnings."),
    },
    "axis": {
        "root": ("The folder of the images (not needed for glyphs200)."),
        "backbone": ("The backbone that made the splits (not needed for glyphs200)."),
        "stores": ("The folder in which embeddings of images are kept, and found by other commands (default: stores)."),
        "no_stores": ("Keep no embeddings of images, and use none that were kept."),
        "metric": ("The score of --results. (default: map@r)"),
        "bandwidth": (
            "The standard deviation of the Gaussian kernel (default: the median distance of two samples; CMMD has"
            " 10, on normalised embeddings)."
        ),
        "draws": ("Random exchanges of its classes that each level is compared with; 0 for none. (default: 20)"),
        "sample_limit": (
            "Use this many samples at most for KID, MMD and the energy distance, the same part of each class "
            "(default: all)."
        ),
        "out": ("The output folder (default: nothing is written)."),
        "quiet": ("Print no progress and no warnings."),
        "force": ("Replace results of another run in the output folder; your own files there stay."),
    },
    "distance": {},
    "compare": {
        "metric": ("What to compare, by its name in results.json (default: map@r, or else the first)."),
        "gallery": (
            "All classes, a level's test classes, or galleries of equal size (default: catalogue, where all have it)."
        ),
        "over": (
            "The axis: the distance, what it is above that of random sides, or the order that make-splits --order"
            " made (default: order, where levels have one; else fid)."
        ),
        "direction": ("One way of training and testing, or the mean of both. (default: mean)"),
        "backbone": ("Add the frozen features, the backbone's or those that heads take, as one more model."),
        "tricked": ("Add each model with its tricks at test time as one more model."),
        "out": ("The output folder (default: results/comparison)."),
        "verbose": ("Print each level and each pair of models, too."),
        "quiet": ("Print no progress and no warnings."),
        "force": ("Replace results of another run in the output folder; your own files there stay."),
    },
    "report": {
        "root": ("The folder of the images (not needed for glyphs200)."),
        "out": ("The page (default: report.html in the folder of the splits)."),
        "charts": ("A folder for the charts as files (default: none are written)."),
        "width": (
            "The width of the charts on paper, as 3.25in (or cm, mm, pt, px), of 2in to 20in: they are drawn for "
            "it, so that letters have their true size, with PNG at 300 dpi (default: 760px, with PNG at twice "
            "that)."
        ),
        "no_title": ("Leave out the titles above the charts, which a paper has in its captions."),
        "font": ("The font of the charts, by its family's name (default: the system's)."),
        "quiet": ("Print no progress and no warnings."),
        "force": ("Replace results of another run in the output folder; your own files there stay."),
    },
    "validate": {
        "samples": ("The table that the splits should be of, in whatever order."),
        "root": ("The folder of the images (not needed for glyphs200)."),
        "backbone": ("The backbone that made the splits (not needed for glyphs200)."),
        "features": ("The features that made the splits: one row for each row of the folder's samples.csv."),
        "stores": ("The folder in which embeddings of images are kept, and found by other commands (default: stores)."),
        "no_stores": ("Keep no embeddings of images, and use none that were kept."),
        "quiet": ("Print no progress and no warnings."),
    },
}
