"""Writes test/fixtures/convex/*.json: solutions and derivatives of random problems of the modelling language, by CVXPY.

First `npx tsx scripts/reference/export-convex.ts`, which writes the problems to out/convex.json. Needs cvxpy, clarabel and numpy.

Each entry has the optimal value, the minimiser and, for some, the gradient of the sum of cos(i) times the i-th entry of all variables
with respect to all parameters: differences of solutions, extrapolated from two step sizes. Where a problem has a kink these do not
agree, and there is no gradient. What Clarabel itself does not solve to 1e-10 is left out; it tries 1e-13, because where a multiplier and
its slack both vanish, a gap of 1e-10 leaves the minimiser off by about its root.
"""

import json
import sys
import warnings
from pathlib import Path

import clarabel
import cvxpy as cp
import numpy as np

from convex_atoms import Translation

ROOT = Path(__file__).resolve().parents[2]
TOLERANCE = 1e-10
FINEST = 1e-13
STEP = 2e-3
# How many of each kind get a gradient, and the most parameters of one.
GRADIENTS = {"quadratic": 70, "conic": 30}
MOST_PARAMETERS = 16


def rounded(values):
    return [float(f"{value:.10g}") for value in np.ravel(values)]


def settings(tolerance):
    names = ["tol_gap_abs", "tol_gap_rel", "tol_feas", "tol_ktratio"]
    return {"solver": cp.CLARABEL, **{name: tolerance for name in names}}


def solved(translation, values, tolerance=TOLERANCE):
    for name, parameter in translation.parameters.items():
        given = np.array(values[name]).reshape(parameter.shape)
        parameter.value = given
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            translation.problem.solve(**settings(tolerance))
        except (cp.error.SolverError, ValueError) as error:
            # Some shapes broadcast in expressions of CVXPY, but not in its compiler.
            return str(error)
    return translation.problem.status


def weighted(translation, values):
    if solved(translation, values) != "optimal":
        raise ArithmeticError
    entries = np.concatenate([np.ravel(x.value) for x in translation.variables.values()])
    return float(np.cos(np.arange(len(entries))) @ entries)


def derivative(translation, values, name, index):
    def moved(step):
        other = {**values, name: np.array(values[name], dtype=float)}
        other[name][index] += step
        return weighted(translation, other)

    middle = weighted(translation, values)
    sides = {step: (moved(step), moved(-step)) for step in (STEP, STEP / 2)}
    whole, half = [(up - down) / (2 * step) for step, (up, down) in sides.items()]
    kinks = [(up + down - 2 * middle) / step for step, (up, down) in sides.items()]
    size = max(1, abs(half))
    if abs(whole - half) > 1e-3 * size or abs(kinks[1]) > 0.02 * size or abs(kinks[0] - 2 * kinks[1]) > 1e-3 * size:
        raise ArithmeticError
    return (4 * half - whole) / 3


def gradient(translation, values, tree):
    # A positive semidefinite parameter only moves within symmetric matrices.
    if any(parameter.attributes["PSD"] for parameter in translation.parameters.values()):
        return None
    try:
        return {
            name: rounded([derivative(translation, values, name, i) for i in range(len(entries))])
            for name, entries in values.items()
            if name in translation.parameters
        }
    except ArithmeticError:
        return None


def entry_of(given, wants_gradient):
    translation = Translation(given["problem"])
    if not translation.problem.is_dcp():
        raise AssertionError(f"{given['name']} breaks the rules of CVXPY:\n{translation.problem}")
    values = {name: entries for name, entries in given["values"].items() if name in translation.parameters}
    status = solved(translation, values, FINEST)
    if status != "optimal":
        status = solved(translation, values)
    if status != "optimal":
        print("left out:", given["name"], status)
        return None
    entry = {"name": given["name"], "problem": given["problem"], "values": values, "value": rounded(translation.problem.value)[0]}
    entry["x"] = {name: rounded(variable.value) for name, variable in translation.variables.items()}
    count = sum(len(entries) for entries in values.values())
    if wants_gradient and 0 < count <= MOST_PARAMETERS:
        found = gradient(translation, values, given["problem"])
        if found:
            entry["gradient"] = found
    return entry


def main():
    given = json.loads((ROOT / "out" / "convex.json").read_text())
    folder = ROOT / "test" / "fixtures" / "convex"
    folder.mkdir(exist_ok=True)
    head = {"solver": f"cvxpy {cp.__version__}, clarabel {clarabel.__version__}"}
    for kind, most in GRADIENTS.items():
        entries, gradients = [], 0
        for problem in (each for each in given["problems"] if each["kind"] == kind):
            entry = entry_of(problem, gradients < most)
            if entry:
                entries.append(entry)
                gradients += "gradient" in entry
        text = ",\n".join(json.dumps(entry, separators=(",", ":")) for entry in entries)
        (folder / f"{kind}.json").write_text(f'{{"solver":{json.dumps(head["solver"])},"problems":[\n{text}\n]}}\n')
        print(kind, len(entries), "problems,", gradients, "with a gradient")
    refused = [name for name, tree in given["refused"].items() if not Translation(tree).problem.is_dcp()]
    accepted = [name for name in given["refused"] if name not in refused]
    print(len(refused), "refused; accepted:", accepted)
    (folder / "refused.json").write_text(json.dumps({**head, "refused": refused}, indent=1) + "\n")
    return 0 if not accepted else 1


if __name__ == "__main__":
    sys.exit(main())
