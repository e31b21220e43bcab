"""How is the documentation shown? With scripts of our own server only, and no other page's."""

import re
from base64 import b64encode
from hashlib import sha256

from fastapi import APIRouter
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.responses import HTMLResponse

STATIC = "/static-offline-docs"
INLINE = re.compile(rb"<script>(.*?)</script>", re.DOTALL)


def docs(title: str) -> APIRouter:
    """The route of the documentation; its one inline script is allowed by its digest."""
    shown = get_swagger_ui_html(
        openapi_url="/openapi.json",
        title=title,
        swagger_js_url=f"{STATIC}/swagger-ui-bundle.js",
        swagger_css_url=f"{STATIC}/swagger-ui.css",
        swagger_favicon_url=f"{STATIC}/favicon.png",
    ).body
    page = bytes(shown)
    policy = _policy(page)
    routes = APIRouter(include_in_schema=False)

    @routes.get("/docs")
    async def documentation() -> HTMLResponse:
        return HTMLResponse(page, headers={"Content-Security-Policy": policy})

    return routes


def _policy(page: bytes) -> str:
    digests = (b64encode(sha256(script).digest()).decode() for script in INLINE.findall(page))
    scripts = " ".join(f"'sha256-{digest}'" for digest in digests)
    return (
        f"default-src 'none'; script-src 'self' {scripts}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )
