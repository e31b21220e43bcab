"""The browser's example of the portal guide runs, in node: broken off, it goes on where it was."""

import json
import re
import subprocess
from pathlib import Path
from shutil import which
from typing import Any

import pytest

from tests.docs.test_guides import BLOCK, GUIDES, logins, played
from tests.platform.uploads.sending import pdf

TYPESCRIPT = re.compile(r"^```typescript\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TYPE = r"(?:string|any|File|Progress|HeadersInit|BodyInit \| null|Promise<\w+>)"
STRICT = ("npx", "tsc", "--noEmit", "--strict", "--target", "es2022", "--module", "esnext")
STORY = """
const bytes = (await import("node:fs")).readFileSync(PLACE);
const file = new File([bytes], "自评报告.PDF", { type: "" }); // a type no browser knew
const seen = [];
try {
  await upload(APPLICATION, "自评报告", file, (received) => {
    seen.push(received);
    throw new Error("the connection is gone");
  });
} catch (gone) {}
const done = await upload(APPLICATION, "自评报告", file, (received) => seen.push(received));
console.log(JSON.stringify({ seen, state: done.state, received: done.received }));
"""


def erased(code: str) -> str:
    """Without its types: older versions of node do not erase them themselves."""
    code = re.sub(r"^type .*;\n", "", code, flags=re.MULTILINE)
    return re.sub(rf"(?<=[\w)]): {TYPE}(?=[,)]| \{{$)", "", code, flags=re.MULTILINE)


@pytest.mark.long
@pytest.mark.skipif(which("node") is None, reason="node is not installed")
def test_browser_goes_on_where_it_was_broken_off(rehearsal_url: str, tmp_path: Path) -> None:
    text = (GUIDES / "portal.md").read_text(encoding="utf-8")
    intake = played(rehearsal_url, "intake", 5)
    names: dict[str, Any] = {
        "BASE": f"{rehearsal_url}/api/v1",
        "CYCLE": intake.cycle,
        "CLERK": logins(intake, "评审办工作人员")[0],
        "PASSWORD": intake.sign_ins[0].password,
    }
    for block in BLOCK.finditer(text[: text.index("## 5. ")]):
        exec(compile(block.group(1), "portal.md", "exec"), names)  # noqa: S102  our own guide
    for left_open in (names["api"], names["clerk"]):
        left_open.close()  # a guide leaves closing to its reader
    content = pdf(9_000_000)
    (tmp_path / "file.pdf").write_bytes(content)
    [example] = TYPESCRIPT.findall(text)
    given = {
        "BASE": names["BASE"],
        "TOKEN": names["api"].headers["Authorization"].removeprefix("Bearer "),
        "APPLICATION": names["draft"]["id"],
        "PLACE": str(tmp_path / "file.pdf"),
    }
    constants = "".join(f"const {name} = {json.dumps(value)};\n" for name, value in given.items())
    script = tmp_path / "example.mjs"
    script.write_text(constants + erased(example) + STORY, encoding="utf-8")
    ran = subprocess.run(["node", script], capture_output=True, check=False, timeout=60)  # noqa: S607  the system's
    assert ran.returncode == 0, ran.stderr.decode()
    said = json.loads(ran.stdout)
    part = 4 * 1024 * 1024
    assert said == {
        "seen": [part, 2 * part, len(content)],
        "state": "stored",
        "received": len(content),
    }


@pytest.mark.long
@pytest.mark.skipif(which("npm") is None, reason="npm is not installed")
def test_browsers_example_is_typed_strictly(tmp_path: Path) -> None:
    [example] = TYPESCRIPT.findall((GUIDES / "portal.md").read_text(encoding="utf-8"))
    given = "".join(f"declare const {name}: string;\n" for name in ("BASE", "TOKEN"))
    (tmp_path / "example.ts").write_text(given + example + "\nexport {};\n", encoding="utf-8")
    for command in (
        ["npm", "install", "--no-save", "--no-audit", "--no-fund", "typescript@5"],
        [*STRICT, "--lib", "es2022,dom,dom.iterable", "example.ts"],
    ):
        ran = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False, timeout=120)
        assert ran.returncode == 0, (ran.stdout + ran.stderr).decode()
