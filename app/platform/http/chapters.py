"""How is a route found among many? Only the chapters whose words the address has are searched."""

from fastapi import APIRouter
from starlette.routing import Match
from starlette.types import Scope

UNROUTED = "-"


class Chapter(APIRouter):
    """A router under a prefix. It is passed over where none of its addresses can be meant."""

    def __init__(self, prefix: str, router: APIRouter) -> None:
        super().__init__(prefix=prefix)
        self.include_router(router)
        paths = [str(getattr(route, "path", "")) for route in router.routes]
        self._heads = frozenset(path.partition("{")[0].rstrip("/") for path in paths)

    def may_hold(self, path: str) -> bool:
        """Whether the path has the words that one of its addresses begins with."""
        return any(head in path for head in self._heads)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        return super().matches(scope) if self.may_hold(scope["path"]) else (Match.NONE, {})


def route_of(scope: Scope) -> str:
    """The template of the path that was asked for: it holds nothing that the caller wrote."""
    fitting = scope.get("fastapi", {}).get("effective_route_context") or scope.get("route")
    return getattr(fitting, "path", UNROUTED)
