"""DBOS: a renewal (or a batch of them) is one workflow of three steps, kept in the same PostgreSQL.

dbos_renewals.py fill COUNT BATCH
dbos_renewals.py work CONCURRENCY COUNT BATCH    so many workflows at a time in this process
"""

import concurrent.futures
import os
import signal
import sys

import dbos
import psycopg_pool
import steps

DATABASE = steps.CONNECT["conninfo"]


def fill(count: int, batch: int) -> None:
    dbos.run_dbos_database_migrations(DATABASE)
    client = dbos.DBOSClient(system_database_url=DATABASE)
    with concurrent.futures.ThreadPoolExecutor(8) as threads:
        options = {"queue_name": "renewals", "workflow_name": "renew"}
        list(threads.map(lambda ids: client.enqueue(options, ids), steps.tasks(count, batch)))


def work(concurrency: int) -> None:
    settings = dict(steps.CONNECT)
    rows = psycopg_pool.ConnectionPool(
        settings.pop("conninfo"), kwargs=settings, min_size=concurrency, max_size=concurrency, open=True)

    @dbos.DBOS.step()
    def open_period(ids: list[int]) -> list[tuple]:
        with rows.connection() as connection:
            return connection.execute(steps.OPEN, {"ids": ids}).fetchall()

    @dbos.DBOS.step()
    def send(opened: list[tuple]) -> None:
        with rows.connection() as connection:
            connection.execute(steps.SEND, steps.sent(opened))

    @dbos.DBOS.step()
    def settle(opened: list[tuple]) -> None:
        with rows.connection() as connection:
            connection.execute(steps.SETTLE, steps.answered(opened))

    @dbos.DBOS.workflow(name="renew")
    def renew(ids: list[int]) -> None:
        opened = open_period(ids)
        send(opened)
        settle(opened)

    dbos.DBOS(config={
        "name": "peers", "system_database_url": DATABASE, "sys_db_pool_size": concurrency, "log_level": "ERROR",
        "executor_id": str(os.getpid()), "application_version": "1",
    })
    dbos.DBOS.launch()
    # Kinder: looks for work twenty times as often as by default (each second), so that it seldom runs dry.
    dbos.DBOS.register_queue("renewals", worker_concurrency=concurrency, polling_interval_sec=0.05)
    signal.sigwait([signal.SIGTERM])
    os._exit(0)


if __name__ == "__main__":
    numbers = list(map(int, sys.argv[2:]))
    fill(*numbers) if sys.argv[1] == "fill" else work(numbers[0])
