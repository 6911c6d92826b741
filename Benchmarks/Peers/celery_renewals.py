"""Celery with Redis: a renewal (or a batch of them) is one task.

celery_renewals.py fill COUNT BATCH
celery_renewals.py work CONCURRENCY COUNT BATCH    prefork, Celery's default pool: so many processes
"""

import os
import sys
import warnings

import celery
import steps

warnings.filterwarnings("ignore", message="You're running the worker with superuser privileges")

app = celery.Celery("celery_renewals", broker=os.environ.get("PEERS_REDIS"))
app.conf.update(
    task_acks_late=True,  # a task leaves the queue when it is done, so that a killed worker's tasks come again
    task_reject_on_worker_lost=True,
    task_ignore_result=True,  # kinder: no result is written anywhere
    worker_prefetch_multiplier=64,  # kinder: Celery's guide advises 50 to 150 for short tasks
    worker_hijack_root_logger=False,
)
connection = None


@app.task(name="renew")
def renew(ids: list[int]) -> None:
    global connection  # one a process, kept open
    if connection is None:
        connection = steps.connect()
    steps.renew(connection, ids)


if __name__ == "__main__":
    if sys.argv[1] == "fill":
        with app.producer_pool.acquire(block=True) as producer:
            for ids in steps.tasks(*map(int, sys.argv[2:])):
                renew.apply_async((ids,), producer=producer)
    else:
        quiet = ["--loglevel", "ERROR", "--without-gossip", "--without-mingle", "--without-heartbeat"]
        app.worker_main(["worker", "--pool", "prefork", "--concurrency", sys.argv[2], *quiet])
