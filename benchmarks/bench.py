"""`make bench`: the service against its floor, in ratios of one run.

Both stand over one database; for every operation they are asked in turns, ours, floor, ours,
floor, and each pair gives one ratio. What is told is the median of the ratios and their span.
"""

import argparse
import json
import platform
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import psutil  # type: ignore[import-untyped]  # it has no types
import uvloop
from rich.console import Console
from rich.progress import Progress, TaskID
from rich.table import Table

from app.platform.db import embedded
from app.platform.security.keys import access_folder, key_ring
from app.serving import database
from app.settings import Settings
from benchmarks import ranking
from benchmarks.copying import connect
from benchmarks.floor import FILE
from benchmarks.load import Measured, measure
from benchmarks.operations import Operation, Tokens, Wishes
from benchmarks.servers import Side, running
from benchmarks.world import Populating

BARS = {
    Operation.AUTOSAVE: 0.45,
    Operation.SCORESHEET: 0.40,
    Operation.LIST: 0.45,
    Operation.SUBMIT: 0.45,
}
SUBMISSIONS = 400  # a round: each uses up a draft
WARM_UP = 0.5  # seconds
WIDTH = 120  # characters, also where nobody watches


@dataclass(frozen=True, slots=True)
class Round:
    """One turn of one side; processor time in microseconds a request."""

    measured: Measured
    server: float
    database: float
    client: float


def cpu_of(processes: Sequence[psutil.Process]) -> float:
    """Seconds of processor time that these have used; who has ended counts nothing."""
    used = 0.0
    for process in processes:
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        used += times.user + times.system
    return used


