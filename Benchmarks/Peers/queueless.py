"""The three steps in a loop, without any queue: what the peers could reach if their queues cost nothing.

queueless.py fill COUNT BATCH        has nothing to fill
queueless.py work CONCURRENCY COUNT BATCH    so many processes, each with its share of the tasks
"""

import multiprocessing
import sys

import steps


def work(share: list[list[int]]) -> None:
    with steps.connect() as connection:
        for ids in share:
            steps.renew(connection, ids)


if __name__ == "__main__" and sys.argv[1] == "work":
    concurrency, count, batch = map(int, sys.argv[2:])
    tasks = steps.tasks(count, batch)
    processes = [multiprocessing.Process(target=work, args=(tasks[n::concurrency],)) for n in range(concurrency)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
