"""Writes test/fixtures/multiclass-svm.json: a small multiclass SVM and its hypergradients in float64.

Inner problem, over x in simplex x ... x simplex, for m points with p features and k classes:

    x*      = argmin ||X^T (Y - x)||^2 / (2 l2) + <x, Y - 1>
    W       = X^T (Y - x*) / l2
    loss    = 1/2 ||X_val W - Y_val||^2

The derivative of the loss with respect to log l2 solves the linear system of the supports of x* (the rows of x* sum to 1):

    K dx / l2 = (K (x - Y)) / l2 on the support, with multipliers for the sums, K = X X^T

It agrees with central differences to about 1e-7; the script checks this.
"""

import json
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
M, VALIDATION, P, K = 24, 10, 6, 3
L2 = float(np.float32(np.e))


def project(v):
    u = -np.sort(-v, axis=1)
    excess = np.cumsum(u, axis=1) - 1
    ranks = np.arange(1, v.shape[1] + 1)
    count = (u - excess / ranks > 0).sum(axis=1)
    return np.maximum(v - (excess[np.arange(len(v)), count - 1] / count)[:, None], 0)


def solve(X, Y, l2):
    gram = X @ X.T
    step = l2 / np.linalg.eigvalsh(gram)[-1]
    x = y = np.full(Y.shape, 1 / K)
    t = 1.0
    for _ in range(200000):
        after = project(y - step * (gram @ (y - Y) / l2 + Y - 1))
        if ((y - after) * (after - x)).sum() > 0:
            t = 1.0
        grown = (1 + np.sqrt(1 + 4 * t * t)) / 2
        y = after + (t - 1) / grown * (after - x)
        moved = abs(after - x).max()
        x, t = after, grown
        if moved < 1e-16:
            break
    return x


def loss_of(x, X, Y, Xv, Yv, l2):
    return 0.5 * ((Xv @ (X.T @ (Y - x)) / l2 - Yv) ** 2).sum()


def slope(x, X, Y, Xv, Yv, l2):
    """d loss / d log l2, by the linear system of the support."""
    support = x > 1e-9
    rows, columns = np.nonzero(support)
    n = len(rows)
    gram = X @ X.T
    same = columns[:, None] == columns[None, :]
    top = gram[np.ix_(rows, rows)] * same / l2
    sums = (rows[:, None] == np.arange(M)[None, :]).astype(float)
    system = np.block([[top, sums], [sums.T, np.zeros((M, M))]])
    right = np.concatenate([(gram @ (x - Y) / l2)[support], np.zeros(M)])
    dx = np.zeros(x.shape)
    dx[support] = np.linalg.lstsq(system, right, rcond=1e-12)[0][:n]
    W = X.T @ (Y - x) / l2
    dW = -X.T @ dx / l2 - W
    return ((Xv @ W - Yv) * (Xv @ dW)).sum()


def main():
    random = np.random.default_rng(3)
    centres = random.normal(size=(K, P))
    labels = random.integers(0, K, M + VALIDATION)
    points = (centres[labels] + 0.9 * random.normal(size=(M + VALIDATION, P))).astype(np.float32).astype(float)
    Y = np.eye(K)[labels]
    data = (points[:M], Y[:M], points[M:], Y[M:])
    x = solve(data[0], data[1], L2)
    gradient = slope(x, *data, L2)
    h = 1e-5
    at = [loss_of(solve(data[0], data[1], l2), *data, l2) for l2 in (L2 * np.exp(h), L2 * np.exp(-h))]
    difference = (at[0] - at[1]) / (2 * h)
    assert abs(difference - gradient) < 1e-6 * max(1, abs(gradient)), (difference, gradient)
    fixture = {
        "l2": L2,
        "points": points.tolist(),
        "labels": labels.tolist(),
        "training": M,
        "classes": K,
        "x": x.tolist(),
        "loss": loss_of(x, *data, L2),
        "slope": gradient,
    }
    path = ROOT / "test" / "fixtures" / "multiclass-svm.json"
    path.write_text(json.dumps(fixture) + "\n")


if __name__ == "__main__":
    main()
