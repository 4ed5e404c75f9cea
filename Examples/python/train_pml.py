"""Trains embeddings with a loss of PyTorch Metric Learning along the levels of some splits.

One command trains a small network for each level and direction, and writes what `oodml evaluate` scores:

    python3 Examples/python/train_pml.py --splits splits/glyphs200 \\
        --images Sources/Glyphs200/Resources/glyphs200 --loss triplet --out runs/triplet
    oodml evaluate --splits splits/glyphs200 --embeddings 'runs/triplet/{level}-{direction}.npy'

Needs torch, pytorch-metric-learning, numpy and pillow. Images are of whatever sizes: their shorter side is resized, and
random crops of it are trained on, the middle one embedded. The network is a small one, or any of timm's:

    python3 Examples/python/train_pml.py --splits splits/photos --images photos --network resnet50.a1_in1k \\
        --pretrained --size 224 --flip --rate 1e-4 --loss multi-similarity --out runs/multi-similarity

Every loss has the same network, batches and number of steps; a few settings of each are the usual ones and not tuned.
"""

import argparse
import pathlib
import sys
import time

import numpy
import torch
from PIL import Image, ImageOps
from pytorch_metric_learning import distances, losses, miners, regularizers
from torch import nn

# Where oodml is not installed, it is in the clone.
sys.path.append(str(pathlib.Path(__file__).resolve().parents[2] / "python"))
from oodml.splits import DIRECTIONS, Splits

# Of ImageNet, from 0 to 1, as most pretrained networks take them.
MEAN, STD = (torch.tensor(values)[:, None, None] for values in ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]))
CLASSES_PER_BATCH = 24
IMAGES_PER_CLASS = 4
LOSS_RATE = 4e-2  # of proxies, weights and margins


class Network(nn.Module):
    """Four convolutions and a linear layer: images of whatever size to rows, not normalised."""

    def __init__(self, dimensions):
        super().__init__()
        layers, before = [], 3
        for after, stride in [(16, 2), (32, 2), (48, 2), (48, 1)]:
            layers += [nn.Conv2d(before, after, 3, stride, 1, bias=False), nn.BatchNorm2d(after), nn.ReLU()]
            before = after
        self.features = nn.Sequential(*layers, nn.AdaptiveMaxPool2d(4), nn.Flatten())
        self.embed = nn.Linear(48 * 4 * 4, dimensions)

    def forward(self, images):
        return self.embed(self.features(images))


def network_of(options):
    """The small network, or one of timm's whose last layer gives the embedding."""
    if options.network == "small":
        return Network(options.dimensions)
    import timm

    return timm.create_model(options.network, pretrained=options.pretrained, num_classes=options.dimensions)


# Each takes the number of classes and of dimensions, and gives a loss and what picks pairs for it, or nothing. All but
# n-pair normalise embeddings; that one holds their length down by a penalty, as its paper does.
LOSSES = {
    "contrastive": lambda c, d: (losses.ContrastiveLoss(pos_margin=0, neg_margin=0.5), None),
    "triplet": lambda c, d: (
        losses.TripletMarginLoss(margin=0.2),
        miners.TripletMarginMiner(0.2, type_of_triplets="semihard"),
    ),
    "margin": lambda c, d: (
        losses.MarginLoss(margin=0.2, nu=0, beta=1.2, triplets_per_anchor="all", learn_beta=True, num_classes=c),
        miners.DistanceWeightedMiner(cutoff=0.5, nonzero_loss_cutoff=1.4),
    ),
    "lifted": lambda c, d: (losses.LiftedStructureLoss(neg_margin=1, pos_margin=0), None),
    "n-pair": lambda c, d: (
        losses.NPairsLoss(
            distance=distances.DotProductSimilarity(normalize_embeddings=False),
            embedding_regularizer=regularizers.LpRegularizer(power=2),
            embedding_reg_weight=0.02,
        ),
        None,
    ),
    "multi-similarity": lambda c, d: (
        losses.MultiSimilarityLoss(alpha=2, beta=50, base=0.5),
        miners.MultiSimilarityMiner(epsilon=0.1),
    ),
    "normalised-softmax": lambda c, d: (losses.NormalizedSoftmaxLoss(c, d, temperature=0.05), None),
    "arcface": lambda c, d: (losses.ArcFaceLoss(c, d, margin=28.6, scale=32), None),
    "proxy-nca": lambda c, d: (losses.ProxyNCALoss(c, d, softmax_scale=8), None),
    "proxy-anchor": lambda c, d: (losses.ProxyAnchorLoss(c, d, margin=0.1, alpha=32), None),
}


def load(paths, size):
    """All images, RGB, as bytes: images x 3 x side x side, the middle square with room for crops of some size."""
    side = round(size * 8 / 7)
    images = numpy.empty((len(paths), 3, side, side), numpy.uint8)
    for number, path in enumerate(paths):
        with Image.open(path) as file:
            square = ImageOps.fit(file.convert("RGB"), (side, side), Image.Resampling.BILINEAR)
        images[number] = numpy.asarray(square).transpose(2, 0, 1)
    return torch.from_numpy(images)


