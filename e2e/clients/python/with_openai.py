"""The OpenAI SDK, with its defaults but for the address (kit.py says what it does); the key comes from the environment."""

import openai

import kit

QUESTION = {"model": "small", "messages": [{"role": "user", "content": "What is in the report?"}]}


class OpenAi:
    version = openai.__version__

    def ask(self, url):
        return client(url).chat.completions.create(**QUESTION).choices[0].message.content

    def forbidden(self, url):
        return client(url).models.list()

    def stream(self, url):
        for chunk in client(url).chat.completions.create(**QUESTION, stream=True):
            yield chunk.choices[0].delta.content

    def upload(self, url, body):
        return client(url).files.create(file=body, purpose="assistants").bytes


def client(url):
    return openai.OpenAI(base_url=url)


kit.run(OpenAi())
