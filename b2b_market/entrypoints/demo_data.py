"""Filling an empty database with demo data, through operations, and saying who can sign in."""

import json
from typing import TextIO

from b2b_market.entrypoints.modules import handlers_by_topic, load_manifests
from b2b_market.entrypoints.relay import Relay
from b2b_market.infra.runtime import Runtime
from b2b_market.infra.settings import Settings

SIGN_INS = "demo-sign-ins.json"


def fill(out: TextIO) -> None:
    """Run every module's demo steps in order, deliver what they announced, and print the sign-ins to ``out``.

    Each step looks first whether it has been done, so a fill that was killed can be run again.
    """
    settings = Settings()
    runtime = Runtime.open(settings)
    manifests = load_manifests()
    relay = Relay(runtime, handlers_by_topic(manifests))
    steps = sorted((step for manifest in manifests for step in manifest.demo), key=lambda step: step.order)
    for step in steps:
        step.run(runtime)
        relay.drain()
    runtime.close()
    known = settings.data_dir / SIGN_INS
    if known.is_file():
        _print(json.loads(known.read_text("utf-8")), out)


def _print(sign_ins: dict[str, object], out: TextIO) -> None:
    people = sign_ins["people"]
    if not isinstance(people, list):
        return
    out.write("Demo sign-ins (demo data only; the password was made for this installation):\n")
    out.writelines(
        f"  {person['email']:<32} {', '.join(person['roles']):<20} {person['company']}\n" for person in people
    )
    out.write(f"  password: {sign_ins['password']}\n")
