"""Made-up features in the shapes that oodml and its peers are measured on. Everything follows from a seed."""

import csv

import numpy as np


class ReLUFeatures:
    """Features like those of a ReLU network's pooled layer: non-negative, often zero, variance falling over directions.

    A sample is its class's centre plus its own deviation in `factors` directions of falling scale, plus a little of
    everything, shifted and cut at zero. `between` is the scale of the centres relative to that of the deviations.
    """

    def __init__(self, seed, class_count, d, factors=128, between=1.0):
        generator = np.random.default_rng([seed, 0])
        scale = 1 / np.sqrt(1 + np.arange(factors, dtype=np.float32))
        self.seed, self.d = seed, d
        self.directions = generator.standard_normal((factors, d), dtype=np.float32) * scale[:, None]
        self.centres = between * generator.standard_normal((class_count, factors), dtype=np.float32)

    def rows(self, labels, part=0):
        """One row for each label, float32. `part` keeps chunks of one file apart."""
        generator = np.random.default_rng([self.seed, 1 + part])
        labels = np.asarray(labels)
        own = generator.standard_normal((len(labels), len(self.directions)), dtype=np.float32)
        x = (self.centres[labels] + own) @ self.directions
        x += 0.3 * generator.standard_normal((len(labels), self.d), dtype=np.float32)
        x -= 0.5
        return np.maximum(x, 0, out=x)

    def write(self, path, labels, chunk=4096):
        """Writes the rows to an .npy file a chunk at a time, so that memory stays small."""
        file = np.lib.format.open_memmap(path, mode="w+", dtype=np.float32, shape=(len(labels), self.d))
        for part, start in enumerate(range(0, len(labels), chunk)):
            file[start : start + chunk] = self.rows(labels[start : start + chunk], part)
        file.flush()


def class_label(number):
    """Sorts by name as it does by number."""
    return f"c{number:05d}"


def write_samples(path, labels, groups=None):
    """The table that `make-splits --samples` reads, one row for each row of the features, with a `group` if given."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["sample", "class"] + ([] if groups is None else ["group"]))
        for i, label in enumerate(labels):
            writer.writerow([f"s{i:07d}", class_label(label)] + ([] if groups is None else [groups[i]]))


def uneven_sizes(seed, class_count, low, high, total):
    """Class sizes from `low` to `high` with the given sum: evenly drawn, then changed by one here and there."""
    generator = np.random.default_rng(seed)
    sizes = generator.integers(low, high + 1, class_count)
    while sizes.sum() != total:
        step = 1 if sizes.sum() < total else -1
        open_classes = np.flatnonzero(sizes < high if step > 0 else sizes > low)
        count = min(abs(total - sizes.sum()), 1 + len(open_classes) // 16)
        sizes[generator.choice(open_classes, count, replace=False)] += step
    return sizes


def long_tailed_sizes(seed, class_count, low, high, mean):
    """Class sizes c / rank^1.5, cut to `low` … `high`, with c such that their mean is about `mean`; in random order."""
    rank = np.arange(1, class_count + 1) ** 1.5
    few, many = 0.0, high * rank[-1]
    for _ in range(60):
        c = (few + many) / 2
        sizes = np.clip(np.rint(c / rank), low, high).astype(int)
        few, many = (c, many) if sizes.mean() < mean else (few, c)
    return np.random.default_rng(seed).permutation(sizes)


# MARK: Class means for the comparison of extremes


def isotropic(generator, n, d):
    return generator.standard_normal((n, d))


def clustered(generator, n, d, clusters=10):
    centres = 1.5 * generator.standard_normal((clusters, d))
    return centres[np.arange(n) % clusters] + generator.standard_normal((n, d)) * 0.8 ** (np.arange(d) * 16 / d)


def relu(generator, n, d):
    factors = min(64, 2 * d)
    directions = generator.standard_normal((factors, d)) / np.sqrt(1 + np.arange(factors))[:, None]
    return np.maximum(generator.standard_normal((n, factors)) @ directions - 0.3, 0)


def heavy_tailed(generator, n, d):
    return generator.standard_t(2.5, (n, d))


def two_clusters(generator, n, d):
    """Uneven on purpose: neither cluster is as large as a side."""
    shift = 3 * generator.standard_normal(d) / np.sqrt(d)
    return generator.standard_normal((n, d)) + np.where(np.arange(n) % 5 < 2, 1, -1)[:, None] * shift * 2


def two_scales(generator, n, d):
    """One common mean and two spreads: the hardest split is one that no gap between means shows."""
    return generator.standard_normal((n, d)) * np.where(np.arange(n) % 2 == 0, 0.2, 2.0)[:, None]


def outliers(generator, n, d):
    x = generator.standard_normal((n, d))
    x[generator.choice(n, max(2, n // 20), replace=False)] *= 8
    return x


def pairs(generator, n, d):
    """Every class has a near twin: the easiest split sends one of each pair to either side."""
    half = (n + 1) // 2
    return np.repeat(generator.standard_normal((half, d)), 2, axis=0)[:n] + 0.05 * generator.standard_normal((n, d))


def two_axes(generator, n, d):
    """One common mean and one common spread, but two groups that spread in different directions."""
    first = np.arange(d) < (d + 1) // 2
    group = np.arange(n) % 2 == 0
    return generator.standard_normal((n, d)) * np.where(group[:, None] == first, 2.0, 0.2)


def grid(generator, n, d):
    """Small whole numbers: many equal distances."""
    return generator.integers(0, 3, (n, d)).astype(float)


def line(generator, n, d):
    """All on one line, but for a little."""
    return generator.standard_normal((n, 1)) * generator.standard_normal(d) + 0.01 * generator.standard_normal((n, d))


def uneven_clusters(generator, n, d):
    """Three far clusters with half, a third and a sixth of the classes."""
    centres = 4 * generator.standard_normal((3, d))
    cluster = np.searchsorted([n // 2, n * 5 // 6], np.arange(n), side="right")
    return centres[cluster] + generator.standard_normal((n, d))


CLASS_MEANS = dict(
    isotropic=isotropic,
    clustered=clustered,
    relu=relu,
    heavy=heavy_tailed,
    two=two_clusters,
    scales=two_scales,
    outliers=outliers,
    pairs=pairs,
    axes=two_axes,
    grid=grid,
    line=line,
    uneven=uneven_clusters,
)


def class_means(kind, classes, d, seed):
    """`classes` × `d`, float32, in random order, so that the first half is a start like any other."""
    generator = np.random.default_rng([seed, classes, d, list(CLASS_MEANS).index(kind)])
    x = CLASS_MEANS[kind](generator, classes, d)
    return generator.permutation(x).astype(np.float32)
