"""Writes test/fixtures/ridge.json: float64 reference values for the ridge path on examples/data/diabetes.csv.

Objective 0.5*||Xw - y||^2 + 0.5*theta*||w||^2, with y as given (not centred). With H = X^T X + theta*I:

    x*          = H^-1 X^T y
    dx*/dtheta  = -H^-1 x*

Gradient descent from 0 with step 1/(lambda_max + theta). All errors are absolute 2-norms:

    iterate     ||x_t - x*||
    implicit    ||-H^-1 x_t - dx*||, the implicit formula at x_t instead of at x*
    unrolled    ||dx_t/dtheta - dx*||, the derivative of the iteration itself, the step held constant

Errors below about 1e-12 are round-off.
"""

import json
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
THETAS = [10.0, 0.1]
ITERATIONS = [0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]


def path_at(gram, xty, lam_max, theta):
    norm = lambda v: float(np.linalg.norm(v))
    h = gram + theta * np.eye(len(xty))
    x_star = np.linalg.solve(h, xty)
    dx_star = -np.linalg.solve(h, x_star)
    step = 1 / (lam_max + theta)

    x = np.zeros_like(xty)
    dx = np.zeros_like(xty)
    descent = []
    for t in range(ITERATIONS[-1] + 1):
        if t in ITERATIONS:
            descent.append(
                {
                    "t": t,
                    "iterate": norm(x - x_star),
                    "implicit": norm(-np.linalg.solve(h, x) - dx_star),
                    "unrolled": norm(dx - dx_star),
                }
            )
        dx = dx - step * (h @ dx + x)
        x = x - step * (h @ x - xty)
    return {
        "theta": theta,
        "x": x_star.tolist(),
        "dx": dx_star.tolist(),
        "normX": norm(x_star),
        "normDx": norm(dx_star),
        "step": step,
        "descent": descent,
    }


def main():
    table = np.loadtxt(ROOT / "examples" / "data" / "diabetes.csv", delimiter=",", skiprows=1)
    x, y = table[:, :-1], table[:, -1]
    gram, xty = x.T @ x, x.T @ y
    eigenvalues = np.linalg.eigvalsh(gram).tolist()
    result = {
        "lambdaMax": eigenvalues[-1],
        "lambdaMin": eigenvalues[0],
        "paths": [path_at(gram, xty, eigenvalues[-1], theta) for theta in THETAS],
    }
    out = ROOT / "test" / "fixtures" / "ridge.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(result, indent=2) + "\n", encoding="ascii", newline="\n")


if __name__ == "__main__":
    main()
