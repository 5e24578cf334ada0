"""Where a reasoning model may be: the reading of one setting, and the judgement of one numeric address.

What is sent to a model describes a patient. So it stays on this machine or in a private network, unless the operator
says otherwise, and never goes to a cloud's own address, which hands out keys. Plain Python, asks nobody.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

FORM = "http://HOST:8000/v1#MODEL: the base address of an OpenAI-compatible server, then its name for the model"
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_Number = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Address:
    """A server and the model that is meant there. It holds no secret."""

    host: str
    port: int
    secure: bool
    path: str  # of the base, without a slash at its end
    model: str

    @property
    def base(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.secure else 'http'}://{host}:{self.port}{self.path}"

    def __str__(self) -> str:
        return f"{self.base}#{self.model}"


def read(text: str) -> Address:
    """The address that a setting means; ValueError says what is wrong with it and repeats nothing of it."""
    if not text.isprintable() or text != text.strip() or " " in text:
        raise ValueError(f"expected {FORM}")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise ValueError(f"expected {FORM}") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(f"expected {FORM}")
    if parts.username is not None or parts.password is not None:
        raise ValueError("a key does not belong into the address; it is CLEW_MODEL_KEY")
    if parts.query:
        raise ValueError("an address with a question mark is not used")
    path = parts.path.rstrip("/")
    if path.endswith("/chat/completions"):
        raise ValueError("it names one operation; the base address ends before /chat/completions")
    if not path:
        raise ValueError("it ends at the host; the base address of vLLM and most servers ends in /v1")
    model = unquote(parts.fragment)
    if not model or not model.isprintable():
        raise ValueError("it names no model; write the server's name for it behind #")
    secure = parts.scheme == "https"
    return Address(parts.hostname, port or (443 if secure else 80), secure, path, model)


def _networks(*texts: str) -> tuple[_Network, ...]:
    return tuple(ipaddress.ip_network(text) for text in texts)


# RFC 1918, RFC 4193, and the loopback of RFC 1122 and RFC 4291. `is_private` would also allow ranges for documentation
# and measurement, and whatever a later Python adds.
_INSIDE = _networks("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7")
# Where clouds answer a machine's questions about itself, with its keys: outside link-local (RFC 3927), which is
# refused as a whole. AWS and GCP over IPv6, Alibaba, Oracle, Azure's wire server.
_OF_THE_CLOUD = frozenset(
    map(
        ipaddress.ip_address,
        ("fd00:ec2::254", "fd20:ce::254", "100.100.100.200", "192.0.0.192", "168.63.129.16"),
    )
)
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052


def inside(number: str) -> bool:
    """Whether it is this machine or a private network."""
    where = _meant(number)
    return where not in _OF_THE_CLOUD and any(where in network for network in _INSIDE)


def allowed(number: str, *, public: bool) -> bool:
    """Whether it may be asked. `public` adds what anybody can reach; nothing adds a cloud's own addresses."""
    where = _meant(number)
    return inside(number) or (public and where.is_global and not where.is_multicast and where not in _OF_THE_CLOUD)


def _meant(number: str) -> _Number:
    """The IPv4 address that an IPv6 one stands for, where it stands for one: judged by what it is."""
    where = ipaddress.ip_address(number.partition("%")[0])
    if isinstance(where, ipaddress.IPv4Address):
        return where
    if where in _NAT64:
        return ipaddress.IPv4Address(int(where) & 0xFFFFFFFF)
    return where.ipv4_mapped or where.sixtofour or where
