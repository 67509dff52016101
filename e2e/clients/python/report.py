"""An ordinary script, as people write them: fetches two pages and says what came of it.

usage: report.py URL URL
"""

import sys

import requests

for url in sys.argv[1:]:
    answer = requests.get(url, timeout=30)
    print(answer.status_code, answer.reason, flush=True)
sys.exit(5)
