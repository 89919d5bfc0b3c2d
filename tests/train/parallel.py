"""A small training over as many processes as it is told; prints the total loss of each step."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import torch.multiprocessing as mp

sys.path.append(str(Path(__file__).parents[1]))


def learn(rank, processes, port):
    from learned import Squares, recipe
    from sakuga.train.events import Stepped
    from sakuga.train.loop import Loop
    from sakuga.train.machine import Machine

    if processes > 1:
        os.environ |= {
            "RANK": str(rank),
            "LOCAL_RANK": str(rank),
            "WORLD_SIZE": str(processes),
            "MASTER_ADDR": "127.0.0.1",
            "MASTER_PORT": str(port),
            "ACCELERATE_USE_CPU": "true",
        }
    told = recipe(
        losses={"critic": "patch"},
        schedule={"steps": 10},
        run={"log_every": 1},
    )

    def heard(event):
        if isinstance(event, Stepped):
            sys.stdout.write(f"{event.losses['total']:.8f}\n")
            sys.stdout.flush()

    with tempfile.TemporaryDirectory() as folder:
        Loop(told, Path(folder), Squares(side=16), Machine(device="cpu"), on_event=heard).run()


def free_port():
    import socket

    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


if __name__ == "__main__":
    count = int(sys.argv[1])
    if count == 1:
        learn(0, 1, 0)
    else:
        mp.spawn(learn, (count, free_port()), nprocs=count)
