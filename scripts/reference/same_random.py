"""The random numbers and the data of examples/support/random.ts and classification.ts, drawn by NumPy."""

import numpy as np


class Random:
    """mulberry32: number i is a hash of seed + i * 0x6d2b79f5, so many are drawn at once."""

    def __init__(self, seed):
        self.seed = seed
        self.drawn = 0

    def uniform(self, count):
        i = np.arange(self.drawn + 1, self.drawn + count + 1, dtype=np.uint64)
        self.drawn += count
        state = (np.uint64(self.seed) + i * np.uint64(0x6D2B79F5)).astype(np.uint32)
        t = (state ^ (state >> np.uint32(15))) * (state | np.uint32(1))
        t ^= t + (t ^ (t >> np.uint32(7))) * (t | np.uint32(61))
        return (t ^ (t >> np.uint32(14))) / 4294967296

    def normal(self, count):
        u = self.uniform(2 * count)
        return np.sqrt(-2 * np.log(1 - u[0::2])) * np.cos(2 * np.pi * u[1::2])

    def permutation(self, n):
        order = np.arange(n)
        u = self.uniform(n - 1)
        for i in range(n - 1, 0, -1):
            j = int((i + 1) * u[n - 1 - i])
            order[i], order[j] = order[j], order[i]
        return order


def make_classification(samples, features, classes, informative, random, separation=1.0, flipped=0.01):
    """Features [samples, features], rounded to f32 and returned as f64, and labels."""
    table = np.zeros((samples, features))
    labels = np.zeros(samples, dtype=int)
    rows = random.permutation(samples)
    columns = random.permutation(features)
    for c in range(classes):
        centre = np.where(random.uniform(informative) < 0.5, -1, 1) * separation
        mix = 2 * random.uniform(informative**2).reshape(informative, informative) - 1
        for i in range(c, samples, classes):
            labels[rows[i]] = c
            normal = random.normal(features)
            table[rows[i], columns[:informative]] = normal[:informative] @ mix + centre
            table[rows[i], columns[informative:]] = normal[informative:]
    u = random.uniform(2 * samples)
    labels = np.where(u[0::2] < flipped, (classes * u[1::2]).astype(int), labels)
    return table.astype(np.float32).astype(np.float64), labels
