"""The MCP SDK over streamable HTTP, with its defaults (kit.py says what it does)."""

import asyncio
import importlib.metadata

import mcp

import kit


class Mcp:
    version = importlib.metadata.version("mcp")

    def ask(self, url):
        return asyncio.run(call(url))

    def forbidden(self, url):
        return asyncio.run(call(url.replace("/mcp", "/admin")))


async def call(url):
    async with mcp.Client(url) as client:
        answer = await client.call_tool("figures", {})
        return answer.content[0].text


kit.run(Mcp())
