"""What can be done from the command line?"""

import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from enum import StrEnum
from pathlib import Path
from threading import Event
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.progress import Progress

from app import auditing, checking, regulating, serving, working
from app.catalogue import command as criteria_sets
from app.catalogue.forms_command import forms
from app.keeping.archive import Manifest
from app.keeping.backup import back_up
from app.keeping.refusals import KeepingRefused
from app.keeping.restore import Restored
from app.keeping.restore import restore as bring_back
from app.platform.clock import wall_clock
from app.platform.db import embedded
from app.platform.notifications.mail import MailServerWrong
from app.platform.security import keys as key_files
from app.platform.security.keys import KeyFileWrong, access_folder
from app.platform.security.sealing_keys import add_sealing_key
from app.rehearsal import command as rehearsing
from app.rehearsal import sandbox as furnishing
from app.resealing import seal_anew
from app.settings import Settings

main = typer.Typer(
    help="政府质量奖服务 · The service under a government quality award.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
audit = typer.Typer(help="日志：核对有无改动。", no_args_is_help=True)
main.add_typer(regulating.regulation, name="regulation")
main.add_typer(criteria_sets.criteria, name="criteria")
main.add_typer(forms, name="forms")
keys = typer.Typer(help="密钥：更换、清理、重新加密。", no_args_is_help=True)
main.add_typer(audit, name="audit")
main.add_typer(keys, name="keys")
console = Console()
SANDBOX = Path("var/sandbox")


class KeyUse(StrEnum):
    """What a key is for."""

    ACCESS = "access"
    EVIDENCE = "evidence"
    SEALING = "sealing"


Which = Annotated[str, typer.Argument(help="A code of the catalogue, or a file.")]


@main.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    workers: Annotated[int | None, typer.Option(help="Web workers.")] = None,
    sandbox: Annotated[
        bool, typer.Option("--sandbox", help="For client engineers: a cycle at every stage.")
    ] = False,
) -> None:
    """Run the service, with a database of its own unless DATABASE_URL names one."""
    given = {"host": host, "port": port, "workers": workers}
    settings = configured(**{name: value for name, value in given.items() if value is not None})
    if sandbox:
        raise typer.Exit(_sandbox(settings))
    try:
        serving.serve(settings)
    except serving.REFUSALS as refused:
        console.print(str(refused), style="red", soft_wrap=True)
        raise typer.Exit(1) from refused


@main.command()
def work(
    parent: Annotated[int | None, typer.Option(hidden=True, help="End with this process.")] = None,
) -> None:
    """Seal the log, deliver mail, do what was put off: beside the web workers, or alone."""
    settings = configured()
    try:
        if settings.database_url is None:
            console.print("请设置 DATABASE_URL。没有它时，serve 会自行运行 work。", style="red")
            raise typer.Exit(1)
        working.run(settings, parent=parent)
    except MailServerWrong as wrong:
        console.print(f"邮件服务器的设置有误：{wrong}", style="red")
        raise typer.Exit(1) from wrong
    except KeyFileWrong as refused:
        console.print(str(refused), style="red")
        raise typer.Exit(1) from refused


@main.command()
def migrate() -> None:
    """Bring the database named by DATABASE_OWNER_URL or DATABASE_URL to the newest schema."""
    settings = configured()
    address = settings.database_owner_url or settings.database_url
    if address is None:
        console.print("请设置 DATABASE_OWNER_URL 或 DATABASE_URL。", style="red")
        raise typer.Exit(1)
    serving.migrate(address)


@main.command()
def bootstrap() -> None:
    """Print the one-time token with which the first security administrator makes an account."""
    print(serving.bootstrap(configured()))


@main.command()
def backup(
    file: Annotated[Path, typer.Argument(help="The new file; one that exists is not replaced.")],
    keys: Annotated[
        bool | None,
        typer.Option(help="Keep the keys too; unless said, only with an embedded database."),
    ] = None,
) -> None:
    """Keep database, files and keys in one file, while the service runs; exit 1 if one is lost."""
    with _refusing(), Progress(console=console, transient=True) as bar:
        step = bar.add_task("备份", total=None)
        kept = back_up(
            configured(),
            file,
            keys=keys,
            progress=lambda what, done, total: bar.update(
                step, description=what, completed=done, total=total
            ),
        )
    print(f"备份完成：{file}（{file.stat().st_size:,} 字节，附件 {kept.files} 个）")
    _tell_elsewhere(kept)
    print(f"清单的 SHA-256（请另行保存，可核对备份是否被替换）：{kept.digest}")
    if kept.keys:
        print("备份中有密钥：谁得到它，就能读出加密的个人信息。请像密钥一样保管。")
    else:
        print("备份中没有密钥：请另行备份密钥目录，没有它，加密的个人信息无法读出。")
    _tell_missing(kept.missing)
    raise typer.Exit(1 if kept.missing else 0)


@main.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file that `backup` has written.")],
    folder: Annotated[Path, typer.Option(help="A new folder, or an empty one.")],
    keys: Annotated[
        Path | None, typer.Option(help="The folder of keys, where the backup has none.")
    ] = None,
) -> None:
    """Bring a backup back into a new folder, and check its logs; exit 1 if anything is wrong."""
    with _refusing(), Progress(console=console, transient=True) as bar:
        step = bar.add_task("恢复", total=None)
        back = bring_back(
            configured(),
            file,
            folder,
            keys=keys,
            progress=lambda what, done, total: bar.update(
                step, description=what, completed=done, total=total
            ),
        )
    _tell(back, folder)
    raise typer.Exit(0 if back.sound else 1)


