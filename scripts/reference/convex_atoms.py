"""The trees of problems of the modelling language (problem.toJSON()) as problems of CVXPY."""

import cvxpy as cp
import numpy as np

SIGNS = {"nonNegative": {"nonneg": True}, "nonPositive": {"nonpos": True}}


def flat(x):
    return cp.reshape(x, (x.size,), order="C")


def symmetric(x):
    return (x + x.T) / 2


def along(function):
    return lambda x, axis=None: function(x) if axis is None else function(x, axis=axis % x.ndim)


def diff(x, axis=0):
    axis = axis % x.ndim
    part = lambda begin, end: x[tuple(slice(begin, end) if i == axis else slice(None) for i in range(x.ndim))]
    return part(1, x.shape[axis]) - part(0, x.shape[axis] - 1)


def total_variation(x):
    return sum(cp.sum(cp.abs(diff(x, axis))) for axis in range(x.ndim) if x.shape[axis] > 1)


def entries_of(x, shape):
    return [] if x.ndim == 0 and not shape else [cp.reshape(cp.broadcast_to(x, shape), (int(np.prod(shape)),), order="C")]


def geometric_mean(x, y):
    shape = np.broadcast_shapes(x.shape, y.shape)
    if isinstance(y, cp.Constant) and np.all(y.value == 1):
        return cp.sqrt(cp.broadcast_to(x, shape) if shape != x.shape else x)
    if not shape:
        return cp.geo_mean(cp.hstack([x, y]))
    a, b = entries_of(x, shape)[0], entries_of(y, shape)[0]
    means = [cp.geo_mean(cp.hstack([a[i], b[i]])) for i in range(a.size)]
    return cp.reshape(cp.hstack(means), shape, order="C")


def take(x, indices, axis=0):
    return x[tuple([int(i) for i in indices] if k == axis % x.ndim else slice(None) for k in range(x.ndim))]


def concat(*parts, axis=0):
    return cp.concatenate(list(parts), axis=axis % parts[0].ndim)


def piecewise_linear(x, slopes, intercepts):
    lines = [slope * x + intercept for slope, intercept in zip(slopes, intercepts)]
    return lines[0] if len(lines) == 1 else cp.maximum(*lines)


def convolution(kernel, x):
    def shifted(i):
        parts = [np.zeros(i), x, np.zeros(kernel.size - 1 - i)]
        return cp.hstack([part for part in parts if part.size > 0])

    return sum(kernel[i] * shifted(i) for i in range(kernel.size))


def cumsum(x, axis):
    # cp.cumsum inside of some atoms is not implemented.
    below = np.tril(np.ones((x.shape[axis], x.shape[axis])))
    return below @ x if axis % x.ndim == 0 else x @ below.T


def diag(x):
    return cp.diag(x) if x.ndim == 2 or x.size > 1 else cp.reshape(x, (1, 1), order="C")


ATOMS = {
    "add": lambda *terms: sum(terms[1:], terms[0]),
    "sub": lambda x, y: x - y,
    "neg": lambda x: -x,
    "mul": cp.multiply,
    "reciprocal": lambda x: 1 / x,
    "matMul": lambda x, y: x @ y,
    "convolution": convolution,
    "sum": along(cp.sum),
    "mean": along(cp.mean),
    "cumsum": cumsum,
    "diff": diff,
    "reshape": lambda x, shape: cp.reshape(x, tuple(shape), order="C"),
    "transpose": cp.transpose,
    "slice": lambda x, begin, size: x[tuple(slice(b, b + s) for b, s in zip(begin, size))],
    "gather": take,
    "concat": concat,
    "diag": diag,
    "abs": cp.abs,
    "pos": cp.pos,
    "negativePart": cp.neg,
    "norm1": lambda x: cp.sum(cp.abs(x)),
    "normInf": lambda x: cp.max(cp.abs(x)),
    "totalVariation": total_variation,
    "max": along(cp.max),
    "maximum": cp.maximum,
    "min": along(cp.min),
    "minimum": cp.minimum,
    "sumLargest": lambda x, k: cp.sum_largest(x, k),
    "piecewiseLinear": piecewise_linear,
    "square": cp.square,
    "sumSquares": cp.sum_squares,
    "quadOverLin": lambda x, y: cp.quad_over_lin(x, cp.reshape(y, (), order="C")),
    "quadForm": lambda x, P: cp.quad_form(x, P),
    "huber": lambda x, delta: cp.huber(x, delta),
    "norm2": lambda x: cp.norm(flat(x), 2),
    "geometricMean": geometric_mean,
    "lambdaMax": lambda x: cp.lambda_max(symmetric(x)),
    "lambdaMin": lambda x: cp.lambda_min(symmetric(x)),
    "nuclearNorm": cp.normNuc,
    "exp": cp.exp,
    "log": cp.log,
    "entropy": cp.entr,
    "logSumExp": along(cp.log_sum_exp),
    "power": lambda x, exponent: cp.power(x, exponent),
}


class Translation:
    """A problem of CVXPY, with its variables and parameters by name."""

    def __init__(self, tree):
        self.variables = {}
        self.parameters = {}
        self.definitions = []
        for definition in tree.get("definitions", []):
            self.definitions.append(self.expression(definition))
        objective = self.expression(tree["objective"])
        constraints = [self.constraint(constraint) for constraint in tree["constraints"]]
        sense = cp.Minimize if tree["sense"] == "minimize" else cp.Maximize
        self.problem = cp.Problem(sense(cp.reshape(objective, (), order="C") if objective.ndim else objective), constraints)

    def constraint(self, tree):
        sides = [self.expression(side) for side in tree["args"]]
        if tree["className"] == "positiveSemidefinite":
            return symmetric(sides[0]) >> 0
        left, right = sides
        return {"lessEqual": left.__le__, "greaterEqual": left.__ge__, "equal": left.__eq__}[tree["className"]](right)

    def expression(self, tree):
        kind = tree["className"]
        if kind == "number":
            return cp.Constant(np.array(tree["values"], dtype=float).reshape(tree["shape"]))
        if kind == "definition":
            return self.definitions[tree["index"]]
        if kind == "variable":
            return self.leaf(self.variables, cp.Variable, tree)
        if kind == "parameter":
            return self.leaf(self.parameters, cp.Parameter, tree)
        args = [self.expression(arg) for arg in tree["args"]]
        return ATOMS[kind](*args, **tree.get("options", {}))

    @staticmethod
    def leaf(known, make, tree):
        name = tree["name"]
        if name not in known:
            attributes = {"PSD": True} if tree.get("psd") else SIGNS.get(tree.get("sign"), {})
            known[name] = make(tuple(tree["shape"]), name=name, **attributes)
        return known[name]
