"""Procrastinate: a renewal (or a batch of them) is one job, kept in the same PostgreSQL.

procrastinate_renewals.py fill COUNT BATCH
procrastinate_renewals.py work CONCURRENCY COUNT BATCH    so many jobs at a time in one asyncio loop
"""

import asyncio
import logging
import sys

import procrastinate
import psycopg_pool
import steps

logging.getLogger("procrastinate").setLevel(logging.ERROR)  # kinder, and it would say that this file is the program
size = int(sys.argv[2]) if sys.argv[1] == "work" else 4
# Kinder: a connection for every job that runs, for Procrastinate's own statements and for the steps each.
connector = procrastinate.PsycopgConnector(conninfo=steps.CONNECT["conninfo"], min_size=size, max_size=size)
app = procrastinate.App(connector=connector)
rows: psycopg_pool.AsyncConnectionPool


@app.task(name="renew")
async def renew(ids: list[int]) -> None:
    async with rows.connection() as connection:
        opened = await (await connection.execute(steps.OPEN, {"ids": ids})).fetchall()
        await connection.execute(steps.SEND, steps.sent(opened))
        await connection.execute(steps.SETTLE, steps.answered(opened))


async def fill(count: int, batch: int) -> None:
    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        jobs = [{"ids": ids} for ids in steps.tasks(count, batch)]
        for first in range(0, len(jobs), 1_000):
            await renew.batch_defer_async(*jobs[first : first + 1_000])


async def work(concurrency: int) -> None:
    global rows
    settings = dict(steps.CONNECT)
    conninfo = settings.pop("conninfo")
    rows = psycopg_pool.AsyncConnectionPool(
        conninfo, kwargs=settings, min_size=concurrency, max_size=concurrency, open=False)
    async with rows, app.open_async():
        # Procrastinate's defaults: jobs stay in their table when they are done, LISTEN wakes the worker.
        await app.run_worker_async(concurrency=concurrency)


if __name__ == "__main__":
    numbers = list(map(int, sys.argv[2:]))
    asyncio.run(fill(*numbers) if sys.argv[1] == "fill" else work(numbers[0]))
