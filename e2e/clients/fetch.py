"""One request of an ordinary client: requests, its defaults, and nothing else.

usage: fetch.py METHOD URL [NAME:VALUE...] [< body]

Prints one line of JSON: status, headers, body. Exit code 1 and the error's text when there was no answer.
"""

import json
import sys

import requests

method, url = sys.argv[1:3]
headers = dict(field.split(":", 1) for field in sys.argv[3:])
body = sys.stdin.buffer.read() or None
try:
    answer = requests.request(method, url, headers=headers, data=body, timeout=60)
except requests.RequestException as error:
    sys.exit(f"{type(error).__name__}: {error}")
print(json.dumps({"status": answer.status_code, "headers": dict(answer.headers), "body": answer.text}))
