"""Which addresses are not those of public sites.

The blocks are IANA's special-purpose registries for IPv4 and IPv6 as of 2026 (RFC 6890 and its
successors), with the multicast blocks. They are data of ours because each version of Python knows
other ones. Left out are blocks that only carry an IPv4 address, which is looked at itself.
"""

from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
)

Ip = IPv4Address | IPv6Address

IPV4 = (
    "0.0.0.0/8",  # this network
    "10.0.0.0/8",  # private use
    "100.64.0.0/10",  # shared address space
    "127.0.0.0/8",  # loopback
    "169.254.0.0/16",  # link local
    "172.16.0.0/12",  # private use
    "192.0.0.0/24",  # IETF protocol assignments
    "192.0.2.0/24",  # documentation
    "192.31.196.0/24",  # AS112
    "192.52.193.0/24",  # AMT
    "192.88.99.0/24",  # 6to4 relay, deprecated
    "192.168.0.0/16",  # private use
    "192.175.48.0/24",  # AS112, direct delegation
    "198.18.0.0/15",  # benchmarking
    "198.51.100.0/24",  # documentation
    "203.0.113.0/24",  # documentation
    "224.0.0.0/4",  # multicast
    "240.0.0.0/4",  # reserved, with the limited broadcast
)

GLOBAL_UNICAST = "2000::/3"
"""All else in IPv6 is special, or given to nobody yet."""

IPV6 = (
    "2001::/23",  # IETF protocol assignments: Teredo, benchmarking, ORCHID, DRIP and others
    "2001:db8::/32",  # documentation
    "2002::/16",  # 6to4
    "2620:4f:8000::/48",  # AS112, direct delegation
    "3fff::/20",  # documentation
)

_MAPPED = IPv6Network("::ffff:0:0/96")
_NAT64 = IPv6Network("64:ff9b::/96")
_SPECIAL_4 = tuple(map(IPv4Network, IPV4))
_SPECIAL_6 = tuple(map(IPv6Network, IPV6))
_UNICAST = IPv6Network(GLOBAL_UNICAST)


def is_public(told: str) -> bool:
    """Whether an address is one of a public site; an IPv4 address carried in IPv6 decides."""
    try:
        ip = ip_address(told.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, IPv6Address) and (ip in _MAPPED or ip in _NAT64):
        ip = IPv4Address(int(ip) & 0xFFFFFFFF)
    if isinstance(ip, IPv4Address):
        return not any(ip in block for block in _SPECIAL_4)
    return ip in _UNICAST and not any(ip in block for block in _SPECIAL_6)
