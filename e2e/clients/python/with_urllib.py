"""Python's own urllib.request, with its defaults (agent.py says what it does)."""

import platform
import urllib.error
import urllib.request

import agent


class Urllib:
    version = platform.python_version()

    def send(self, method, url, headers):
        return facts(urllib.request.Request(url, method=method, headers=headers))

    def upload(self, url, body):
        return facts(urllib.request.Request(url, data=body))

    def follow(self, url):
        with urllib.request.urlopen(url, timeout=60) as answer:
            for line in answer:
                yield line.decode()


def facts(request):
    try:
        answer = urllib.request.urlopen(request, timeout=60)
    except urllib.error.HTTPError as refused:
        answer = refused  # an answer like another, for it has a status, headers and a body
    with answer:
        return answer.status, answer.headers, answer.read().decode()


agent.run(Urllib())
