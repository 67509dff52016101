"""The client websockets, with its defaults: the proxy and the authorities are what its variables say.

usage: with_websockets.py talk URL COUNT BYTES     COUNT messages, each after the answer to the one before, then one
                                                   of BYTES; prints how many came back, and the length of the last
       with_websockets.py listen URL               prints `open`, each message as it comes, and `closed CODE REASON`

Exit code 1 and the error's text when it is not opened.
"""

import sys

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect


def talk(url, count, size):
    with connect(url) as socket:
        came = 0
        for turn in range(count):
            socket.send(f"m{turn}")
            came += socket.recv() == f"m{turn}"
        socket.send(b"x" * size)
        print(came, len(socket.recv()))


def listen(url):
    with connect(url) as socket:
        print("open", flush=True)
        try:
            while True:
                print(socket.recv(), flush=True)
        except ConnectionClosed as closed:
            print("closed", closed.rcvd.code, closed.rcvd.reason, flush=True)


try:
    match sys.argv[1:]:
        case ["talk", url, count, size]:
            talk(url, int(count), int(size))
        case ["listen", url]:
            listen(url)
        case _:
            sys.exit(__doc__)
except Exception as error:  # whatever the client calls it
    sys.exit(f"{type(error).__name__}: {error}")
