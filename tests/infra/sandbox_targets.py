"""Functions that the sandbox tests run in a child."""

import os
import signal
import socket
import sys
import time
from pathlib import Path

from b2b_market.kernel.refusal import Kind, Refusal


class Spoilt(Refusal):
    kind, code = Kind.INVALID, "spoilt"
    title = "Spoilt"


def echo(data: bytes, args: object) -> object:
    return {"size": len(data), "first": data[:3].decode("latin-1"), "args": args}


def refuse(_data: bytes, args: object) -> object:
    raise Spoilt(row="7", args=args)


def crash(_data: bytes, _args: object) -> object:
    raise KeyError("secret of the file")


def spin(_data: bytes, _args: object) -> object:
    while True:
        pass


def sleep(_data: bytes, _args: object) -> object:
    time.sleep(60)
    return None


def swell(_data: bytes, _args: object) -> object:
    return len(bytearray(1 << 30))


def flood(_data: bytes, _args: object) -> object:
    return "x" * (1 << 20)


def die(_data: bytes, args: object) -> object:
    os.kill(os.getpid(), signal.Signals[str(args)])
    return None


def chatter(_data: bytes, _args: object) -> object:
    print("noise on standard output")  # noqa: T201 - what a careless library does
    sys.stderr.write("e" * 300_000)
    return "quiet answer"


def not_json(_data: bytes, _args: object) -> object:
    return {1, 2}


def environment(_data: bytes, _args: object) -> object:
    return sorted(os.environ)


def write_file(_data: bytes, args: object) -> object:
    Path(str(args)).write_text("left behind", encoding="utf-8")
    return None


def connect(_data: bytes, args: object) -> object:
    with socket.create_connection(("127.0.0.1", int(str(args)))):
        return None


def start_process(_data: bytes, args: object) -> object:
    return os.system(f"touch {args}")  # noqa: S605 - the very thing the child must not be able to do


def parent(_data: bytes, _args: object) -> object:
    return os.getppid()


def surrogates(_data: bytes, _args: object) -> object:
    return "\ud800 螺栓"
