"""How the Python peers are timed, and their random quadratic programs, as bench/problems.ts makes them."""
import statistics
import time


def median(work, runs=5):
    work()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(1e3 * (time.perf_counter() - start))
    return statistics.median(times)


def problem(n, k, m, batch):
    # Where it is missing, so are the peers, which says so.
    import numpy as np

    random = np.random.default_rng(0)
    L = random.standard_normal((batch, n, n))
    Q = L @ L.transpose(0, 2, 1) / n + 1e-3 * np.eye(n)
    z = random.standard_normal((batch, n, 1))
    G = random.standard_normal((batch, m, n))
    A = random.standard_normal((batch, k, n))
    h = (G @ z)[..., 0] + random.random((batch, m))
    return Q, random.standard_normal((batch, n)), G, h, A, (A @ z)[..., 0]


def setup_name(n, k, m, batch):
    return f"n={n} equalities={k} inequalities={m} batch={batch}"
