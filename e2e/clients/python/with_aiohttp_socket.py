"""The WebSockets of aiohttp; it reads the variables only where a session says trust_env.

usage: as with_websockets.py

It looks for a proxy by the scheme of the URL, and nobody sets WSS_PROXY: so it is given https:// for wss://, which it
takes for the same.
"""

import asyncio
import sys

import aiohttp


async def talk(url, count, size):
    async with aiohttp.ClientSession(trust_env=True) as session, session.ws_connect("http" + url.removeprefix("ws")) as socket:
        came = 0
        for turn in range(count):
            await socket.send_str(f"m{turn}")
            came += await socket.receive_str() == f"m{turn}"
        await socket.send_bytes(b"x" * size)
        print(came, len(await socket.receive_bytes()))


async def listen(url):
    async with aiohttp.ClientSession(trust_env=True) as session, session.ws_connect("http" + url.removeprefix("ws")) as socket:
        print("open", flush=True)
        while (message := await socket.receive()).type not in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED):
            print(message.data, flush=True)
        print("closed", message.data, message.extra, flush=True)


try:
    match sys.argv[1:]:
        case ["talk", url, count, size]:
            asyncio.run(talk(url, int(count), int(size)))
        case ["listen", url]:
            asyncio.run(listen(url))
        case _:
            sys.exit(__doc__)
except Exception as error:  # whatever the client calls it
    sys.exit(f"{type(error).__name__}: {error}")
