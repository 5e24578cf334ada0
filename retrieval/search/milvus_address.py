"""Where Milvus may be: a file of milvus-lite, or a server inside the house.

What is sent there are vectors, also those of questions, and from a vector something of its text
can be guessed. So a server has to be on this machine or in a private network, unless the operator
says otherwise. Plain Python: settings read addresses with this module.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

PORT = 19530  # Milvus's own
LITE = ".db"  # what pymilvus takes for a file of milvus-lite
FORM = "http://HOST:19530/DATABASE, https://USER:PASSWORD@HOST/DATABASE or the path of a file that ends in .db"
_DATABASE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}\Z")


@dataclass(frozen=True, slots=True)
class Address:
    """A file of milvus-lite (`file`) or a server; `token` is a secret."""

    file: Path | None = None
    host: str = ""
    port: int = PORT
    secure: bool = False
    database: str = ""
    token: str = field(default="", repr=False)

    @property
    def uri(self) -> str:
        if self.file is not None:
            return str(self.file)
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.secure else 'http'}://{host}:{self.port}"

    def __str__(self) -> str:
        """For messages and logs: never the token."""
        return self.uri + (f"/{self.database}" if self.database else "")


def read(text: str) -> Address:
    """The address that a setting means; ValueError says what is wrong with it and repeats nothing of it."""
    if not text.isprintable() or text != text.strip():
        raise ValueError(f"expected {FORM}")
    if "://" not in text:
        if not text.endswith(LITE) or text.startswith("unix:"):
            raise ValueError(f"expected {FORM}")
        return Address(file=Path(text).expanduser().resolve())
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise ValueError(f"expected {FORM}") from None
    database = parts.path.strip("/")
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError(f"expected {FORM}")
    if "global-cluster" in parts.hostname:  # the client would ask there which other hosts to go to
        raise ValueError("an address that hands out other addresses is not used")
    if database and not _DATABASE.match(database):
        raise ValueError("a database's name is letters, digits and underscores")
    secure = parts.scheme == "https"
    token = ":".join(unquote(part) for part in (parts.username, parts.password) if part)
    return Address(None, parts.hostname, port or (443 if secure else PORT), secure, database, token)


def is_inside(address: Address) -> bool:
    """Whether all that the host's name stands for is this machine or a private network. OSError: no such name."""
    if address.file is not None:
        return True
    found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    return all(_is_private(str(one[4][0])) for one in found)


def _is_private(number: str) -> bool:
    address = ipaddress.ip_address(number.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return address.is_private and not address.is_unspecified
