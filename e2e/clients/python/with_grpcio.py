"""The client grpcio, with its defaults: the proxy and the authorities are what its variables say.

usage: with_grpcio.py ask HOST:PORT METHOD MESSAGE     one unary call; prints the answer
       with_grpcio.py talk HOST:PORT METHOD COUNT      one call, a message and its answer COUNT times; prints the last
       with_grpcio.py version                          prints the client's version

Messages are bytes. A call that ends with another status than OK prints its code and its message; exit code 0.
"""

import queue
import sys

import grpc

SECONDS = 60


def ask(channel, method, message):
    return channel.unary_unary(method)(message.encode(), timeout=SECONDS).decode()


def talk(channel, method, count):
    said = queue.SimpleQueue()
    answers = channel.stream_stream(method)(iter(said.get, None), timeout=SECONDS)
    answer = b""
    for turn in range(int(count)):
        said.put(f"m{turn}".encode())
        answer = next(answers)
    said.put(None)
    for _ in answers:
        sys.exit("more answers than messages")
    return answer.decode()


def main():
    match sys.argv[1:]:
        case ["version"]:
            print(grpc.__version__)
        case [("ask" | "talk") as what, target, method, told]:
            with grpc.secure_channel(target, grpc.ssl_channel_credentials()) as channel:
                try:
                    print("OK", (ask if what == "ask" else talk)(channel, method, told))
                except grpc.RpcError as error:
                    print(error.code().name, error.details())
        case _:
            sys.exit(__doc__)


main()
