"""The installation's Ed25519 keys: they sign receipts and audit checkpoints.

A key is made on first use in ``<data_dir>/keys`` with mode 0600. Public keys stay beside it, named by their
fingerprint, so that what an old
key signed can still be checked after a rotation.
"""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from b2b_market.infra.canonical import canonical


def fingerprint(public_key: bytes) -> str:
    """Return the first 16 hex digits of SHA-256 over the raw public key: the key's id."""
    return hashlib.sha256(public_key).hexdigest()[:16]


@dataclass(frozen=True)
class Signed:
    """A signature over a canonical statement, and which key made it."""

    key_id: str
    signature: bytes


class SigningKey:
    """One private key of the installation."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        """Keep the key loaded: parsing it per signature costs more than signing."""
        self._private = private
        self.public_key = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.key_id = fingerprint(self.public_key)

    @classmethod
    def load(cls, folder: Path, purpose: str) -> "SigningKey":
        """Load the key for ``purpose`` from ``folder``, making it if there is none; two makers agree on one."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / f"{purpose}.ed25519"
        if not path.exists():
            _write_once(
                path, Ed25519PrivateKey.generate().private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
            )
        key = cls(Ed25519PrivateKey.from_private_bytes(path.read_bytes()))
        public = folder / f"{purpose}.{key.key_id}.pub"
        if not public.exists():
            public.write_text(key.public_key.hex() + "\n", encoding="ascii")
        return key

    def sign(self, statement: object) -> Signed:
        """Sign the canonical form of ``statement``."""
        return Signed(self.key_id, self._private.sign(canonical(statement)))


def verify(public_key: bytes, statement: object, signature: bytes) -> bool:
    """Tell whether ``signature`` over the canonical form of ``statement`` was made by the holder of ``public_key``."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, canonical(statement))
    except InvalidSignature:
        return False
    return True


def public_keys(folder: Path, purpose: str) -> dict[str, bytes]:
    """Return every public key ever used for ``purpose``, by key id."""
    keys = (bytes.fromhex(path.read_text(encoding="ascii").strip()) for path in sorted(folder.glob(f"{purpose}.*.pub")))
    return {fingerprint(key): key for key in keys}


def _write_once(path: Path, content: bytes) -> None:
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    try:
        os.link(fresh, path)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
