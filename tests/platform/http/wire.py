"""The application behind a real socket, and requests written byte by byte."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import uvicorn
from fastapi import FastAPI

from app.serving import free_port


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def code(self) -> str:
        return str(json.loads(self.body)["code"])


@asynccontextmanager
async def listening(app: FastAPI) -> AsyncIterator[int]:
    """Serve the application as `serve` would, without its lifespan; gives the port."""
    port = free_port()
    config = uvicorn.Config(
        app, port=port, http="httptools", lifespan="off", log_config=None, proxy_headers=False
    )
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve(sockets=[config.bind_socket()]))
    while not server.started:  # noqa: ASYNC110  no event tells of it
        await asyncio.sleep(0.01)
    yield port
    server.should_exit = True
    server.force_exit = True
    await running


def head(method: str, path: str, *lines: str) -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: award.test", *lines, "", ""]).encode()


async def answer(reader: asyncio.StreamReader) -> Answer:
    """The next answer on the connection."""
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Answer(int(first.split()[1]), headers, body)
