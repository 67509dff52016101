"""The Anthropic SDK, with its defaults but for the address (kit.py says what it does); the key comes from the environment."""

import anthropic

import kit

QUESTION = {
    "model": "small",
    "max_tokens": 100,
    "messages": [{"role": "user", "content": "What is in the report?"}],
}


class Anthropic:
    version = anthropic.__version__

    def ask(self, url):
        return client(url).messages.create(**QUESTION).content[0].text

    def forbidden(self, url):
        return client(url).models.list()

    def stream(self, url):
        with client(url).messages.stream(**QUESTION) as stream:
            yield from stream.text_stream


def client(url):
    return anthropic.Anthropic(base_url=url)


kit.run(Anthropic())
