"""What can be done from the command line?"""

import json
import tempfile
from contextlib import suppress
from pathlib import Path
from threading import Event
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from app import auditing, serving, working
from app.catalogue import loader
from app.platform.db import embedded
from app.platform.notifications.mail import MailServerWrong
from app.rehearsal import command as rehearsing
from app.rules.regulation.explain import explain
from app.rules.regulation.problems import RegulationErrors
from app.rules.regulation.read import digest, json_schema, read
from app.settings import Settings

main = typer.Typer(
    help="政府质量奖服务 · The service under a government quality award.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
regulation = typer.Typer(help="管理办法：检查、说明、格式。", no_args_is_help=True)
audit = typer.Typer(help="日志：核对有无改动。", no_args_is_help=True)
main.add_typer(regulation, name="regulation")
main.add_typer(audit, name="audit")
console = Console()

Which = Annotated[str, typer.Argument(help="A code of the catalogue, or a file.")]


@main.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    workers: Annotated[int | None, typer.Option(help="Web workers.")] = None,
) -> None:
    """Run the service, with a database of its own unless DATABASE_URL names one."""
    given = {"host": host, "port": port, "workers": workers}
    settings = Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]  # each has its own type
    try:
        serving.serve(settings)
    except (embedded.EmbeddedError, serving.WrongDatabaseError) as refused:
        console.print(str(refused), style="red")
        raise typer.Exit(1) from refused


@main.command()
def work(
    parent: Annotated[int | None, typer.Option(hidden=True, help="End with this process.")] = None,
) -> None:
    """Seal the log, deliver mail, do what was put off: beside the web workers, or alone."""
    settings = Settings()
    try:
        if settings.database_url is None:
            console.print("请设置 DATABASE_URL。没有它时，serve 会自行运行 work。", style="red")
            raise typer.Exit(1)
        working.run(settings, parent=parent)
    except MailServerWrong as wrong:
        console.print(f"邮件服务器的设置有误：{wrong}", style="red")
        raise typer.Exit(1) from wrong


@main.command()
def migrate() -> None:
    """Bring the database named by DATABASE_OWNER_URL or DATABASE_URL to the newest schema."""
    settings = Settings()
    address = settings.database_owner_url or settings.database_url
    if address is None:
        console.print("请设置 DATABASE_OWNER_URL 或 DATABASE_URL。", style="red")
        raise typer.Exit(1)
    serving.migrate(address)


@main.command()
def bootstrap() -> None:
    """Print the one-time token with which the first security administrator makes an account."""
    print(serving.bootstrap(Settings()))


@main.command()
def rehearse(
    code: Which,
    applicants: Annotated[int, typer.Option(min=4, max=1000)] = 12,
    judges: Annotated[int, typer.Option(min=3, max=200)] = 9,
    seed: Annotated[int, typer.Option()] = 1,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the report here.")] = None,
    url: Annotated[str | None, typer.Option(help="A service in rehearsal mode.")] = None,
) -> None:
    """Play a whole award over HTTP, every person with an own token; exit 1 when a check fails."""
    if url is not None:
        raise typer.Exit(rehearsing.run(url, code, applicants, judges, seed, json_file))
    with tempfile.TemporaryDirectory(prefix="award-rehearsal-") as made:
        folder = Path(made)
        try:
            with serving.rehearsal_server(folder) as own:
                result = rehearsing.run(own, code, applicants, judges, seed, json_file)
        finally:
            embedded.remove(embedded.start(folder))
    raise typer.Exit(result)


@main.command()
def demo(
    stay: Annotated[bool, typer.Option(help="Leave the service up afterwards.")] = True,
    port: Annotated[int, typer.Option()] = 8600,
) -> None:
    """Explain the Binhu regulation, play it with 12 applicants, and leave the service up."""
    console.rule("滨湖区区长质量奖评定管理办法")
    _explain("binhu-2023")
    with serving.rehearsal_server(Path("var/demo"), port) as url:
        result = rehearsing.run(url, "binhu-2023", 12, 9, 7, None)
        if result == 0 and stay:
            console.print(f"\n服务已启动：[bold]{url}/docs[/bold]  （Ctrl-C 结束）")
            _until_interrupted()
    raise typer.Exit(result)


@audit.command()
def verify(
    checkpoint: Annotated[
        list[Path] | None,
        typer.Option(help="A file of checkpoints that was kept outside, one token a line."),
    ] = None,
) -> None:
    """Compute the sealed logs anew and name every change; exit 0 when there is none, else 1."""
    try:
        kept = [line for path in checkpoint or () for line in path.read_text("utf-8").split()]
    except (OSError, UnicodeDecodeError) as unreadable:
        console.print(f"读不到检查点文件：{unreadable}", style="red")
        raise typer.Exit(1) from unreadable
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task("核对日志", total=None)
        findings = auditing.verify_logs(
            Settings(), kept, lambda done, total: bar.update(task, completed=done, total=total)
        )
    for found in findings:
        where = "" if found.seq is None else f"第 {found.seq + 1} 条 "
        print(
            f"{found.code}  日志 {found.log}  {where}{found.event_id or ''}\n    {found.sentence}"
        )
    print(f"发现 {len(findings)} 处改动。" if findings else "没有发现改动。")
    if not kept:
        print("提示：用 --checkpoint 提供保存在外的检查点，才能发现连检查点一并改写的情形。")
    raise typer.Exit(1 if findings else 0)


@regulation.command()
def check(
    which: Which,
    as_json: Annotated[bool, typer.Option("--json", help="The verdict as JSON.")] = False,
) -> None:
    """Every fault of a regulation file, with its place and what would mend it; exit 0 or 1."""
    text = _text(which)
    try:
        read(text)
    except RegulationErrors as errors:
        if as_json:
            faults = [
                {"path": p.path, "code": p.code, "zh": p.zh, "en": p.en, "mend": p.mend}
                for p in errors.problems
            ]
            print(json.dumps({"sound": False, "faults": faults}, ensure_ascii=False, indent=2))
        else:
            for p in errors.problems:
                print(f"{p.path or '/'}  {p.code}\n    {p.zh}\n    {p.mend}")
        raise typer.Exit(1) from errors
    if as_json:
        print(json.dumps({"sound": True, "hash": digest(text), "faults": []}, indent=2))
    else:
        print(f"没有发现问题。{digest(text)}")


@regulation.command(name="explain")
def explain_(which: Which) -> None:
    """Tell stage by stage what will happen, and on what clause or assumption it stands."""
    _explain(which)


@regulation.command()
def schema() -> None:
    """The JSON Schema of a regulation file, for editors."""
    print(json.dumps(json_schema(), ensure_ascii=False, indent=2))


def _text(which: str) -> str:
    if which in loader.regulation_codes():
        return loader.regulation_text(which)
    try:
        return Path(which).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as unreadable:
        console.print(f"读不到管理办法“{which}”。", style="red")
        raise typer.Exit(1) from unreadable


def _explain(which: str) -> None:
    for paragraph in explain(read(_text(which))):
        stands_on = "[yellow]假定[/yellow]" if paragraph.assumed else (paragraph.cite or "")
        console.print(f"{paragraph.text}  [dim]{stands_on}[/dim]")


def _until_interrupted() -> None:
    with suppress(KeyboardInterrupt):
        Event().wait()
    console.print("服务结束。")


if __name__ == "__main__":
    main()
