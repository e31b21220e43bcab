"""A small sound regulation, and ways to break it."""

from importlib.resources import files
from typing import Any

import yaml

from app.rules.strict_yaml import load

BINHU = (files("app.catalogue") / "regulations" / "binhu-2023.yaml").read_text("utf-8")

SMALL = """
schema: award-regulation/1
code: small
title: 小奖管理办法
issuer: 某区人民政府
issued_on: 2024-02-29
tracks:
  - {key: firm, name: 企业, awardee: organisation, criteria: gbt-19580-2012}
  - {key: small, name: 小微企业, awardee: organisation, criteria: gbt-19580-2012}
tiers:
  - {key: gold, name: 金奖}
  - {key: silver, name: 银奖, tracks: [firm]}
quotas:
  - {at_most: 2, of: {tier: gold}}
  - {at_most: 3, of: {tier: silver}}
eligibility:
  require:
    - {key: old, name: 注册满三年, kind: years_registered, at_least: 3}
  forbid:
    - {key: accident, name: 事故, kind: incident, of: quality, within: {years: 3}}
stages:
  - {key: intake, kind: intake}
  - {key: check, kind: screening, grounds: [old], cure: {times: 1, within: {working_days: 5}}}
  - {key: paper, kind: panel, judges: {at_least: 5}, method: {trimmed_mean: {}}}
  - {key: visit, kind: panel, judges: {at_least: 3, at_most: 5}, method: consensus}
  - {key: talk, kind: panel, panel_of: visit, rubric: talk, method: mean}
  - key: total
    kind: composite
    of: [{stage: paper, share: 1/3}, {stage: visit, share: 2/3}]
    ties: [{stage: visit, category: "4.7"}, {stage: paper}]
    proposes: tiers
    floors: [{tier: gold, at_least: "600.5"}]
  - key: vote
    kind: vote
    mode: recorded
    ballot: secret
    quorum: {of: members, at_least: 2/3}
    carried: {of: present, more_than: 1/2}
  - {key: notice, kind: publicity, length: {days: 7}, objection: {real_name: true, evidence: false}}
  - {key: approval, kind: approval, body: 区政府}
  - {key: grant, kind: grant}
bonus:
  - {tier: gold, amount: "100000.00"}
bars:
  - {key: again, after: {granted: gold}, sit_out: {years: 3}, from: decision_date}
"""


def changed(pointer: str, value: object, text: str = SMALL) -> str:
    """The text with the value at the JSON pointer replaced, added, or removed (None)."""
    tree: Any = load(text)
    *steps, last = pointer.removeprefix("/").split("/")
    here = tree
    for step in steps:
        here = here[int(step)] if isinstance(here, list) else here[step]
    place = int(last) if isinstance(here, list) and last != "-" else last
    if value is None:
        del here[place]
    elif place == "-":
        here.append(value)
    else:
        here[place] = value
    return dump(tree)


def dump(tree: object) -> str:
    return yaml.safe_dump(tree, allow_unicode=True)
