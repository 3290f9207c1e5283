"""What a worker of Dask does: its child, `tfjs-implicit`, starts once and takes batch after batch.

COMMAND names the command if it is not `npx tfjs-implicit`.
"""
import json
import os
import shlex
import subprocess
import threading

import numpy as np
import pyarrow as pa

COMMAND = shlex.split(os.environ.get('COMMAND', 'npx tfjs-implicit'))
SIZE = 20
LOCK = threading.Lock()
CHILDREN = {}


class Child:
    """One process of the command. A batch goes in, a batch of the same rows comes out."""

    def __init__(self, schema):
        arguments = ['solve', '--stdin', '--stdout', '--quiet', '--threads', '1', '--chunk', '1000000']
        self.process = subprocess.Popen(COMMAND + arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.writer = pa.ipc.new_stream(self.process.stdin, schema)
        self.reader = None

    def solve(self, batch):
        self.writer.write_batch(batch)
        self.process.stdin.flush()
        self.reader = self.reader or pa.ipc.open_stream(self.process.stdout)
        return self.reader.read_next_batch()


def shared():
    random = np.random.default_rng(1)
    factor = random.normal(size=(SIZE, SIZE))
    Q = factor @ factor.T / SIZE + np.eye(SIZE)
    return {'Q': json.dumps(Q.tolist()), 'G': json.dumps(random.normal(size=(SIZE, SIZE)).tolist())}


def batch_of(first, rows):
    random = np.random.default_rng(first + 7)
    lists = lambda values: pa.FixedSizeListArray.from_arrays(pa.array(values.astype('f4').ravel()), SIZE)
    p, h = random.normal(size=(rows, SIZE)), random.uniform(0.1, 1, size=(rows, SIZE))
    return pa.record_batch({'p': lists(p), 'h': lists(h)}).replace_schema_metadata(shared())


def solve(first, rows):
    """A task: it may run anywhere, and again if its worker is gone."""
    batch = batch_of(first, rows)
    with LOCK:
        child = CHILDREN.get('child')
        if child is None or child.process.poll() is not None:
            child = CHILDREN['child'] = Child(batch.schema)
        solved = child.solve(batch)
    assert solved.num_rows == rows
    return first, solved['x'].flatten().to_numpy(), solved['status'].to_numpy()
