"""What every program here does that speaks to one kind of service by the service's own library.

usage: with_KIT.py ask URL           asks the service at URL and prints the answer
       with_KIT.py forbidden URL     asks it for what an agent is not to have
       with_KIT.py stream URL        prints each piece of an answer as it comes, as `data: PIECE`
       with_KIT.py upload URL FILE   sends a file
       with_KIT.py version           prints the library's version

Exit code 1 and the error's text when it is refused.
"""

import sys


def run(kit):
    """Does what the command line says with a kit that has these methods, or some, and a version."""
    try:
        match sys.argv[1:]:
            case ["ask", url]:
                print(kit.ask(url))
            case ["forbidden", url]:
                print(kit.forbidden(url))
            case ["stream", url]:
                for piece in kit.stream(url):
                    print("data:", piece, flush=True)
            case ["upload", url, file]:
                with open(file, "rb") as body:
                    print(kit.upload(url, body))
            case ["version"]:
                print(kit.version)
            case _:
                sys.exit(__doc__)
    except Exception as error:  # whatever the library calls it
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        sys.exit(f"{type(error).__name__}: {error}")
