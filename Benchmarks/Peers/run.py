"""Runs every peer on the PostgreSQL of AMENDS_TEST_POSTGRES and prints a Markdown table. `scripts/peers --help`

One run: a new database, so many subscriptions that are due, a full queue; then the workers, until all are renewed; then
the totals. The clock is the rows' own: from the first renewal opened to the last one captured. Starting the workers and
filling the queue are not counted, which is kinder to the peers.

First each peer tries each of its ways, and keeps the best; then come the rounds, in which everybody has a turn, so that
whatever else the machine does falls on all alike.
"""

import argparse
import contextlib
import dataclasses
import importlib.metadata
import os
import pathlib
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time

import psycopg

HERE = pathlib.Path(__file__).parent
SERVER = os.environ.get("AMENDS_TEST_POSTGRES", "")
BATCH = 100
PATIENCE = 600  # seconds that a run may take


@dataclasses.dataclass
class Peer:
    name: str
    program: str
    count: int  # renewals of one run, one a task
    batched: int  # renewals of one run, BATCH a task
    ways: list[tuple[int, int]]  # processes, and what each may do at a time; each is tried, the best one counts

    @property
    def version(self) -> str:
        return "" if self.name == "no queue" else importlib.metadata.version(self.name)


PEERS = [
    Peer("no queue", "queueless.py", 3_000, 30_000, [(1, 4), (1, 8), (1, 16)]),
    Peer("celery", "celery_renewals.py", 3_000, 30_000, [(1, 4), (1, 8), (1, 16)]),
    Peer("procrastinate", "procrastinate_renewals.py", 1_500, 20_000, [(1, 10), (2, 5), (2, 20)]),
    Peer("dbos", "dbos_renewals.py", 600, 20_000, [(1, 20), (1, 40), (2, 20)]),
]


def main() -> None:
    options = argparse.ArgumentParser(prog="scripts/peers", description="The same renewals by other means.")
    options.add_argument("--rounds", type=int, default=3, help="the median of so many is shown (3)")
    options.add_argument("--scale", type=float, default=1, help="so many times the usual number of renewals (1)")
    options.add_argument("--only", nargs="*", help="of: " + ", ".join(f"'{peer.name}'" for peer in PEERS))
    options.add_argument("--build", default=".build", help="where a built amends and Bench may be found (.build)")
    chosen = options.parse_args()
    build = pathlib.Path(chosen.build)
    check_schema(build)
    print(f"{os.cpu_count()} cores, load average before the first run {os.getloadavg()[0]:.1f}", flush=True)
    peers = [peer for peer in PEERS if chosen.only is None or peer.name in chosen.only]
    with redis() as address:
        series = []
        for peer in peers:
            for usual, batch in ((peer.count, 1), (peer.batched, BATCH)):
                count = int(usual * chosen.scale)
                trials = {way: run(peer, way, count, batch, address) for way in peer.ways}
                series.append((peer, max(trials, key=trials.get), count, batch, []))
        amends = []
        for _ in range(chosen.rounds):
            for *one, rates in series:
                rates.append(run(*one, address))
            if (build / "release" / "Bench").exists():
                amends.append(run_amends(build / "release" / "Bench"))
    print("\n| | version | renewals a task | processes × at a time | renewals/s (median) | rounds | whole |")
    print("|---" * 7 + "|")
    for peer, way, count, batch, rates in series:
        whole = f"{count:,} of {count:,}"  # anything else would have ended the program
        print(f"| {peer.name} | {peer.version} | {batch} | {way[0]} × {way[1]} | {shown(rates)} | {whole} |")
    if amends:
        print(f"| amends | as built | | 1 | {shown(amends)} | as Bench checks |")


def shown(rates: list[float]) -> str:
    return f"**{statistics.median(rates):,.0f}** | {' · '.join(f'{rate:,.0f}' for rate in rates)}"


def run_amends(bench: pathlib.Path) -> float:
    """Its own bench on the same server; its clock counts the search for what is due and the journal's seal as well."""
    command = [bench, "renewals", "--engine", "postgres", "--alone"]
    answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    rate = float(re.search(r"postgres: (\d+)/s", answer)[1])
    print(f"amends: {rate:,.0f}/s", flush=True)
    return rate


def run(peer: Peer, way: tuple[int, int], count: int, batch: int, address: str) -> float:
    """Renewals a second."""
    processes, concurrency = way
    with database() as url, contextlib.closing(psycopg.connect(url, autocommit=True)) as connection:
        connection.execute((HERE / "schema.sql").read_text())
        connection.execute((HERE / "population.sql").read_text(), {"count": count})
        environment = os.environ | {"PEERS_DATABASE": url, "PEERS_REDIS": address}
        program = [sys.executable, HERE / peer.program]
        numbers = [str(count), str(batch)]
        subprocess.run([*program, "fill", *numbers], env=environment, cwd=HERE, check=True)
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")
        load = os.getloadavg()[0]
        with workers([*program, "work", str(concurrency), *numbers], processes, environment) as running:
            wait(connection, count, running)
        rate = rate_of(connection)
        check_totals(connection, peer, count)
    what = f"{peer.name}, {batch} a task, {processes} × {concurrency}"
    print(f"{what}: {rate:,.0f}/s (load average before it {load:.1f})", flush=True)
    return rate


