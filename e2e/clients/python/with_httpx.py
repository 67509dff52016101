"""The client httpx, with its defaults (agent.py says what it does)."""

import httpx

import agent


class Httpx:
    version = httpx.__version__

    def send(self, method, url, headers):
        return facts(httpx.request(method, url, headers=headers, timeout=60))

    def upload(self, url, body):
        return facts(httpx.post(url, content=body, timeout=60))

    def follow(self, url):
        with httpx.stream("GET", url, timeout=60) as answer:
            answer.raise_for_status()
            yield from answer.iter_lines()


def facts(answer):
    return answer.status_code, answer.headers, answer.text


agent.run(Httpx())
