"""Follows server-sent events with requests and prints each line as it arrives.

usage: events.py URL
"""

import sys

import requests

with requests.get(sys.argv[1], headers={"Accept": "text/event-stream"}, stream=True, timeout=60) as answer:
    answer.raise_for_status()
    for line in answer.iter_lines(chunk_size=None, decode_unicode=True):
        print(line, flush=True)
