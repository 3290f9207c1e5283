"""Times qpth (PyTorch) and qpax (JAX) on CUDA, on the set-ups of the suite 'gpu', and writes JSON.

Whatever cannot be imported, or finds no GPU, is listed as missing.
"""
import argparse
import json

from timing import median, problem, setup_name

SETUPS = ((10, 5, 10), (50, 10, 50), (100, 0, 100))

parser = argparse.ArgumentParser()
parser.add_argument("--batch", default="128,1024,4096")
parser.add_argument("--json", required=True)
arguments = parser.parse_args()
BATCHES = [int(text) for text in arguments.batch.split(",")]


def setups():
    for batch in BATCHES:
        for n, k, m in SETUPS:
            yield setup_name(n, k, m, batch), (n, k, m, batch)


def qpth(note):
    import torch
    from qpth.qp import QPFunction

    if not torch.cuda.is_available():
        raise ImportError("torch finds no GPU")
    for dtype, bits in ((torch.float32, "f32"), (torch.float64, "f64")):
        for name, (n, k, m, batch) in setups():
            arrays = problem(n, k, m, batch)
            data = [torch.tensor(a, dtype=dtype, device="cuda", requires_grad=True) for a in arrays]
            if k == 0:
                data[4:] = [torch.empty(0, dtype=dtype, device="cuda") for _ in range(2)]
            solve = QPFunction(verbose=-1)

            def forward():
                with torch.no_grad():
                    solve(*data)
                torch.cuda.synchronize()

            def backward():
                solve(*data).sum().backward()
                torch.cuda.synchronize()

            note(f"qpth {bits}, {name}: forward", forward)
            note(f"qpth {bits}, {name}: forward and backward", backward)


def qpax(note):
    import jax

    jax.config.update("jax_enable_x64", True)
    import jax.numpy as jnp
    import qpax as library

    if jax.default_backend() != "gpu":
        raise ImportError("jax finds no GPU")
    for name, setup in setups():
        Q, p, G, h, A, b = map(jnp.asarray, problem(*setup))
        solve = jax.vmap(library.solve_qp_primal)
        forward = jax.jit(lambda *data: solve(*data).sum())
        backward = jax.jit(jax.grad(forward, argnums=tuple(range(6))))
        data = (Q, p, A, b, G, h)
        note(f"qpax f64, {name}: forward", lambda: jax.block_until_ready(forward(*data)))
        note(f"qpax f64, {name}: forward and backward", lambda: jax.block_until_ready(backward(*data)))


rows, missing = [], []


def save():
    with open(arguments.json, "w") as file:
        json.dump({"rows": rows, "missing": missing}, file)


def note(name, work):
    rows.append({"name": name, "median": median(work)})
    # After each row: the limit of time may end this.
    save()


for name, measure in (("qpth", qpth), ("qpax", qpax)):
    try:
        measure(note)
    except ImportError as error:
        missing.append(f"{name} ({error})")
save()
for line in missing:
    print(f"Not measured: {line}")
