"""Writes examples/svm/references.json: the hyper-gradients of the multiclass SVM, in float64.

The inner problem, with theta = exp(lambda), over the rows of x on the probability simplex:

    min_x  ||W||^2 theta / 2 + <x, Y>,   W = X^T (Y - x) / theta

The outer one is the validation loss ||X_val W - Y_val||^2 / 2. The inner problem is solved by accelerated projected gradient until the
step is rounding; then its optimality conditions on the support are solved directly, and differentiated. A finite
difference of the loss checks the derivative. "best" is the lambda of least validation loss for BEST features.
"""

import json
from pathlib import Path

import numpy as np

from same_random import Random, make_classification

ROOT = Path(__file__).resolve().parents[2]
TRAINING, VALIDATION, CLASSES, LAMBDA = 700, 200, 5, 1.0
FEATURES = [100, 250, 500, 1000, 2000, 5000]
BEST = 100
QUICK = {"features": 60, "training": 60, "validation": 30}


def data(features, training, validation):
    x, labels = make_classification(
        training + validation, features, CLASSES, max(CLASSES, features // 10), Random(features)
    )
    x = (x / np.linalg.norm(x, axis=1, keepdims=True)).astype(np.float32).astype(np.float64)
    y = np.eye(CLASSES)[labels]
    return x[:training], y[:training], x[training:], y[training:]


def project(v):
    """Each row onto the simplex."""
    u = -np.sort(-v, axis=1)
    sums = np.cumsum(u, axis=1) - 1
    count = (u - sums / np.arange(1, v.shape[1] + 1) > 0).sum(axis=1)
    return np.maximum(v - (sums[np.arange(len(v)), count - 1] / count)[:, None], 0)


def descend(gram, y, theta, x):
    """Accelerated projected gradient with restarts."""
    eta = theta / np.linalg.eigvalsh(gram)[-1]
    z, t = x, 1.0
    for k in range(200_000):
        after = project(z - eta * (y - gram @ (y - z) / theta))
        if k % 50 == 0:
            straight = project(after - eta * (y - gram @ (y - after) / theta))
            if np.abs(straight - after).max() < 1e-13:
                return after
        if ((z - after) * (after - x)).sum() > 0:
            z, t = after, 1.0
        else:
            grown = (1 + np.sqrt(1 + 4 * t * t)) / 2
            z, t = after + (t - 1) / grown * (after - x), grown
        x = after
    raise RuntimeError("not converged")


def solve(gram, y, theta, start):
    """x and dx/dtheta, from the conditions on the support: theta y - gram (y - x) = mu, each row of x sums to 1."""
    x = descend(gram, y, theta, start)
    m, k = x.shape
    support = x > 1e-9
    slack = theta * y - gram @ (y - x)
    gap = np.where(support, np.inf, slack - slack.min(axis=1, keepdims=True)).min()
    free = [np.flatnonzero(support[:, c]) for c in range(k)]
    offsets = np.cumsum([0] + [len(f) for f in free])
    n = offsets[-1]
    a = np.zeros((n + m, n + m))
    b = np.zeros((n + m, 2))
    sums = np.ones(m)
    for c, f in enumerate(free):
        at = slice(offsets[c], offsets[c + 1])
        a[at, at] = gram[np.ix_(f, f)]
        a[np.arange(at.start, at.stop), n + f] = -1
        a[n + f, np.arange(at.start, at.stop)] = -1
        b[at, 0] = (gram @ y)[f, c] - theta * y[f, c]
        b[at, 1] = -y[f, c]
    b[n:, 0] = -sums
    both = np.linalg.solve(a, b)
    out = np.zeros((2, m, k))
    for c, f in enumerate(free):
        out[:, f, c] = both[offsets[c] : offsets[c + 1]].T
    return out[0], out[1], {"support": int(n), "least": float(out[0][support].min()), "gap": float(gap)}


def losses(features, training, validation):
    """The training data, and the outer loss as a function: (lambda, start) to (loss, derivative, x, info)."""
    x_tr, y_tr, x_val, y_val = data(features, training, validation)
    gram = x_tr @ x_tr.T
    cross = x_val @ x_tr.T

    def outer(lam, start):
        theta = np.exp(lam)
        x, dx, info = solve(gram, y_tr, theta, start)
        fit = cross @ (y_tr - x) / theta - y_val
        slope = -(cross @ dx) - cross @ (y_tr - x) / theta
        return 0.5 * (fit**2).sum(), (fit * slope).sum(), x, info

    return x_tr, y_tr, outer


def reference(features, training=TRAINING, validation=VALIDATION, lam=LAMBDA):
    x_tr, y_tr, outer = losses(features, training, validation)
    loss, gradient, x, info = outer(lam, np.full_like(y_tr, 1 / CLASSES))
    h = 1e-5
    difference = (outer(lam + h, x)[0] - outer(lam - h, x)[0]) / (2 * h)
    print(features, loss, gradient, difference, info)
    return {
        "features": features,
        "lambda": lam,
        "loss": loss,
        "gradient": gradient,
        "difference": difference,
        "checksum": float((x_tr.ravel() * np.sin(np.arange(x_tr.size))).sum()),
    }


def best(features):
    """Bisection on the sign of the derivative."""
    _, y_tr, outer = losses(features, TRAINING, VALIDATION)
    low, high, x = 2.0, 4.0, np.full_like(y_tr, 1 / CLASSES)
    while high - low > 1e-4:
        at = (low + high) / 2
        loss, gradient, x, _ = outer(at, x)
        low, high = (at, high) if gradient < 0 else (low, at)
        print("best", at, loss, gradient)
    return {"features": features, "lambda": at, "loss": loss}


def main():
    result = {
        "training": TRAINING,
        "validation": VALIDATION,
        "classes": CLASSES,
        "quick": {**QUICK, **reference(**QUICK)},
        "best": best(BEST),
        "references": [reference(p) for p in FEATURES],
    }
    out = ROOT / "examples" / "svm" / "references.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(result, indent=2) + "\n", encoding="ascii", newline="\n")


if __name__ == "__main__":
    main()
