"""Writes test/fixtures/qp.json: solutions of a sample of the test collection by Clarabel, another interior-point solver.

First `npx tsx scripts/reference/export-qps.ts`, which writes the problems to out/qps.json. Needs clarabel, scipy and numpy.

Each entry has the objective value and, where Q is clearly positive definite (so that it is unique) and no constraint
weakly active (so that Clarabel is exact), the minimiser. What
Clarabel itself does not solve to 1e-10 is left out.
"""

import json
from pathlib import Path

import clarabel
import numpy as np
from scipy import sparse

ROOT = Path(__file__).resolve().parents[2]
TOLERANCE = 1e-10


def solve(problem):
    n, m, k = problem["n"], problem["m"], problem["k"]
    q = np.array(problem["Q"], dtype=float).reshape(n, n)
    p = np.array(problem["p"], dtype=float)
    rows = np.array(problem["A"] + problem["G"], dtype=float).reshape(k + m, n)
    bounds = np.array(problem["b"] + problem["h"], dtype=float)
    cones = [cone(size) for cone, size in [(clarabel.ZeroConeT, k), (clarabel.NonnegativeConeT, m)] if size > 0]
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    settings.tol_gap_abs = settings.tol_gap_rel = settings.tol_feas = TOLERANCE
    solver = clarabel.DefaultSolver(
        sparse.csc_matrix(np.triu(q)), p, sparse.csc_matrix(rows), bounds, cones, settings
    )
    solution = solver.solve()
    if solution.status != clarabel.SolverStatus.Solved:
        print("left out:", problem["name"], solution.status)
        return None
    x = np.array(solution.x)
    entry = {"name": problem["name"], "objective": float(0.5 * x @ q @ x + p @ x + problem.get("constant", 0))}
    eigenvalues = np.linalg.eigvalsh(q)
    # Where a multiplier and its slack both vanish, a gap of 1e-10 leaves x off by about its root.
    clear = np.maximum(np.array(solution.z)[k:], np.array(solution.s)[k:]).min(initial=1) > 1e-3
    if eigenvalues[0] > 1e-3 * eigenvalues[-1] and clear:
        entry["x"] = x.tolist()
    return entry


if __name__ == "__main__":
    problems = json.loads((ROOT / "out" / "qps.json").read_text())
    entries = [entry for entry in map(solve, problems) if entry]
    target = ROOT / "test" / "fixtures" / "qp.json"
    target.write_text(json.dumps({"solver": f"clarabel {clarabel.__version__}", "problems": entries}, indent=1) + "\n")
    print(len(entries), "problems,", sum("x" in entry for entry in entries), "with x")
