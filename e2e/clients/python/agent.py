"""What every program here does with its client.

usage: with_CLIENT.py send METHOD URL [NAME:VALUE...]   one request
       with_CLIENT.py upload URL FILE                   POSTs a file, never whole in memory
       with_CLIENT.py follow URL                        prints each line of the answer as it comes
       with_CLIENT.py version                           prints the client's version

`send` and `upload` print one line of JSON: status, headers, body. Exit code 1 and the error's text when there was no
answer, or not the whole of it.
"""

import json
import sys


def run(client):
    """Does what the command line says with a client that has these methods and a version."""
    try:
        match sys.argv[1:]:
            case ["send", method, url, *fields]:
                answer(*client.send(method, url, dict(field.split(":", 1) for field in fields)))
            case ["upload", url, file]:
                with open(file, "rb") as body:
                    answer(*client.upload(url, body))
            case ["follow", url]:
                for line in client.follow(url):
                    print(line.rstrip("\r\n"), flush=True)
            case ["version"]:
                print(client.version)
            case _:
                sys.exit(__doc__)
    except Exception as error:  # whatever the client calls it
        sys.exit(f"{type(error).__name__}: {error}")


def answer(status, headers, body):
    print(json.dumps({"status": status, "headers": dict(headers), "body": body}))
