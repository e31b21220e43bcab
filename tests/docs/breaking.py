"""What in a description of the API would break a client written for an older one?

docs/api-versions.md says it in words; here it is a function.
"""

from collections.abc import Iterator
from typing import Any

Tree = dict[str, Any]
SHAPE = ("type", "format", "const")


def breaks(old: Tree, new: Tree) -> list[str]:
    """Everything that a client of `old` could trip over in `new`."""
    return list(_Pair(old, new).operations())


class _Pair:
    """Two descriptions, walked side by side."""

    def __init__(self, old: Tree, new: Tree) -> None:
        self.old, self.new = old, new

    def operations(self) -> Iterator[str]:
        for path, methods in self.old["paths"].items():
            for method, before in methods.items():
                where = f"{method.upper()} {path}"
                after = self.new["paths"].get(path, {}).get(method)
                if after is None:
                    yield f"{where}: gone"
                    continue
                if before["operationId"] != after["operationId"]:
                    yield f"{where}: operationId changed"
                yield from self._parameters(where, before, after)
                yield from self._body(where, before, after)
                yield from self._answers(where, before, after)

    def _parameters(self, where: str, before: Tree, after: Tree) -> Iterator[str]:
        olds = {(p["in"], p["name"].lower()): p for p in before.get("parameters", [])}
        news = {(p["in"], p["name"].lower()): p for p in after.get("parameters", [])}
        for key in olds.keys() - news.keys():
            yield f"{where}: parameter {key[1]} gone"
        for key, new in news.items():
            if new.get("required") and not olds.get(key, {}).get("required"):
                yield f"{where}: parameter {key[1]} now required"
            if key in olds:
                at = f"{where}: parameter {key[1]}"
                yield from self._schema(at, olds[key]["schema"], new["schema"], asked=True)

    def _body(self, where: str, before: Tree, after: Tree) -> Iterator[str]:
        old, new = before.get("requestBody"), after.get("requestBody")
        if old is None and new is not None and new.get("required"):
            yield f"{where}: a body is now required"
        for kind, content in (old or {}).get("content", {}).items():
            other = (new or {}).get("content", {}).get(kind)
            if other is None:
                yield f"{where}: {kind} no longer taken"
            elif "schema" in content:
                yield from self._schema(where, content["schema"], other["schema"], asked=True)

    def _answers(self, where: str, before: Tree, after: Tree) -> Iterator[str]:
        for status, answer in before["responses"].items():
            if status >= "300":
                continue
            other = after["responses"].get(status)
            if other is None:
                yield f"{where}: no longer answers {status}"
                continue
            for kind, content in answer.get("content", {}).items():
                if kind not in other.get("content", {}):
                    yield f"{where}: no longer answers {kind}"
                elif "schema" in content:
                    new = other["content"][kind]["schema"]
                    yield from self._schema(where, content["schema"], new, asked=False)

    def _schema(
        self, where: str, old: Tree, new: Tree, *, asked: bool, seen: frozenset[str] = frozenset()
    ) -> Iterator[str]:
        """`asked`: the client writes it; else the client reads it."""
        name = str(old.get("$ref", ""))
        if name and name in seen:
            return
        seen |= {name} if name else set()
        old, new = _resolved(self.old, old), _resolved(self.new, new)
        if asked and "anyOf" in new and "anyOf" not in old:
            # What was written before may be one of several now.
            tried = (self._schema(where, old, one, asked=True, seen=seen) for one in new["anyOf"])
            yield from min(map(list, tried), key=len)
        else:
            yield from self._same(where, old, new, asked=asked, seen=seen)

    def _same(
        self, where: str, old: Tree, new: Tree, *, asked: bool, seen: frozenset[str]
    ) -> Iterator[str]:
        for key in SHAPE:
            if old.get(key) != new.get(key):
                yield f"{where}: {key} {old.get(key)} → {new.get(key)}"
        gone = set(old.get("enum", [])) - set(new.get("enum", old.get("enum", [])))
        if asked and gone:
            yield f"{where}: no longer takes {sorted(gone)}"
        yield from _required(where, old, new, asked=asked)
        for field, before in old.get("properties", {}).items():
            after = new.get("properties", {}).get(field)
            if after is None:
                yield f"{where}/{field}: gone"
            else:
                at = f"{where}/{field}"
                yield from self._schema(at, before, after, asked=asked, seen=seen)
        if "items" in old and "items" in new:
            before, after = old["items"], new["items"]
            yield from self._schema(f"{where}[]", before, after, asked=asked, seen=seen)
        branches, others = old.get("anyOf", []), new.get("anyOf", [])
        if len(branches) != len(others):
            yield f"{where}: {len(branches)} → {len(others)} alternatives"
        for before, after in zip(branches, others, strict=False):
            yield from self._schema(where, before, after, asked=asked, seen=seen)


def _required(where: str, old: Tree, new: Tree, *, asked: bool) -> Iterator[str]:
    before, after = set(old.get("required", [])), set(new.get("required", []))
    if asked and after - before:
        yield f"{where}: now required {sorted(after - before)}"
    if not asked and (before - after) & set(new.get("properties", {})):
        yield f"{where}: no longer always there {sorted(before - after)}"


def _resolved(document: Tree, schema: Tree) -> Tree:
    found = schema
    while "$ref" in found:
        found = document["components"]["schemas"][found["$ref"].rsplit("/", 1)[-1]]
    return found
