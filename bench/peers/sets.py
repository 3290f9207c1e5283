"""Times Clarabel on problems of a folder of gzipped JSON files, given as arguments, and prints JSON: its time and status for each.

A time is that of the set-up and the solve, in one thread: by the clock, or with --cpu that of the processor.
With --passes=N, the least of N, unless the first takes longer than 2 s.
"""
import gzip
import json
import sys
import time

# A problem that takes longer, in s, is timed once.
LONG = 2


def solve(path, clock, passes):
    import clarabel
    import numpy as np
    from scipy import sparse

    with gzip.open(path) as file:
        data = json.load(file)
    n, m = data["n"], data["m"]

    def matrix(entries, rows):
        return sparse.csc_matrix((entries["v"], (entries["i"], entries["j"])), shape=(rows, n))

    def numbers(values, missing):
        return np.array([missing if value is None else value for value in values], dtype=float)

    P, A = sparse.triu(matrix(data["P"], n)).tocsc(), matrix(data["A"], m).tocsr()
    low, high = numbers(data["l"], -np.inf), numbers(data["u"], np.inf)
    equal = low == high
    above, below = ~equal & np.isfinite(high), ~equal & np.isfinite(low)
    rows = sparse.vstack([A[equal], A[above], -A[below]]).tocsc()
    sides = np.concatenate([high[equal], high[above], -low[below]])
    cones = [clarabel.ZeroConeT(int(equal.sum())), clarabel.NonnegativeConeT(int(above.sum() + below.sum()))]
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    settings.max_threads = 1
    q = np.array(data["q"], dtype=float)
    seconds = float("inf")
    for _ in range(passes):
        start = clock()
        solution = clarabel.DefaultSolver(P, q, rows, sides, cones, settings).solve()
        seconds = min(seconds, clock() - start)
        if seconds > LONG:
            break
    return {"seconds": seconds, "status": str(solution.status)}


cpu = "--cpu" in sys.argv
passes = next((int(option.split("=")[1]) for option in sys.argv if option.startswith("--passes=")), 1)
paths = [path for path in sys.argv[1:] if not path.startswith("--")]
print(json.dumps([solve(path, time.process_time if cpu else time.perf_counter, passes) for path in paths]))
