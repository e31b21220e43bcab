"""How is a route found among many? Only the chapters whose words the address has are searched."""

from collections.abc import Iterable

from fastapi import APIRouter
from starlette.routing import Match

from app.platform.http.arrival import Scope


class Chapter(APIRouter):
    """A router under a prefix. It is passed over where no address of its own can be meant."""

    def __init__(self, prefix: str, router: APIRouter) -> None:
        super().__init__(prefix=prefix)
        self.include_router(router)
        paths: Iterable[str] = (getattr(route, "path", "") for route in router.routes)
        self._heads = frozenset(path.partition("{")[0].rstrip("/") for path in paths)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        path = scope["path"]
        if any(head in path for head in self._heads):
            return super().matches(scope)
        return Match.NONE, {}
