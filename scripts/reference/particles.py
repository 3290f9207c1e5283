"""Writes test/fixtures/particles.json: packings of soft discs at rest, and how they move with the diameter of the small ones, in float64.

k discs in a periodic square, half of diameter 1, half of diameter theta = .6, at the packing fraction .9 (the square has a fixed side).
Two discs at the distance r repel each other while r < s, the mean of their diameters:

    U = 1/2 (1 - r/s)^2

x* is where FIRE ends (Bitzek et al. 2006; constants and the order of operations as in JAX MD), from random positions. Constants are
rounded to float32 as tensors are. Then a few Newton steps remove what FIRE left of the forces. With H = d2U/dx2 and B = d2U/(dx dtheta):

    dx*/dtheta = -H^+ B

H^+ is the pseudo-inverse: H is singular, since all discs may move together, and one that touches no other may move alone. Neither happens
when theta changes. Finite differences of the positions where FIRE ends agree.
"""

import json
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
PACKINGS = [{"k": 40, "seed": 28}, {"k": 128, "seed": 2}, {"k": 128, "seed": 3}]
# Positions at the start are multiples of this.
GRID = 1 / 256


def single(value):
    return float(np.float32(value))


THETA = single(0.6)


def pairs(x, side, theta):
    """Differences, distances, contact distances, which pairs touch, and the derivative of contact distances."""
    k = len(x)
    d = x[:, None] - x[None]
    d = d - side * np.round(d / side)
    small = np.arange(k) >= k // 2
    diameter = np.where(small, theta, 1.0)
    s = (diameter[:, None] + diameter[None]) / 2
    ds = (small[:, None] * 1.0 + small[None]) / 2
    r = np.sqrt((d**2).sum(-1))
    touch = (r < s) & ~np.eye(k, dtype=bool)
    return d, np.where(touch, r, 1.0), s, touch, ds


def force(x, side, theta):
    d, r, s, touch, _ = pairs(x, side, theta)
    return (np.where(touch, (1 - r / s) / (s * r), 0)[..., None] * d).sum(1)


def fire(x, side, theta, tolerance=1e-12, limit=20000):
    dt_start, dt_max, alpha_start = single(0.1), single(0.4), single(0.1)
    grow, shrink, fade, patience = single(1.1), 0.5, single(0.99), 5
    f, v, dt, alpha, downhill = force(x, side, theta), np.zeros_like(x), dt_start, alpha_start, 0
    for iteration in range(limit):
        if np.abs(f).max() <= tolerance:
            return x, iteration
        x = x + dt * v + 0.5 * dt * dt * f
        before, f = f, force(x, side, theta)
        v = v + 0.5 * dt * (before + f)
        power = (f * v).sum()
        v = v + alpha * (f * np.sqrt((v**2).sum()) / np.sqrt((f**2).sum() + single(1e-6)) - v)
        downhill = downhill + 1 if power >= 0 else 0
        if power > 0 and downhill > patience:
            dt, alpha = min(dt * grow, dt_max), alpha * fade
        if power < 0:
            dt, alpha, v = dt * shrink, alpha_start, np.zeros_like(v)
    raise RuntimeError("FIRE did not converge")


def derivatives(x, side, theta):
    """H and B, without the discs' names: [2k, 2k] and [2k]."""
    d, r, s, touch, ds = pairs(x, side, theta)
    n = d / r[..., None]
    along = np.where(touch, 1 / s**2, 0)
    across = np.where(touch, -(1 - r / s) / (s * r), 0)
    outer = n[..., :, None] * n[..., None, :]
    block = along[..., None, None] * outer + across[..., None, None] * (np.eye(2) - outer)
    k = len(x)
    h = -block.transpose(0, 2, 1, 3)
    for i in range(k):
        h[i, :, i, :] = block[i].sum(0)
    b = (np.where(touch, (1 / s**2 - 2 * r / s**3) * ds, 0)[..., None] * n).sum(1)
    return h.reshape(2 * k, 2 * k), b.ravel()


def packing(k, seed):
    rng = np.random.default_rng(seed)
    diameters = np.where(np.arange(k) < k // 2, 1.0, THETA)
    side = single(np.sqrt((np.pi * diameters**2 / 4).sum() / 0.9))
    start = np.round(rng.integers(0, 1024, (k, 2)) / 1024 * 0.999 * side / GRID)
    x, iterations = fire(start * GRID, side, THETA)
    for _ in range(3):
        h, b = derivatives(x, side, THETA)
        inverse = np.linalg.pinv(h, rcond=1e-9)
        x = x + (inverse @ force(x, side, THETA).ravel()).reshape(x.shape)
    dx = -inverse @ b

    near = [fire(x, side, THETA + change)[0].ravel() for change in (1e-5, -1e-5)]
    error = np.linalg.norm((near[0] - near[1]) / 2e-5 - dx) / np.linalg.norm(dx)
    assert error < 1e-5, error
    sizes = np.abs(np.linalg.eigvalsh(h))
    zero = sizes < 1e-9 * sizes.max()
    alone = int((~pairs(x, side, THETA)[3].any(1)).sum())
    assert zero.sum() == 2 + 2 * alone
    return {
        "side": side,
        "start": (start.astype(int)).tolist(),
        "iterations": iterations,
        "touchingNone": alone,
        "smallest": float(sizes[~zero].min() / sizes.max()),
        "x": x.tolist(),
        "dx": dx.reshape(x.shape).tolist(),
    }


def main():
    result = {"theta": THETA, "grid": GRID, "packings": [packing(**given) for given in PACKINGS]}
    out = ROOT / "test" / "fixtures" / "particles.json"
    out.write_text(json.dumps(result, separators=(",", ":")) + "\n", encoding="ascii", newline="\n")


if __name__ == "__main__":
    main()
