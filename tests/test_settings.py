"""Settings that are weak, and keys that cannot be trusted, stop the real command at once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import main
from app.platform.security.keys import KeyChain
from app.platform.security.sealing_keys import sealer
from app.settings import Profile, Settings
from tests.conftest import FOLDER

OPEN = {"QUALITY_AWARD_HOST": "0.0.0.0"}  # noqa: S104  what is tested
TLS = {"QUALITY_AWARD_BEHIND_TLS": "true"}
WEAK = {
    "cheap passwords": ({"QUALITY_AWARD_CHEAP_PASSWORDS": "true"}, "cheap_passwords"),
    "open host in the clear": (OPEN, "明文"),
    "TLS without proxies": (OPEN | TLS, "trusted_proxies"),
    "the whole world as proxy": (
        OPEN | TLS | {"QUALITY_AWARD_TRUSTED_PROXIES": "10.0.0.1,0.0.0.0/0"},
        "整个网络",
    ),
    "proxy that is no network": (
        TLS | {"QUALITY_AWARD_TRUSTED_PROXIES": "the-proxy"},
        "trusted_proxies",
    ),
    "any origin": ({"QUALITY_AWARD_CORS_ORIGINS": "*"}, "cors_origins"),
    "rehearsal for the world": (
        OPEN | {"QUALITY_AWARD_PROFILE": "rehearsal"},
        "loopback",
    ),
    "unknown profile": ({"QUALITY_AWARD_PROFILE": "party"}, "profile"),
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The service's folder, with nothing else in the environment."""
    for name in os.environ:
        if name.startswith(("DATABASE", "QUALITY_AWARD_")) and name != FOLDER:
            monkeypatch.delenv(name)
    monkeypatch.setenv("QUALITY_AWARD_FOLDER", str(tmp_path / "award"))
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path / "award"


def served() -> tuple[int, str]:
    """How `serve` ends and what it says, in this process."""
    said = CliRunner().invoke(main, ["serve"])
    assert isinstance(said.exception, SystemExit), said.exception
    return said.exit_code, said.output


@pytest.mark.parametrize("name", WEAK)
def test_weak_settings_stop_the_service_before_it_makes_anything(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    given, word = WEAK[name]
    for variable, value in given.items():
        monkeypatch.setenv(variable, value)
    code, said = served()
    assert code == 1
    assert "设置有误" in said
    assert word in said
    assert not folder.exists()


def test_password_of_the_mail_server_is_not_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUALITY_AWARD_SMTP_URL", "smtp://me:canary-71c@mail.example")
    code, said = served()
    assert code == 1
    assert "canary" not in said
    assert not folder.exists()


@pytest.mark.parametrize("file", ["0001.pem", "access/0001.pem", "personal.key"])
@pytest.mark.parametrize("fault", ["open", "broken"])
def test_keys_that_cannot_be_trusted_stop_the_service(folder: Path, file: str, fault: str) -> None:
    KeyChain.of(folder / "keys")
    sealer(folder / "keys" / "personal.key")
    if fault == "open":
        (folder / "keys" / file).chmod(0o644)
    else:
        (folder / "keys" / file).write_bytes(b"half a k")
    code, said = served()
    assert code == 1
    assert Path(file).name in said.replace("\n", "")
    assert ("chmod 600" if fault == "open" else "备份") in said.replace("\n", " ")
    assert [path.name for path in folder.iterdir()] == ["keys"], "no database was begun"


def test_command_itself_ends_with_a_sentence_and_no_trace(folder: Path) -> None:
    weak = os.environ | {"QUALITY_AWARD_CHEAP_PASSWORDS": "true"}
    said = subprocess.run(
        [sys.executable, "-m", "app.cli", "serve"],
        env=weak,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert said.returncode == 1
    assert said.stdout.startswith("设置有误")
    assert said.stderr == ""
    assert not folder.exists()


def test_lists_of_the_environment_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUALITY_AWARD_TRUSTED_PROXIES", "10.0.0.1, fd00::/8")
    monkeypatch.setenv("QUALITY_AWARD_CORS_ORIGINS", "https://a.example,http://localhost:5173")
    monkeypatch.setenv("QUALITY_AWARD_BEHIND_TLS", "true")
    settings = Settings(profile=Profile.OFFICE, host="0.0.0.0")  # noqa: S104  what is tested
    assert [str(network) for network in settings.trusted_proxies] == ["10.0.0.1/32", "fd00::/8"]
    assert settings.cors_origins == ("https://a.example", "http://localhost:5173")


def test_plain_settings_are_fit_for_production() -> None:
    settings = Settings(profile=Profile.OFFICE)
    assert not settings.cheap_passwords
    assert settings.cors_origins == settings.trusted_proxies == ()
    assert settings.public_rate == 60
