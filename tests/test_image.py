"""The Dockerfile and compose.yaml, without a Docker engine: what they name exists, and runs."""

import os
import re
import shlex
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from app.platform.db import embedded
from app.platform.db.premises import binaries
from app.serving import free_port
from app.settings import Settings

ROOT = Path(__file__).parents[1]
NOBODY = 65534
OWN = ("DATABASE_URL", "DATABASE_OWNER_URL")


def steps() -> list[tuple[str, str]]:
    """(instruction, what it says) of the Dockerfile, lines joined."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line.strip() for line in text.splitlines()]
    found = [line.split(maxsplit=1) for line in lines if line and not line.startswith("#")]
    return [(name, " ".join(said.split())) for name, said in found]


def final() -> list[tuple[str, str]]:
    """The steps of the last stage: what the image is."""
    made = steps()
    last = max(n for n, (name, _) in enumerate(made) if name == "FROM")
    return made[last:]


def environment(made: list[tuple[str, str]]) -> dict[str, str]:
    pairs = [pair for name, said in made if name == "ENV" for pair in shlex.split(said)]
    return dict(pair.split("=", 1) for pair in pairs)


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    return found


def known(names: Iterator[str] | list[str]) -> set[str]:
    """Of these names those that no setting has."""
    ours = {f"QUALITY_AWARD_{name.upper()}" for name in Settings.model_fields} | set(OWN)
    return {name for name in names if name.startswith(("QUALITY", "DATABASE"))} - ours


def test_image_copies_what_there_is() -> None:
    copied = [
        part
        for name, said in steps()
        if name == "COPY" and not said.startswith("--from")
        for part in said.split()[:-1]
    ]
    assert "app" in copied
    assert [part for part in copied if not (ROOT / part).exists()] == []


def test_image_runs_as_an_ordinary_user_and_is_watched() -> None:
    made = final()
    names = [name for name, _ in made]
    assert dict(made)["USER"] not in {"root", "0"}
    assert names.index("USER") < names.index("CMD")
    assert "/healthz" in dict(made)["HEALTHCHECK"]
    assert known(list(environment(made))) == set()


def test_compose_is_a_service_a_worker_and_postgresql_18() -> None:
    found = compose()
    services = found["services"]
    assert set(services) == {"database", "service", "work"}
    assert services["database"]["image"] == "postgres:18"
    assert services["work"]["command"][-1] == "work"
    assert services["service"]["environment"]["QUALITY_AWARD_WORK"] == "false"
    assert services["service"]["depends_on"]["database"]["condition"] == "service_healthy"
    assert all(port.startswith("127.0.0.1:") for port in services["service"]["ports"])
    named = {v.split(":")[0] for s in services.values() for v in s["volumes"] if v[0] not in "./"}
    assert named == set(found["volumes"])
    for name in ("service", "work"):
        assert services[name]["cap_drop"] == ["ALL"]
        assert services[name]["volumes"] == ["award:/data"]


def test_compose_gives_settings_that_are_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QUALITY_AWARD_PROFILE", raising=False)
    for name in ("service", "work"):
        given = compose()["services"][name]["environment"]
        assert known(list(given)) == set()
        every = environment(final()) | {
            key: re.sub(r"\$\{\w+:-(\w+)\}", r"\1", value) for key, value in given.items()
        }
        with monkeypatch.context() as patch:
            for key, value in every.items():
                patch.setenv(key, value)
            settings = Settings()
        assert settings.database_url is not None
        assert "award_app" in settings.database_url
        assert settings.host == "0.0.0.0"  # noqa: S104  inside the container
        assert (name == "work") == (settings.database_owner_url is None)


def test_no_secret_stands_in_the_files() -> None:
    for service in compose()["services"].values():
        for name, value in service["environment"].items():
            if "PASSWORD" in name:
                assert value.startswith("${"), name
            if name in OWN:
                assert "${" in value.split("@")[0]


def test_roles_are_made_in_a_new_cluster(tmp_path: Path) -> None:
    cluster = embedded.start(tmp_path / "award")
    try:
        script = (ROOT / "deploy" / "roles.sql").read_text(encoding="utf-8")
        # the embedded server has these names already: the same script under others
        other = re.sub(r"\baward(_owner|_app)?\b", r"image\1", script)
        psql = [str(binaries() / "psql"), "--no-psqlrc", "--set=ON_ERROR_STOP=1"]
        where = [f"--host={cluster.run}", "--port=5432", "--username=postgres"]
        passwords = {"AWARD_OWNER_PASSWORD": "an owner's", "AWARD_APP_PASSWORD": "it's an app's"}
        done = subprocess.run(
            [*psql, *where, "--dbname=postgres"],
            input=other
            + "\nSELECT rolpassword IS NULL FROM pg_authid WHERE rolname = 'image_app';",
            env=os.environ | passwords,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert "CREATE DATABASE" in done.stdout
        assert "\n f\n" in done.stdout
    finally:
        embedded.remove(cluster)


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that an ordinary user can reach."""
    folder = Path(tempfile.mkdtemp(prefix="award-image-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def interpreter() -> str:
    """A Python that an ordinary user may run."""
    for path in ("/usr/local/bin/python3", "/usr/bin/python3"):
        if Path(path).exists():
            asked = "import sys, ensurepip; sys.exit(sys.version_info < (3, 11))"
            if (
                subprocess.run([path, "-c", asked], check=False, capture_output=True).returncode
                == 0
            ):
                return path
    pytest.skip("no Python ≥ 3.11 with ensurepip outside of a user's home")


def ordinary(place: Path) -> dict[str, Any]:
    """How a process is started as an ordinary user, with a home of its own."""
    home = place / "home"
    home.mkdir()
    if os.geteuid() != 0:
        return {"env": {"HOME": str(home), "PATH": os.environ["PATH"]}}
    os.chown(home, NOBODY, NOBODY)
    return {
        "user": NOBODY,
        "group": NOBODY,
        "extra_groups": [],
        "env": {"HOME": str(home), "PATH": "/usr/bin:/bin"},
    }


@pytest.mark.long
def test_steps_of_the_image_run_and_the_service_comes_up(place: Path) -> None:
    """`RUN` of the build, the copies, then `CMD` under `ENV` as an ordinary user, over a database
    that is not the service's own."""
    python = interpreter()
    for name, said in steps():
        if name == "COPY" and not said.startswith("--from"):
            *parts, target = said.split()
            for part in parts:
                source, goal = ROOT / part, place / (part if target == "./" else target)
                shutil.copytree(source, goal) if source.is_dir() else shutil.copy(source, goal)
        elif name == "RUN" and "pip install" in said:
            command = re.sub(r"^python ", f"{python} ", said)
            subprocess.run(["/bin/sh", "-ec", command], cwd=place, check=True)
    someone = ordinary(place)
    bin_ = place / ".venv" / "bin"
    home = Path(someone["env"]["HOME"])
    start = "from pathlib import Path; from app.platform.db import embedded; import sys\n"
    own = start + "c = embedded.start(Path(sys.argv[1])); print(c.url_app); print(c.url_owner)"
    end = start + "embedded.remove(embedded.start(Path(sys.argv[1])))"
    cluster = [str(bin_ / "python"), "-c"]
    folder = str(home / "cluster")
    # a file, not a pipe: the server it leaves running would hold a pipe open
    with (place / "urls").open("w") as urls:
        subprocess.run([*cluster, own, folder], cwd=place, stdout=urls, check=True, **someone)
    app_url, owner_url = (place / "urls").read_text().split()
    port = free_port()
    settings = environment(final()) | {
        "QUALITY_AWARD_FOLDER": str(home / "data"),
        "QUALITY_AWARD_HOST": "127.0.0.1",  # no proxy here
        "QUALITY_AWARD_PORT": str(port),
        "DATABASE_URL": app_url,
        "DATABASE_OWNER_URL": owner_url,
    }
    settings["PATH"] = f"{bin_}:{someone['env']['PATH']}"
    command = [str(bin_ / "python"), *yaml.safe_load(dict(final())["CMD"])[1:]]
    (home / "data").mkdir(mode=0o700)
    if "user" in someone:
        os.chown(home / "data", NOBODY, NOBODY)
    env = someone.pop("env") | settings
    server = subprocess.Popen(command, cwd=place, env=env, **someone)
    try:
        assert _ready(server, f"http://127.0.0.1:{port}") == {"status": "ready", "warnings": []}
        server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=30) == 0
    finally:
        server.kill()
        server.wait()
        subprocess.run([*cluster, end, folder], cwd=place, check=True, env=env, **someone)


def _ready(server: subprocess.Popen[bytes], url: str) -> Any:
    for _ in range(600):
        assert server.poll() is None, "the service has ended"
        try:
            answer = httpx.get(f"{url}/readyz", trust_env=False)
            if answer.is_success:
                return answer.json()
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    pytest.fail("the service is not ready")
