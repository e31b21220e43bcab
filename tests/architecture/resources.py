"""Every Resource that a module of the service defines."""

from functools import cache
from importlib import import_module

from app.platform.security.permission import Resource
from tests.architecture.sources import sources


@cache
def resources() -> dict[str, Resource]:
    """`module.NAME` → Resource, of every module that makes one."""
    modules = [
        path.removesuffix(".py").replace("/", ".")
        for path, (text, _) in sources().items()
        if "Resource(" in text
    ]
    return {
        f"{module}.{attribute}": value
        for module in modules
        for attribute, value in vars(import_module(module)).items()
        if isinstance(value, Resource)
    }
