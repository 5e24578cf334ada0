"""The files of a form, streamed to the disk within a bound, for the rooms that take more than a form usually brings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import TemporaryUploadedFile
from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler
from django.http import HttpRequest

PIECE = 64 * 1024  # bytes


class ToDisk(TemporaryFileUploadHandler):
    """More than `most` bytes together stop the reading."""

    def __init__(self, request: HttpRequest, most: int) -> None:
        super().__init__(request)
        self.most, self.taken, self.stopped = most, 0, False

    def receive_data_chunk(self, raw_data: bytes, start: int) -> Any:
        self.taken += len(raw_data)
        if self.taken > self.most:
            self.stopped = True
            raise StopUpload(connection_reset=False)
        return super().receive_data_chunk(raw_data, start)

    def file_complete(self, file_size: int) -> Any:
        """None is kept open: a form may bring a thousand. It lies on the disk until the request ends."""
        done: Any = super().file_complete(file_size)
        done.file.file.close()  # below the wrapper, whose own closing removes it
        return done


def arrived(request: HttpRequest, name: str) -> list[TemporaryUploadedFile] | None:
    """The files of one field; None where the reading was stopped: what came before is not all."""
    found = [one for one in request.FILES.getlist(name) if isinstance(one, TemporaryUploadedFile)]
    return None if any(isinstance(one, ToDisk) and one.stopped for one in request.upload_handlers) else found


def path_of(file: TemporaryUploadedFile) -> Path:
    """Where it lies until the request ends."""
    return Path(file.temporary_file_path())


def pieces_of(file: TemporaryUploadedFile) -> Iterator[bytes]:
    with path_of(file).open("rb") as opened:
        while piece := opened.read(PIECE):
            yield piece
