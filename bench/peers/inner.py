"""Times JAXopt, compiled, on a case of the suite 'inner' and prints JSON: python3 inner.py FOLDER.

The folder has case.json (which peer, its settings, the shapes of the arrays) and one file of float32 numbers per array.
"""
import json
import pathlib
import statistics
import sys
import time

import jax
import jax.numpy as jnp
import numpy as np
from jaxopt import BlockCoordinateDescent, GradientDescent, MirrorDescent, ProjectedGradient, ProximalGradient
from jaxopt import objective, projection, prox

LEAST, SECONDS = 3, 1.5


def measured(name, value_and_gradient, at, told):
    """Median of steady runs; the time to compile and run once is in the name."""
    start = time.perf_counter()
    work = jax.jit(value_and_gradient)
    value, gradient = jax.block_until_ready(work(at))
    first = time.perf_counter() - start
    times, end = [], time.perf_counter() + SECONDS
    while len(times) < LEAST or time.perf_counter() < end:
        start = time.perf_counter()
        jax.block_until_ready(work(at))
        times.append(1e3 * (time.perf_counter() - start))
    title = f"JAXopt {name} ({first:.1f} s to compile and run once)"
    return {"name": title, "median": statistics.median(times), "answer": [float(value), told(gradient)]}


def svm(arrays, settings):
    x, y, v, u = (arrays[name] for name in "xyvu")
    start = jnp.full(y.shape, 1 / y.shape[1])

    def inner(at, theta):
        return 0.5 * theta * jnp.sum((x.T @ (y - at) / theta) ** 2) + jnp.vdot(at, y)

    if settings["method"] == "block coordinate descent":
        onto = lambda row, hyperparams, scaling=1.0: projection.projection_simplex(row)
        solver = BlockCoordinateDescent(
            objective.multiclass_linear_svm_dual, onto, maxiter=settings["iterations"], tol=0.0, implicit_diff=True
        )

        def outer_of_blocks(exponent):
            theta = jnp.exp(exponent)
            at = solver.run(start, hyperparams_prox=None, l2reg=theta, data=(x, y)).params
            return 0.5 * jnp.sum((v @ (x.T @ (y - at) / theta) - u) ** 2)

        return [measured("implicit", jax.value_and_grad(outer_of_blocks), jnp.float32(1), float)]

    rows = []
    for implicit in (True, False):
        common = {"maxiter": settings["iterations"], "tol": 0.0, "stepsize": settings["stepSize"], "implicit_diff": implicit}
        if settings["method"] == "mirror descent":
            # The projection in the dual space of the entropy is a softmax.
            grad_step = MirrorDescent.make_projection_grad(
                lambda at, _: jax.nn.softmax(at, axis=-1),
                mapping_fun=lambda at: jnp.log(jnp.maximum(at, 1e-30)),
            )
            solver = MirrorDescent(inner, grad_step, **common)
        else:
            onto = jax.vmap(projection.projection_simplex)
            solver = ProjectedGradient(inner, lambda at, _: onto(at), **common)

        def outer(exponent, solver=solver):
            theta = jnp.exp(exponent)
            at = solver.run(start, None, theta).params
            return 0.5 * jnp.sum((v @ (x.T @ (y - at) / theta) - u) ** 2)

        name = "implicit" if implicit else "unrolled"
        rows.append(measured(name, jax.value_and_grad(outer), jnp.float32(1), float))
    return rows


def distillation(arrays, settings):
    images, targets, theta = (arrays[name] for name in ("images", "targets", "theta"))

    def logistic(scores, rows):
        return jnp.mean(jax.nn.logsumexp(scores, axis=1) - jnp.sum(scores * rows, axis=1))

    def inner(x, own):
        return logistic(own @ x, jnp.eye(own.shape[0])) + 0.5 * settings["ridge"] * jnp.sum(x**2)

    rows = []
    for implicit in (True, False):
        solver = GradientDescent(inner, maxiter=500, tol=settings["tolerance"], implicit_diff=implicit)

        def outer(own, solver=solver):
            x = solver.run(jnp.ones((own.shape[1], own.shape[0])), own).params
            return logistic(images @ x, targets)

        name = "implicit" if implicit else "unrolled"
        rows.append(measured(name, jax.value_and_grad(outer), theta, lambda g: float(jnp.linalg.norm(g))))
    return rows


def dictionary(arrays, settings):
    x, w, labels = (arrays[name] for name in ("x", "w", "labels"))

    def inner(z, atoms):
        return 0.5 * jnp.sum((x - z @ atoms.T) ** 2)

    def penalty(z, _, scaling=1.0):
        # JAXopt weighs the square with the product of the two.
        return prox.prox_elastic_net(z, (settings["l1"], settings["l2"] / settings["l1"]), scaling)

    rows = []
    for implicit in (True, False):
        solver = ProximalGradient(inner, penalty, maxiter=settings["iterations"], tol=1e-6, implicit_diff=implicit)

        def outer(atoms, solver=solver):
            z = solver.run(jnp.zeros((x.shape[0], atoms.shape[1])), None, atoms).params
            scores = (z @ w)[:, 0]
            return jnp.mean(jax.nn.softplus(scores) - labels * scores)

        name = "implicit" if implicit else "unrolled"
        told = lambda gradient: float(jnp.linalg.norm(gradient))
        rows.append(measured(name, jax.value_and_grad(outer), arrays["dictionary"], told))
    return rows


folder = pathlib.Path(sys.argv[1])
case = json.loads((folder / "case.json").read_text())
data = {
    name: jnp.asarray(np.fromfile(folder / f"{name}.f32", dtype=np.float32).reshape(shape))
    for name, shape in case["shapes"].items()
}
PEERS = {"svm": svm, "distillation": distillation, "dictionary": dictionary}
print(json.dumps(PEERS[case["peer"]](data, case["settings"])))
