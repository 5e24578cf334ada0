"""The one address that may be asked, as the operator wrote it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from corpus_ingest.literature.errors import BadAddress, Off
from corpus_ingest.pinned import is_this_machine

WHO_OPENS = "An operator opens the door: CLEW_LITERATURE, see docs/settings.md."
_EXAMPLE = "Write the base of the E-utilities, such as https://HOST/entrez/eutils."


@dataclass(frozen=True, slots=True)
class Address:
    scheme: str
    host: str
    port: int
    path: str  # of the folder, without a slash at its end

    @property
    def shown(self) -> str:
        usual = {"https": 443, "http": 80}[self.scheme]
        return self.host if self.port == usual else f"{self.host}:{self.port}"

    @property
    def here(self) -> bool:
        """This machine itself: a mirror, or a test."""
        return is_this_machine(self.host)


def read_address(written: str) -> Address:
    """https to anywhere; http to this machine alone. `Off` where nothing is written."""
    if not written.strip():
        raise Off("The search for papers is switched off: nothing leaves this house.", hint=WHO_OPENS)
    try:
        parts = urlsplit(written.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise BadAddress("CLEW_LITERATURE is no address.", hint=_EXAMPLE) from None
    odd = parts.username is not None or parts.query or parts.fragment or not written.isprintable() or " " in written
    if not host or odd or parts.scheme not in {"https", "http"} or not host.isascii():
        raise BadAddress("CLEW_LITERATURE is no address of a folder.", hint=_EXAMPLE)
    address = Address(parts.scheme, host, port or {"https": 443, "http": 80}[parts.scheme], parts.path.rstrip("/"))
    if address.scheme == "http" and not address.here:
        raise BadAddress("CLEW_LITERATURE asks another machine without encryption.", hint="Write https.")
    return address
