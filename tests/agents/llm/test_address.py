"""What CLEW_MODEL may say, and which numeric addresses may be asked."""

from __future__ import annotations

import pytest

from agents.llm.address import Address, allowed, inside, read


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("http://vllm:8000/v1#clew", Address("vllm", 8000, False, "/v1", "clew")),
        ("https://models.example/v1/#Qwen/Qwen3-8B", Address("models.example", 443, True, "/v1", "Qwen/Qwen3-8B")),
        ("http://[::1]:8000/v1#a%20b", Address("::1", 8000, False, "/v1", "a b")),
        ("http://10.0.0.7/openai/v1#m", Address("10.0.0.7", 80, False, "/openai/v1", "m")),
    ],
)
def test_an_address_is_taken_apart(text, address):
    assert read(text) == address


def test_an_address_can_be_written_again():
    assert str(read("http://[::1]:8000/v1#clew")) == "http://[::1]:8000/v1#clew"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("vllm:8000", "expected http://HOST"),
        ("ftp://vllm/v1#m", "expected http://HOST"),
        ("http://vllm:port/v1#m", "expected http://HOST"),
        ("http:///v1#m", "expected http://HOST"),
        (" http://vllm/v1#m", "expected http://HOST"),
        ("http://vllm/v1#m\n", "expected http://HOST"),
        ("http://vllm:8000/v1", "names no model"),
        ("http://vllm:8000#m", "ends at the host"),
        ("http://vllm:8000/v1/chat/completions#m", "one operation"),
        ("http://vllm:8000/v1?hunter2#m", "question mark"),
        ("http://me:hunter2@vllm:8000/v1#m", "CLEW_MODEL_KEY"),
    ],
)
def test_what_is_wrong_is_said_without_repeating_it(text, said):
    with pytest.raises(ValueError, match=said) as caught:
        read(text)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "number",
    ["127.0.0.1", "127.8.8.8", "::1", "10.1.2.3", "172.16.0.1", "172.31.255.1", "192.168.0.9", "fd12:3456::1",
     "::ffff:10.0.0.1", "64:ff9b::a00:1"],
)  # fmt: skip
def test_this_machine_and_private_networks_are_inside(number):
    assert inside(number) and allowed(number, public=False)


@pytest.mark.parametrize(
    "number", ["8.8.8.8", "172.32.0.1", "2001:4860:4860::8888", "::ffff:8.8.8.8", "2002:808:808::1"]
)
def test_what_everybody_can_reach_is_asked_only_if_the_operator_says_so(number):
    assert not allowed(number, public=False)
    assert allowed(number, public=True)


@pytest.mark.parametrize(
    "number",
    ["169.254.169.254", "169.254.1.1", "fe80::1", "fe80::1%eth0", "fd00:ec2::254", "fd20:ce::254", "100.100.100.200",
     "192.0.0.192", "168.63.129.16", "0.0.0.0", "::",  # noqa: S104
     "224.0.0.1", "ff02::1", "255.255.255.255", "100.64.0.1",
     "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "198.18.0.1", "192.0.2.1"],
)  # fmt: skip
def test_a_clouds_own_addresses_and_what_is_no_single_machine_are_never_asked(number):
    assert not allowed(number, public=False)
    assert not allowed(number, public=True)
