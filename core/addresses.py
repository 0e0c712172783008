"""Which machines we may connect to on behalf of a user: public ones. What is judged is the address, never the name.

A name can mean one thing when it is looked at and another when it is used, so whoever connects takes exactly the
addresses that were judged here.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Lookup = Callable[[str, int], Awaitable[Sequence[str]]]
"""Name and port to addresses; raises OSError where there are none."""

# Python 3.11 calls these global, and each leads to an IPv4 address that is hidden inside
_TRANSLATED = (
    ip_network("64:ff9b::/96"),
    ip_network("64:ff9b:1::/48"),
    ip_network("2002::/16"),
    ip_network("2001::/32"),
)
_NEVER: tuple[IPv4Network | IPv6Network, ...] = (
    ip_network("100.64.0.0/10"),
    ip_network("192.0.0.0/24"),
    ip_network("192.88.99.0/24"),
    ip_network("198.18.0.0/15"),
    ip_network("fec0::/10"),
    ip_network("::/96"),
)


class NoSuchHost(OSError):  # noqa: N818 -- an error is named as the sentence that it is
    """The name leads to no address."""


class BlockedAddress(OSError):  # noqa: N818
    """The name leads to a machine that is not public."""


@dataclass(frozen=True, slots=True)
class Target:
    """An address that has been judged, and the name that it was found by."""

    host: str
    address: str
    port: int

    @property
    def family(self) -> socket.AddressFamily:
        return socket.AF_INET6 if ":" in self.address else socket.AF_INET


def is_public(address: str) -> bool:
    """Whether this address, written as numbers, is on the open internet; False of what is no address."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    if any(ip in network for network in (*_TRANSLATED, *_NEVER) if network.version == ip.version):
        return False
    return _is_global(ip)


def _is_global(ip: IPv4Address | IPv6Address) -> bool:
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


async def look_up(host: str, port: int) -> Sequence[str]:
    """As the operating system does it, so also `127.1` and `0x7f000001` come out as what they are."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


async def resolve(host: str, port: int, *, allow_private: bool, lookup: Lookup = look_up) -> list[Target]:
    """All addresses of a name. One that is not public is enough to refuse it: which of them is used is up to chance."""
    try:
        addresses = await lookup(host, port)
    except (OSError, UnicodeError) as error:
        raise NoSuchHost(f"“{host}” was not found.") from error
    if not addresses:
        raise NoSuchHost(f"“{host}” was not found.")
    if not allow_private and not all(map(is_public, addresses)):
        raise BlockedAddress(f"“{host}” is not on the public internet.")
    return [Target(host, address, port) for address in addresses]


async def connect(targets: Sequence[Target], *, timeout: float) -> socket.socket:
    """A connected socket to the first address that answers; raises the last OSError, or TimeoutError."""
    failure: OSError = OSError("no address")
    for target in targets:
        try:
            return await _connect_one(target, timeout / len(targets))
        except OSError as error:  # TimeoutError is one
            failure = error
    raise failure


async def _connect_one(target: Target, timeout: float) -> socket.socket:
    connection = socket.socket(target.family, socket.SOCK_STREAM)
    connection.setblocking(False)
    try:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        async with asyncio.timeout(timeout):
            await asyncio.get_running_loop().sock_connect(connection, (target.address, target.port))
    except BaseException:
        connection.close()
        raise
    return connection
