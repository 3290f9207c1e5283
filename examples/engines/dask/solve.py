"""Solves quadratic programs on Dask, with one child process a worker.

    pip install dask distributed pyarrow numpy
    python solve.py 100000
"""
import hashlib
import os
import sys
import time

import numpy as np
from dask.distributed import Client, LocalCluster

from worker import solve

if __name__ == '__main__':
    total, rows = int(sys.argv[1]), 2500
    workers = int(os.environ.get('WORKERS', '2'))
    with LocalCluster(n_workers=workers, threads_per_worker=1) as cluster, Client(cluster) as client:
        # The first task of a worker starts its child.
        client.gather([client.submit(solve, 0, 1, workers=[address], pure=False) for address in client.scheduler_info()['workers']])
        start = time.perf_counter()
        tasks = client.map(solve, range(0, total, rows), rows=rows)
        if os.environ.get('KILL'):
            time.sleep(1)
            victim = next(iter(client.run(os.getpid).values()))
            os.kill(victim, 9)
        results = sorted(client.gather(tasks), key=lambda result: result[0])
        seconds = time.perf_counter() - start
    x = np.concatenate([result[1] for result in results])
    statuses = np.unique(np.concatenate([result[2] for result in results]), return_counts=True)
    print(f'{total} rows in {seconds:.1f} s, {total / seconds:.0f} a second; statuses {dict(zip(*[v.tolist() for v in statuses]))}; '
          f'x {hashlib.sha256(x.tobytes()).hexdigest()[:16]}')
