"""Times the Python peers on the set-ups of bench/problems.ts and prints JSON.

Whatever cannot be imported is listed as missing. Forward and backward is with respect to every tensor, except for JAXopt,
where it is with respect to p.
"""
import importlib
import json

from timing import median, problem, setup_name

SETUPS = [(n, k, m, batch) for batch in (1, 128) for n, k, m in ((10, 5, 10), (50, 10, 50), (100, 0, 100), (100, 10, 100))]


def both(library, setup, forward, backward, every=True):
    """The two rows of a library. `of` names the row of ours that computes the same."""
    name = setup_name(*setup)
    of = f"QP {name}"
    return [
        {"name": f"{library}, {name}: forward", "median": median(forward), "of": f"{of}: forward"},
        {
            "name": f"{library}, {name}: forward and backward" + ("" if every else " in p"),
            "median": median(backward),
            "of": f"{of}: forward and backward, in every tensor" if every else None,
        },
    ]


def qpth(rows):
    import torch
    from qpth.qp import QPFunction

    # f64, as all others compute here, and f32, which is what PyTorch and qpth use unless told otherwise.
    for setup in SETUPS:
        for name, dtype in (("f64", torch.float64), ("f32", torch.float32)):
            if name == "f32" and not (setup[3] == 128 and setup[0] >= 50):
                continue
            data = [torch.tensor(a, dtype=dtype, requires_grad=True) for a in problem(*setup)]
            if setup[1] == 0:
                data[4:] = [torch.empty(0, dtype=dtype), torch.empty(0, dtype=dtype)]
            solve = QPFunction(verbose=-1)
            rows += both(f"qpth {name}", setup, lambda: solve(*data), lambda: solve(*data).sum().backward())


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
        rows += both(
            "qpax f64",
            (n, k, m, batch),
            lambda: jax.block_until_ready(forward(*data)),
            lambda: jax.block_until_ready(backward(*data)),
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
        rows += both(
            "JAXopt OSQP f64",
            (n, k, m, batch),
            lambda: jax.block_until_ready(forward(p)),
            lambda: jax.block_until_ready(backward(p)),
            every=False,
        )


rows, missing = [], []
for name, measure in (("qpth", qpth), ("qpax", qpax), ("jaxopt", jaxopt)):
    try:
        importlib.import_module(name)
    except ImportError as error:
        missing.append(f"{name} ({error})")
        continue
    measure(rows)
print(json.dumps({"rows": rows, "missing": missing}))