def _tell_elsewhere(kept: Manifest) -> None:
    if kept.elsewhere:
        print(f"附件留在存储桶 {kept.elsewhere}，备份时已逐个核对，但不在备份中；")
        print("请由存储桶自身的版本或复制功能另行备份。")


def _tell(back: Restored, folder: Path) -> None:
    kept = back.manifest
    print(f"已恢复到 {folder}：附件 {kept.files} 个，日志 {len(kept.logs)} 份。")
    _tell_elsewhere(kept)
    print(f"备份时间 {kept.taken_at.isoformat()}（服务 {kept.version}）；此后的内容不在其中。")
    if back.migrated_to != kept.revision:
        print(f"数据库结构已由 {kept.revision} 升级到 {back.migrated_to}。")
    for digest in back.lost:
        console.print(f"附件 {digest} 不在现在的存储中，或内容不同。", style="red", soft_wrap=True)
    for found in back.findings:
        print(f"{found.code}  日志 {found.log}  {found.sentence}")
    for log in back.differing:
        print(f"日志 {log} 与清单不符。")
    if not (back.findings or back.differing):
        print("日志与备份时一致，没有发现改动。")
    _tell_missing(kept.missing)


def _tell_missing(digests: Sequence[str]) -> None:
    for digest in digests:
        console.print(
            f"附件 {digest} 在备份时已丢失或损坏，不在备份中。", style="red", soft_wrap=True
        )


@contextmanager
def _refusing() -> Iterator[None]:
    """A refusal is a sentence and exit 1."""
    try:
        yield
    except (KeepingRefused, KeyFileWrong, *serving.REFUSALS) as refused:
        console.print(str(refused), style="red", soft_wrap=True)
        raise typer.Exit(1) from refused


@main.command()
def invariants() -> None:
    """Look for what can never be in a sound database; exit 1 with its name when it is found."""
    found = checking.check_invariants(configured())
    for one in found:
        print(f"{one.name}  {one.row}")
    print(f"{len(found)} 处不成立。" if found else "全部成立。")
    raise typer.Exit(1 if found else 0)


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
    regulating.tell("binhu-2023")
    with serving.rehearsal_server(Path("var/demo"), port) as url:
        result = rehearsing.run(url, "binhu-2023", 12, 9, 7, None)
        if result == 0 and stay:
            console.print(f"\n服务已启动：[bold]{url}/docs[/bold]  （Ctrl-C 结束）")
            _until_interrupted()
    raise typer.Exit(result)


@keys.command()
def rotate(
    which: Annotated[KeyUse | None, typer.Argument(help="Without it, both that sign.")] = None,
) -> None:
    """Let the next key sign, or seal; running workers take it up by themselves."""
    if which is KeyUse.SEALING:
        with _refusing():
            print(f"{which}: {add_sealing_key(_key_folder(which))}")
        print("请备份密钥目录，然后执行 quality-award keys reseal，把已有的数据改用新密钥加密。")
        return
    for use in (KeyUse.ACCESS, KeyUse.EVIDENCE) if which is None else [which]:
        print(f"{use}: {key_files.rotate(_key_folder(use), wall_clock)}")


@keys.command()
def reseal() -> None:
    """Seal stored personal data anew under the newest sealing key; exit 1 if any cannot be read."""
    with _refusing(), Progress(console=console, transient=True) as bar:
        step = bar.add_task("重新加密", total=None)
        found = seal_anew(
            configured(), lambda done, total: bar.update(step, completed=done, total=total)
        )
    print(f"已用最新的密钥重新加密 {found.anew} 项。")
    for place in found.unreadable:
        console.print(f"没有密钥能读出：{place}", style="red", soft_wrap=True)
    raise typer.Exit(1 if found.unreadable else 0)


@keys.command()
def drop() -> None:
    """Remove retired keys of access tokens under which no token counts any more."""
    for name in key_files.drop_unused(_key_folder(KeyUse.ACCESS), wall_clock):
        print(name)


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
            configured(), kept, lambda done, total: bar.update(task, completed=done, total=total)
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


def configured(**given: Any) -> Settings:
    """The settings of the environment. Where one is wrong or weak, it is told; nothing starts."""
    try:
        return Settings(**given)
    except ValidationError as wrong:
        for one in wrong.errors():
            place = ".".join(str(part) for part in one["loc"])
            console.print(f"设置有误：{place} {one['msg']}", style="red", soft_wrap=True)
        raise typer.Exit(1) from wrong


def _key_folder(use: KeyUse) -> Path:
    folder = configured().folder / "keys"
    return access_folder(folder) if use is KeyUse.ACCESS else folder


def _sandbox(settings: Settings) -> int:
    """A rehearsal service with a cycle at every stage; never over a database of a real award."""
    folder = settings.folder if "folder" in settings.model_fields_set else SANDBOX
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        with serving.rehearsal_server(folder, settings.port) as url:
            result = furnishing.run(url, "binhu-2023", folder, console)
            if result == 0:
                console.print(f"\n沙箱已启动：[bold]{url}/docs[/bold]  （Ctrl-C 结束）")
                _until_interrupted()
            return result
    except serving.NotStartedError as failed:
        console.print(f"沙箱没有启动：{failed}", style="red", markup=False)
        return 1


def _until_interrupted() -> None:
    with suppress(KeyboardInterrupt):
        Event().wait()
    console.print("服务结束。")


if __name__ == "__main__":
    main()
