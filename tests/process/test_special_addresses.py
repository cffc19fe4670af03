"""Only the addresses of public sites are asked."""

from ipaddress import ip_address, ip_network

import pytest

from indaba.process.outside.special_addresses import GLOBAL_UNICAST, IPV4, IPV6, is_public


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "192.0.0.1",
        "192.0.0.192",
        "192.168.0.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::10.0.0.1",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2001:0:1::1",
        "fc00::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
        "nonsense",
    ],
)
def test_what_only_some_can_reach_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "::ffff:93.184.216.34", "64:ff9b::8.8.8.8", "2606:4700::1111"]
)
def test_what_all_can_reach_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("block", [*IPV4, *IPV6])
def test_a_special_block_is_closed_from_its_first_address_to_its_last(block: str) -> None:
    network = ip_network(block)

    assert not is_public(str(network[0]))
    assert not is_public(str(network[-1]))
    assert not is_public(str(network[network.num_addresses // 2]))


@pytest.mark.parametrize("block", ["192.0.0.0/24", "198.18.0.0/15", "203.0.113.0/24", *IPV6])
def test_beside_a_special_block_the_public_begins(block: str) -> None:
    network = ip_network(block)
    beyond = ip_address(int(network[-1]) + 1)
    elsewhere = any(beyond in ip_network(other) for other in (*IPV4, *IPV6))

    assert is_public(str(beyond)) is not elsewhere


def test_ipv6_is_public_within_what_was_given_out_alone() -> None:
    unicast = ip_network(GLOBAL_UNICAST)

    assert is_public(str(unicast[0]))
    assert not is_public(str(ip_address(int(unicast[0]) - 1)))
    assert not is_public(str(ip_address(int(unicast[-1]) + 1)))
