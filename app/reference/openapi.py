"""What does the description of the API tell beyond the shapes? Which words, and which states."""

from collections.abc import Iterator
from typing import Any

from app.catalogue.loader import code_list
from app.platform.http.openapi import METHODS
from app.reference.examples import examples
from app.reference.lifecycles import moves
from app.reference.problems import reasons

OUTCOMES = "outcome-reasons"
TELL_AN_OUTCOME = ("EntryView", "ProgressView", "RankedView")

CHAPTERS = {
    "reference": "参考 · words, limits, codes and calendar that every client needs",
    "sign-in": "登录 · tokens, sessions, portals that vouch for their people",
    "accounts": "账号 · registration, invitations, passwords, roles",
    "organisations": "单位 · organisations by their credit code",
    "mandates": "授权 · who speaks for an organisation: claims, agents, hand-over",
    "notifications": "消息 · everybody's inbox, and what the office tells whom in which words",
    "uploads": "上传 · files that are named elsewhere by their id",
    "jobs": "进度 · work that takes long",
    "programmes": "奖项 · regulations (管理办法), programmes, cycles (届), timetables",
    "calls": "启动通知 · the call and its downloads",
    "applications": "申报 · the form, sections, files, the sealed copy, submission and receipt",
    "stages": "环节 · stages and what stands in them",
    "endorsement": "推荐 · routing, recommendation letters, the body's desk",
    "screening": "资格审查 · grounds, departments, cures (补正), decisions",
    "survey": "满意度 · results of surveys",
    "judging": "评审 · experts, panels, assignments, dossiers",
    "scoring": "评分 · scoresheets, disagreements, scorebooks",
    "ranking": "排序 · composites and ranks",
    "deliberation": "审议 · motions, minutes, votes of the committee",
    "publicity": "公示 · notices, objections, rulings",
    "granting": "授奖 · approvals, awards, certificates, bonuses",
    "documents": "公文 · letters and other documents of the office, and their templates",
    "desk": "待办 · what waits for whoever asks",
    "records": "记录 · honours, bars, incidents, and their import",
    "events": "动态 · a feed for systems that cannot be called",
    "evidence": "凭证 · what proves a receipt",
    "operation": "运维 · whether the service is alive and well",
    "rehearsal": "彩排 · a clock that can be moved, in rehearsals only",
}
"""The chapters of the documentation, in the order of the award's year."""


def enrich(document: dict[str, Any]) -> None:
    """The chapters in order and in words, moves and reasons as enums, and an example for every
    state of the main things.
    """
    there = {tag for operation in _operations(document) for tag in operation.get("tags", ())}
    document["tags"] = [
        {"name": name, "description": words} for name, words in CHAPTERS.items() if name in there
    ]
    schemas = document["components"]["schemas"]
    action = schemas["Action"]["properties"]
    action["move"]["enum"] = moves()
    action["reasons"]["items"]["enum"] = reasons()
    outcomes = [item.code for item in code_list(OUTCOMES).items]
    for name in TELL_AN_OUTCOME:
        for branch in schemas[name]["properties"]["reason"]["anyOf"]:
            if branch["type"] == "string":
                branch["enum"] = outcomes
    shown = examples()
    for operation in _operations(document):
        for state, value in shown.get(operation["operationId"], {}).items():
            content = operation["responses"]["200"]["content"]["application/json"]
            content.setdefault("examples", {})[state] = {"summary": state, "value": value}


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in document["paths"].values():
        yield from (operation for method, operation in path.items() if method in METHODS)
