"""The client aiohttp (agent.py says what it does); it reads the variables only where a session says trust_env."""

import asyncio

import aiohttp

import agent


class Aiohttp:
    version = aiohttp.__version__

    def send(self, method, url, headers):
        return asyncio.run(facts(method, url, headers=headers))

    def upload(self, url, body):
        return asyncio.run(facts("POST", url, data=body))

    def follow(self, url):
        with asyncio.Runner() as runner:
            lines = events(url)
            while (line := runner.run(following(lines))) is not None:
                yield line


async def facts(method, url, **rest):
    async with aiohttp.ClientSession(trust_env=True) as session, session.request(method, url, **rest) as answer:
        return answer.status, answer.headers, await answer.text()


async def events(url):
    async with aiohttp.ClientSession(trust_env=True, raise_for_status=True) as session, session.get(url) as answer:
        async for line in answer.content:
            yield line.decode()


async def following(lines):
    return await anext(lines, None)


agent.run(Aiohttp())
