"""The command line about forms; a form of one's own, written from the guide alone."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.catalogue.loader import form_codes, form_text
from app.cli import main
from tests.conftest import ROOT

# What an office would write that has read docs/forms.md and nothing else.
OWN = """
schema: award-form/1
code: linghu-2026
name: 菱湖街道质量奖申报表
edition: "1"
source: 评审细则附件二
sections:
  - key: organisation
    name: 单位
    fields:
      - {key: registered_on, name: 成立日期, kind: date, required: true, by_cut_off: true}
      - {key: employees, name: 职工人数, kind: whole, unit: 人, required: true, at_least: 1}
      - {key: industry, name: 所属行业, kind: code, list: industries, version: 2017-1, required: true}
      - {key: exporter, name: 有无出口, kind: yes_no, required: true}
      - {key: export, name: 出口额, kind: money, unit: wan_yuan, required_if: [{field: exporter, equals: true}]}
  - key: contact
    name: 联系
    fields:
      - {key: contact_name, name: 联系人, kind: line, required: true, at_most: 20}
      - {key: mobile, name: 手机, kind: phone, required: true}
      - key: deputies
        name: 代表
        kind: list
        at_most: 3
        columns:
          - {key: name, name: 姓名, kind: line, required: true}
          - {key: number, name: 身份证号, kind: identity_number}
  - key: figures
    name: 三年指标
    fields:
      - key: figures
        name: 三年指标
        kind: years
        since: registered_on
        rows:
          - {key: revenue, name: 营业收入, kind: money, unit: wan_yuan, required: true}
          - {key: research, name: 研发投入, kind: money, unit: wan_yuan}
checks:
  - {key: research, kind: compare, field: figures.research, way: at_most, other: figures.revenue}
"""  # noqa: E501  as offices write


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["forms", *words])


def written(folder: Path, text: str) -> str:
    file = folder / "own.yaml"
    file.write_text(text, encoding="utf-8")
    return str(file)


def test_the_list_has_every_form_with_its_edition_and_size() -> None:
    told = run("list")
    lines = {line.split()[0]: line for line in told.stdout.splitlines()}
    assert (told.exit_code, set(lines)) == (0, set(form_codes()))
    assert "第3版" in lines["application-2023"]


@pytest.mark.parametrize("code", form_codes())
def test_a_form_of_the_catalogue_is_sound_and_told_whole(code: str) -> None:
    assert run("check", code).stdout.startswith("没有发现问题")
    told = run("explain", code)
    assert told.exit_code == 0
    assert set(re.findall(r"key: ([a-z_]+), name", form_text(code))) <= set(
        re.findall(r"（([a-z_]+)）", told.stdout)
    )


def test_a_form_written_from_the_guide_is_sound_and_told_in_sentences(tmp_path: Path) -> None:
    file = written(tmp_path, OWN)
    assert run("check", file).exit_code == 0
    told = run("explain", file).stdout
    assert "手机（mobile）：电话号码，加密保存，必填。" in told
    assert "“有无出口”为是时必填" in told
    assert "校验：“研发投入”不大于“营业收入”。" in told


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("required: true, at_most: 20", "required: true, most: 20", "unknown_field"),
        ("kind: phone", "kind: telephone", "unknown_kind"),
        ("version: 2017-1", "version: 2026-1", "unknown_list"),
        ("since: registered_on", "since: founded_on", "unknown_field"),
        ("field: exporter, equals", "field: mobile, equals", "private_answer"),
        ("contact_name, name: 联系人, kind: line", "contact_name, name: 联系人, kind: prose",
         "kind_unfit"),
        ('edition: "1"\n', "", "missing"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_line_and_mend(
    tmp_path: Path, old: str, new: str, code: str
) -> None:
    assert old in OWN
    file = written(tmp_path, OWN.replace(old, new))
    told = run("check", file, "--json")
    assert told.exit_code == 1
    (fault,) = json.loads(told.stdout)["faults"]
    assert (fault["code"], bool(fault["mend"])) == (code, True)
    changed = OWN.splitlines().index(next(line for line in OWN.splitlines() if old.strip() in line))
    assert code == "missing" or abs(fault["line"] - changed - 1) <= 1
    plain = run("check", file)
    assert f"{fault['line']}:{fault['column']}  {fault['path'] or '/'}  {code}" in plain.stdout
    refused = run("explain", file)
    assert refused.exit_code == 1
    assert fault["zh"] in refused.stderr


def test_a_file_that_is_not_there_is_said_so() -> None:
    told = run("check", str(ROOT / "no-such-form.yaml"))
    assert (told.exit_code, "读不到申报表" in told.stderr) == (1, True)


def test_the_schema_of_a_form_file_is_told() -> None:
    told = json.loads(run("schema").stdout)
    assert set(told["required"]) >= {"schema", "code", "sections"}
