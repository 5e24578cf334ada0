"""One web process: serves the ASGI application on a socket that the supervisor opened.

No access log: addresses of pages carry what people look for.
"""

from __future__ import annotations

import argparse
import socket

import uvicorn

DRAIN = 3  # seconds that open streams (a run's events) get when the process is asked to end


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fd", type=int, required=True, help="file descriptor of the listening socket")
    listener = socket.socket(fileno=parser.parse_args().fd)
    config = uvicorn.Config(
        "diagnosis_app.asgi:application",
        access_log=False,
        log_config=None,  # the settings' own: a stack trace of uvicorn's would repeat what an error says
        server_header=False,
        lifespan="off",
        timeout_graceful_shutdown=DRAIN,
    )
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
