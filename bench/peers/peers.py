"""Times the Python peers on the set-ups of bench/problems.ts and prints JSON.

Whatever cannot be imported is listed as missing. Forward and backward is with respect to every tensor, except for JAXopt,
where it is with respect to p.
"""
import importlib
import json
import statistics
import time

SETUPS = [(n, k, m, batch) for batch in (1, 128) for n, k, m in ((10, 5, 10), (50, 10, 50), (100, 0, 100), (100, 10, 100))]


def median(work, runs=5):
    work()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(1e3 * (time.perf_counter() - start))
    return statistics.median(times)


def problem(n, k, m, batch):
    import numpy as np

    random = np.random.default_rng(0)
    L = random.standard_normal((batch, n, n))
    Q = L @ L.transpose(0, 2, 1) / n + 1e-3 * np.eye(n)
    z = random.standard_normal((batch, n, 1))
    G = random.standard_normal((batch, m, n))
    A = random.standard_normal((batch, k, n))
    h = (G @ z)[..., 0] + random.random((batch, m))
    return Q, random.standard_normal((batch, n)), G, h, A, (A @ z)[..., 0]


def qpth(rows):
    import torch
    from qpth.qp import QPFunction

    for n, k, m, batch in SETUPS:
        data = [torch.tensor(a, dtype=torch.float64, requires_grad=True) for a in problem(n, k, m, batch)]
        if k == 0:
            data[4:] = [torch.empty(0, dtype=torch.float64), torch.empty(0, dtype=torch.float64)]
        solve = QPFunction(verbose=-1)
        name = f"qpth f64, n={n} equalities={k} inequalities={m} batch={batch}"
        rows.append({"name": f"{name}: forward", "median": median(lambda: solve(*data))})
        rows.append({"name": f"{name}: forward and backward", "median": median(lambda: solve(*data).sum().backward())})


def qpax(rows):
    import jax

    jax.config.update("jax_enable_x64", True)
    import jax.numpy as jnp
    import qpax as library

    for n, k, m, batch in SETUPS:
        Q, p, G, h, A, b = map(jnp.asarray, problem(n, k, m, batch))
        solve = jax.vmap(library.solve_qp_primal)
        forward = jax.jit(lambda *data: solve(*data).sum())
        backward = jax.jit(jax.grad(forward, argnums=tuple(range(6))))
        data = (Q, p, A, b, G, h)
        name = f"qpax f64, n={n} equalities={k} inequalities={m} batch={batch}"
        rows.append({"name": f"{name}: forward", "median": median(lambda: jax.block_until_ready(forward(*data)))})
        rows.append(
            {"name": f"{name}: forward and backward", "median": median(lambda: jax.block_until_ready(backward(*data)))}
        )


def jaxopt(rows):
    import jax

    jax.config.update("jax_enable_x64", True)
    import jax.numpy as jnp
    from jaxopt import OSQP

    for n, k, m, batch in SETUPS:
        Q, p, G, h, A, b = map(jnp.asarray, problem(n, k, m, batch))
        solver = OSQP(tol=1e-8, maxiter=20000)

        def one(Q, p, G, h, A, b):
            equalities = (A, b) if k else None
            return solver.run(params_obj=(Q, p), params_eq=equalities, params_ineq=(G, h)).params.primal

        forward = jax.jit(lambda p: jax.vmap(one)(Q, p, G, h, A, b).sum())
        backward = jax.jit(jax.grad(forward))
        name = f"JAXopt OSQP f64, n={n} equalities={k} inequalities={m} batch={batch}"
        rows.append({"name": f"{name}: forward", "median": median(lambda: jax.block_until_ready(forward(p)))})
        rows.append({"name": f"{name}: forward and backward in p", "median": median(lambda: jax.block_until_ready(backward(p)))})


rows, missing = [], []
for name, measure in (("qpth", qpth), ("qpax", qpax), ("jaxopt", jaxopt)):
    try:
        importlib.import_module(name)
    except ImportError as error:
        missing.append(f"{name} ({error})")
        continue
    measure(rows)
print(json.dumps({"rows": rows, "missing": missing}))
