"""Writes test/fixtures/convex/tutorials.json: solutions and derivatives of the problems of cvxpylayers' tutorials.

First `npx tsx scripts/reference/export-convex-tutorials.ts`, which writes the problems to out/convex-tutorials.json. Needs cvxpy, cvxpylayers,
torch, clarabel and numpy.

The derivatives are those of convex_references.py: differences of solutions by Clarabel, extrapolated. They are compared with what cvxpylayers
gives where its rules for parameters allow; the largest difference stands in the file.
"""

import json
import sys
import warnings

import clarabel
import cvxpy as cp
import numpy as np

from convex_atoms import Translation
from convex_references import FINEST, ROOT, derivative, rounded, solved

# How far cvxpylayers may be from the differences: it differentiates an approximate solution, 6e-4 off with a cone, 3e-6 off without one.
AGREEMENT = 1e-3


def by_layer(translation, values):
    """The same derivatives by cvxpylayers; None where its rules do not allow the problem."""
    if not translation.problem.is_dpp():
        return None
    import torch
    from cvxpylayers.torch import CvxpyLayer

    parameters, variables = translation.parameters, translation.variables
    layer = CvxpyLayer(translation.problem, parameters=list(parameters.values()), variables=list(variables.values()))
    given = [
        torch.tensor(np.array(values[name], dtype=float).reshape(parameter.shape), dtype=torch.float64, requires_grad=True)
        for name, parameter in parameters.items()
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        accuracy = {"eps": 1e-12, "max_iters": 200000}
        found = layer(*given, solver_args={"solve_method": "SCS", **accuracy})
    entries = torch.cat([torch.reshape(x, (-1,)) for x in found])
    torch.sum(torch.cos(torch.arange(len(entries), dtype=torch.float64)) * entries).backward()
    return {name: tensor.grad.numpy().ravel() for name, tensor in zip(parameters, given)}


def main():
    entries = []
    worst = 0.0
    for given in json.loads((ROOT / "out" / "convex-tutorials.json").read_text()):
        name, values = given["name"], given["values"]
        translation = Translation(given["problem"])
        status = solved(translation, values, FINEST)
        if status != "optimal":
            status = solved(translation, values)
        if status != "optimal":
            raise AssertionError(f"{name}: {status}")
        entry = {**given, "value": rounded(translation.problem.value)[0]}
        entry["x"] = {each: rounded(variable.value) for each, variable in translation.variables.items()}
        gradient = {}
        for each in translation.parameters:
            try:
                gradient[each] = rounded([derivative(translation, values, each, i) for i in range(len(values[each]))])
            except ArithmeticError:
                raise AssertionError(f"{name} has a kink in {each}") from None
        entry["gradient"] = gradient
        theirs = by_layer(translation, values)
        if theirs is not None:
            size = max(1.0, *(np.max(np.abs(own)) for own in gradient.values()))
            off = max(float(np.max(np.abs(theirs[each] - np.array(gradient[each])))) for each in gradient) / size
            worst = max(worst, off)
            entry["cvxpylayersDiffersBy"] = float(f"{off:.1e}")
            if off > AGREEMENT:
                print(f"{name}: cvxpylayers differs by {off:.1e}")
        print(name, entry.get("cvxpylayersDiffersBy", "(not for cvxpylayers)"))
        entries.append(entry)
    import cvxpylayers

    solver = f"cvxpy {cp.__version__}, clarabel {clarabel.__version__}, cvxpylayers {cvxpylayers.__version__}"
    text = ",\n".join(json.dumps(entry, separators=(",", ":")) for entry in entries)
    path = ROOT / "test" / "fixtures" / "convex" / "tutorials.json"
    path.write_text(f'{{"solver":{json.dumps(solver)},"problems":[\n{text}\n]}}\n')
    print(len(entries), "problems; cvxpylayers differs by at most", worst)
    return 0 if worst <= AGREEMENT else 1


if __name__ == "__main__":
    sys.exit(main())
