"""An MCP server over streamable HTTP and TLS, made with the SDK: an upstream for agents.

usage: mcp_server.py ADDRESS PORT NAME CERTIFICATE KEY

NAME is the host by which agents know it. Prints `ready`, and then each request: its method, path and Authorization.
"""

import asyncio
import sys

import uvicorn
from mcp.server.mcpserver import MCPServer
from mcp.server.transport_security import TransportSecuritySettings

address, port, name, certificate, key = sys.argv[1:]
server = MCPServer("reports")


@server.tool()
def figures() -> str:
    """The figures of the quarter."""
    return "quarterly figures"


def recorded(app):
    """The same application, which says first what it is asked."""

    async def record(scope, receive, send):
        if scope["type"] == "http":
            fields = {field.decode(): value.decode() for field, value in scope["headers"]}
            print(scope["method"], scope["path"], fields.get("authorization", "none"), flush=True)
        await app(scope, receive, send)

    return record


class Told(uvicorn.Server):
    """Says when it serves."""

    async def startup(self, sockets=None):
        await super().startup(sockets)
        print("ready", flush=True)


app = server.streamable_http_app(
    transport_security=TransportSecuritySettings(allowed_hosts=[f"{name}:{port}"])
)
config = uvicorn.Config(
    recorded(app),
    host=address,
    port=int(port),
    ssl_certfile=certificate,
    ssl_keyfile=key,
    log_level="warning",
)
asyncio.run(Told(config).serve())