def cropped(images, size, device, generator=None, flip=False):
    """Crops of images, as the network takes them: each at random with a generator, else the middle ones."""
    room = images.shape[-1] - size
    if generator is None:
        parts = images[..., room // 2 : room // 2 + size, room // 2 : room // 2 + size]
    else:
        places = torch.randint(room + 1, (len(images), 2), generator=generator).tolist()
        parts = torch.stack(
            [image[:, y : y + size, x : x + size] for image, (y, x) in zip(images, places, strict=True)]
        )
        if flip:
            mirrored = torch.rand(len(parts), generator=generator) < 0.5
            parts[mirrored] = parts[mirrored].flip(-1)
    return (parts.to(device).float() / 255 - MEAN.to(device)) / STD.to(device)


def batch(rows_of_class, generator):
    """The rows of random classes, a few images of each."""
    chosen = torch.randperm(len(rows_of_class), generator=generator)[:CLASSES_PER_BATCH].tolist()
    drawn = [rows_of_class[number] for number in chosen]
    return torch.cat([rows[torch.randperm(len(rows), generator=generator)[:IMAGES_PER_CLASS]] for rows in drawn])


def train(images, labels, options, device):
    """A network trained on some images, and the mean loss of the last 50 steps."""
    torch.manual_seed(options.seed)
    generator = torch.Generator().manual_seed(options.seed)
    class_count = int(labels.max()) + 1
    rows_of_class = [torch.nonzero(labels == number)[:, 0] for number in range(class_count)]
    network = network_of(options).to(device)
    loss, miner = LOSSES[options.loss](class_count, options.dimensions)
    loss.to(device)
    groups = [
        {"params": network.parameters(), "lr": options.rate},
        {"params": list(loss.parameters()), "lr": LOSS_RATE},
    ]
    optimiser = torch.optim.AdamW([group for group in groups if group["params"]], weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, options.steps)
    recent = []
    for _ in range(options.steps):
        rows = batch(rows_of_class, generator)
        embeddings = network(cropped(images[rows], options.size, device, generator, options.flip))
        own = labels[rows].to(device)
        value = loss(embeddings, own, miner(embeddings, own)) if miner else loss(embeddings, own)
        optimiser.zero_grad()
        value.backward()
        optimiser.step()
        schedule.step()
        recent = [*recent[-49:], float(value.detach())]
    return network.eval(), sum(recent) / max(len(recent), 1)


@torch.no_grad()
def embed(network, images, options, device):
    return torch.cat([network(cropped(part, options.size, device)).cpu() for part in images.split(256)])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--splits", type=pathlib.Path, required=True, help="folder that oodml make-splits wrote")
    parser.add_argument("--images", type=pathlib.Path, required=True, help="folder that the samples' paths lie in")
    parser.add_argument("--loss", choices=LOSSES, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True, help="folder of the embeddings")
    parser.add_argument("--levels", nargs="+", metavar="ID", help="levels to train for (default: all)")
    parser.add_argument("--directions", nargs="+", choices=DIRECTIONS, default=DIRECTIONS, help="default: both")
    parser.add_argument(
        "--fold", type=int, help="hold out this fold of the train classes, and embed it in place of the test classes"
    )
    parser.add_argument(
        "--steps",
        type=int,
        default=500,
        help="batches, at every level (default: 500); 0 embeds with the untrained network",
    )
    parser.add_argument("--network", default="small", help="a model of timm, by its name (default: a small one)")
    parser.add_argument("--pretrained", action="store_true", help="begin with the model's published weights")
    parser.add_argument("--size", type=int, default=64, help="height and width of crops (default: 64)")
    parser.add_argument("--flip", action="store_true", help="mirror half of the crops in training")
    parser.add_argument("--rate", type=float, default=4e-3, help="of learning, of the network (default: 0.004)")
    parser.add_argument("--dimensions", type=int, default=64, help="of embeddings (default: 64)")
    parser.add_argument("--seed", type=int, default=0, help="of all draws (default: 0)")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    options = parser.parse_args()

    def run(level):
        began = time.time()
        network, value = train(
            load(level.train.paths(options.images), options.size),
            torch.tensor(level.train.labels),
            options,
            options.device,
        )
        # All images, so that each level can be asked the same; a fold has no such gallery.
        side = level.all if level.fold is None else level.test
        rows = embed(network, load(side.paths(options.images), options.size), options, options.device)
        print(
            f"{level.id}, {level.direction}: {len(level.train.class_labels)} classes, last loss {value:.3f}, "
            f"{time.time() - began:.0f} s",
            flush=True,
        )
        return rows

    name = "{level}-{direction}.npy" if options.fold is None else "{level}-fold-{fold}.npy"
    Splits(options.splits).write_run(
        options.out / name, run, directions=options.directions, fold=options.fold, ids=options.levels
    )


if __name__ == "__main__":
    main()
