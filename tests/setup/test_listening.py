from __future__ import annotations

import os
import socket

import pytest

from diagnosis_app.operations.listening import CannotListen, listen


@pytest.fixture
def busy():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        yield taken.getsockname()[1]


def test_a_port_that_must_be_that_one_is_refused_in_one_line_when_it_is_busy(busy):
    with pytest.raises(CannotListen, match=rf"^Port {busy} is in use. Choose another, for example: ./run --port"):
        listen("127.0.0.1", busy, exactly=True)


def test_otherwise_the_next_free_one_is_taken(busy):
    with listen("127.0.0.1", busy, exactly=False) as listener:
        assert busy < listener.getsockname()[1] < busy + 50


def test_an_address_of_another_machine_is_named():
    with pytest.raises(CannotListen, match=r"192\.0\.2\.1 is not an address of this machine"):
        listen("192.0.2.1", 0, exactly=True)


def test_a_name_that_means_nothing_is_named():
    with pytest.raises(CannotListen, match=r"nowhere\.invalid is not an address"):
        listen("nowhere.invalid", 0, exactly=True)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may listen anywhere")
def test_a_privileged_port_says_what_to_do():
    with pytest.raises(CannotListen, match="Choose one above 1023"):
        listen("127.0.0.1", 80, exactly=True)
