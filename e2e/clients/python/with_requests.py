"""The client requests, with its defaults (agent.py says what it does)."""

import requests

import agent


class Requests:
    version = requests.__version__

    def send(self, method, url, headers):
        return facts(requests.request(method, url, headers=headers, timeout=60))

    def upload(self, url, body):
        return facts(requests.post(url, data=body, timeout=60))

    def follow(self, url):
        with requests.get(url, stream=True, timeout=60) as answer:
            answer.raise_for_status()
            yield from answer.iter_lines(chunk_size=None, decode_unicode=True)


def facts(answer):
    return answer.status_code, answer.headers, answer.text


agent.run(Requests())