class Bench:
    """One run over one world."""

    def __init__(self, wishes: Wishes, tokens: Tokens, postmaster: int, seconds: float) -> None:
        self.wishes, self.tokens, self.seconds = wishes, tokens, seconds
        self.postmaster = psutil.Process(postmaster)
        self.itself = psutil.Process()

    async def turn(self, side: Side, operation: Operation, seconds: float, most: int) -> Round:
        backends = self.postmaster.children()
        before = side.cpu(), cpu_of(backends), cpu_of([self.itself])
        measured = await measure(
            side.port, operation, self.wishes, self.tokens, seconds=seconds, most=most
        )
        after = side.cpu(), cpu_of(backends), cpu_of([self.itself])
        if measured.refused:
            msg = f"{side.name} refused {measured.refused} × {operation}: {measured.first_refusal}"
            raise RuntimeError(msg)
        each = [
            (now - then) * 1e6 / len(measured.waits)
            for now, then in zip(after, before, strict=True)
        ]
        return Round(measured, *each)

    async def compare(
        self, operation: Operation, sides: Sequence[Side], rounds: int, tick: Any
    ) -> list[list[Round]]:
        """Rounds by side; the first, which warms up, is thrown away."""
        found: list[list[Round]] = [[] for _ in sides]
        most = SUBMISSIONS if operation is Operation.SUBMIT else 1_000_000
        for number in range(rounds + 1):
            for place, side in enumerate(sides):
                warming = number == 0
                seconds = WARM_UP if warming else self.seconds
                turn = await self.turn(side, operation, seconds, most // 4 if warming else most)
                if not warming:
                    found[place].append(turn)
                tick()
        return found


def summary(operation: Operation, found: list[list[Round]], statements: int) -> dict[str, Any]:
    """What is told of one operation."""
    ratios = [a.measured.per_second / b.measured.per_second for a, b in zip(*found, strict=True)]
    told: dict[str, Any] = {
        "ratio": median(ratios),
        "lowest": min(ratios),
        "highest": max(ratios),
        "bar": BARS[operation],
        "statements": statements,
    }
    for name, rounds in zip(("ours", "floor"), found, strict=True):
        told[name] = {
            "per_second": median(r.measured.per_second for r in rounds),
            "p50_ms": median(r.measured.percentile(0.5) for r in rounds),
            "p99_ms": median(r.measured.percentile(0.99) for r in rounds),
            "cpu_us": median(r.server for r in rounds),
            "database_cpu_us": median(r.database for r in rounds),
            "client_cpu_us": median(r.client for r in rounds),
        }
    told["cpu_ratio"] = cpu_of_all(told["floor"]) / cpu_of_all(told["ours"])
    return told


def cpu_of_all(side: dict[str, float]) -> float:
    """Processor time of a request in workers, database and client: what a busy machine lets pass is
    limited by it alone, whatever else the machine does.
    """
    return side["cpu_us"] + side["database_cpu_us"] + side["client_cpu_us"]


def shown(results: dict[str, Any]) -> Table:
    table = Table(title="ours ÷ floor · 16 connections · 2 workers each")
    headings = (
        "",
        "ratio",
        "span",
        "bar",
        "by CPU",
        "statements",
        "/s",
        "p50 ms",
        "p99 ms",
        "CPU µs",
    )
    for heading in headings:
        table.add_column(heading, justify="left" if not heading else "right")
    for name in (one for one in Operation if one in results):
        told = results[name]
        pair = told["ours"], told["floor"]
        table.add_row(
            name,
            f"{told['ratio']:.2f}",
            f"{told['lowest']:.2f}-{told['highest']:.2f}",
            f"{told['bar']:.2f}",
            f"{told['cpu_ratio']:.2f}",
            str(told["statements"]),
            " : ".join(f"{side['per_second']:.0f}" for side in pair),
            " : ".join(f"{side['p50_ms']:.1f}" for side in pair),
            " : ".join(f"{side['p99_ms']:.1f}" for side in pair),
            " : ".join(f"{side['cpu_us']:.0f}" for side in pair),
        )
    return table


async def compared(
    settings: Settings, postmaster: int, arguments: argparse.Namespace, progress: Progress
) -> dict[str, Any]:
    """Populate, start both sides, and measure the operations."""
    statements = json.loads(FILE.read_text("utf-8"))
    chosen = [Operation(name) for name in arguments.only or Operation]
    task: TaskID = progress.add_task(
        "populating", total=1 + len(chosen) * 2 * (arguments.rounds + 1)
    )
    connection = await connect(str(settings.database_owner_url))
    drafts = SUBMISSIONS * 2 * (arguments.rounds + 1) if Operation.SUBMIT in chosen else 16
    wishes = Wishes(await Populating(connection).world(arguments.applications, drafts))
    await connection.close()
    progress.advance(task)
    key = key_ring(access_folder(settings.folder / "keys")).active
    assert key is not None
    results: dict[str, Any] = {}
    with ExitStack() as stack:
        sides = [stack.enter_context(running(name, settings)) for name in ("ours", "floor")]
        for operation in chosen:
            progress.update(task, description=operation)
            # new tokens for every operation: they count for ten minutes
            bench = Bench(wishes, Tokens(key), postmaster, arguments.seconds)
            found = await bench.compare(
                operation, sides, arguments.rounds, lambda: progress.advance(task)
            )
            results[operation] = summary(operation, found, len(statements[operation]))
    return results


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--applications", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0, help="of a round")
    parser.add_argument("--only", nargs="*", choices=list(Operation))
    parser.add_argument("--ranked", type=int, default=10_000, help="applications; 0 ranks none")
    parser.add_argument("--json", type=Path, help="write the figures here too")
    return parser.parse_args()


def main() -> None:
    arguments, console = read_arguments(), Console(width=max(Console().width, WIDTH))
    with tempfile.TemporaryDirectory(prefix="award-bench-") as place:
        folder = Path(place)
        folder.chmod(0o711)
        results: dict[str, Any] = {"machine": platform.platform(), "cores": psutil.cpu_count()}
        with database(Settings(folder=folder)) as ready, Progress(console=console) as progress:
            cluster = embedded.start(folder)
            results |= uvloop.run(compared(ready, cluster.pid, arguments, progress))
            if arguments.ranked:
                cluster.create_database("ranked")
                urls = cluster.url("ranked"), cluster.url("ranked", embedded.APP_ROLE)
                results["ranking"] = ranking.measured(*urls, arguments.ranked, progress)
        embedded.remove(embedded.start(folder))
    console.print(shown(results))
    if arguments.ranked:
        console.print(ranking.shown(results["ranking"]))
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