@contextlib.contextmanager
def workers(command: list, processes: int, environment: dict):
    quiet = {"stdout": subprocess.DEVNULL}  # Celery's banner
    running = [subprocess.Popen(command, env=environment, cwd=HERE, **quiet) for _ in range(processes)]
    try:
        yield running
    finally:
        for process in running:
            process.terminate()
        for process in running:
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def wait(connection: psycopg.Connection, count: int, running: list[subprocess.Popen]) -> None:
    deadline = time.monotonic() + PATIENCE
    while (captured := connection.execute("SELECT count(*) FROM capture").fetchone()[0]) < count:
        if time.monotonic() > deadline:
            sys.exit(f"{captured} of {count} were renewed in {PATIENCE} seconds")
        if any(process.poll() not in (None, 0) for process in running):
            sys.exit("a worker ended early")
        time.sleep(0.5)


def rate_of(connection: psycopg.Connection) -> float:
    return float(connection.execute(
        "SELECT count(*) * 1000000.0 / (max(at) - (SELECT min(opened_at) FROM obligation)) FROM capture").fetchone()[0])


def check_totals(connection: psycopg.Connection, peer: Peer, count: int) -> None:
    connection.execute("VACUUM ANALYZE")
    totals = connection.execute((HERE / "totals.sql").read_text()).fetchone()
    if totals != (*[count] * 6, 2 * count):
        sys.exit(f"{peer.name}: of {count} renewals (subscriptions, whole ones, rows of each table): {totals}")


@contextlib.contextmanager
def database():
    """A new database beside the one of AMENDS_TEST_POSTGRES, dropped afterwards."""
    name = f"peers_{time.time_ns()}"
    with psycopg.connect(SERVER, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield f"{SERVER.rpartition('/')[0]}/{name}"
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextlib.contextmanager
def redis():
    """As durable as Redis usually is: an append-only file, synced each second. PostgreSQL here syncs every commit, so
    this is kinder to Celery: its queue may lose the last second."""
    with tempfile.TemporaryDirectory(prefix="peers-redis.") as directory:
        socket = f"{directory}/socket"
        command = [
            "redis-server", "--port", "0", "--unixsocket", socket, "--dir", directory, "--appendonly", "yes",
            "--appendfsync", "everysec", "--save", "", "--loglevel", "warning", "--logfile", f"{directory}/log"]
        with subprocess.Popen(command) as server:
            try:
                while not os.path.exists(socket):
                    if server.poll() is not None:
                        sys.exit("redis-server did not start")
                    time.sleep(0.05)
                yield f"redis+socket://{socket}"
            finally:
                server.terminate()


SHAPE = """
SELECT 'column', table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' '
  || coalesce(column_default, '') || ' ' || ordinal_position
FROM information_schema.columns WHERE table_schema = 'public' AND table_name = ANY(%(tables)s)
UNION ALL SELECT 'index', indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename = ANY(%(tables)s)
UNION ALL SELECT 'constraint', conrelid::regclass || ': ' || pg_get_constraintdef(oid)
FROM pg_constraint WHERE conrelid::regclass::TEXT = ANY(%(tables)s)
"""


def check_schema(build: pathlib.Path) -> None:
    """Compares schema.sql with what `amends migrate` makes, if there is an amends."""
    amends = next((path for kind in ("release", "debug") if (path := build / kind / "amends").exists()), None)
    if amends is None:
        print(f"The schema was not compared with Amends' own: there is no built amends in {build}.", flush=True)
        return
    with database() as ours, database() as theirs, tempfile.TemporaryDirectory() as directory:
        command = [amends, "migrate", "--database", theirs, "--journal-key", f"{directory}/key"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        with psycopg.connect(ours) as one, psycopg.connect(theirs) as other:
            one.execute((HERE / "schema.sql").read_text())
            tables = [name for name, in one.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
            ours_has, theirs_has = (set(each.execute(SHAPE, {"tables": tables}).fetchall()) for each in (one, other))
    if ours_has != theirs_has:
        sys.exit("schema.sql is not Amends' schema:\n" + "\n".join(map(str, sorted(ours_has ^ theirs_has))))
    print(f"{len(tables)} tables: the {len(ours_has)} columns, indexes and checks that `amends migrate` makes.")


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that Redis and its directory go as well
    main()
