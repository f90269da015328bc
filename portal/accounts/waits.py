"""Growing waits after wrong passwords, counted in this process and gone with it.

Counted by sign-in name and by address, in two tables, so that trying many
names cannot push a name that is under attack out of its table.
"""

from __future__ import annotations

import ipaddress
import math
import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass
class _Tries:
    count: int
    free_at: datetime
    last_at: datetime


class Waits:
    """How long each key has to wait. Bounded: the key that was quiet longest makes room for a new one."""

    def __init__(
        self,
        *,
        free: int = 5,
        first_seconds: int = 5,
        longest_seconds: int = 900,
        forget_after: timedelta = timedelta(hours=1),
        size: int = 10_000,
    ) -> None:
        """Let *free* tries pass, then wait *first_seconds*, doubled with each try up to *longest_seconds*."""
        self._free, self._first, self._longest = free, first_seconds, longest_seconds
        self._forget_after, self._size = forget_after, size
        self._tries: OrderedDict[str, _Tries] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """How many keys are remembered."""
        return len(self._tries)

    def wait_seconds(self, key: str, now: datetime) -> int:
        """Whole seconds that *key* still has to wait; 0 when it may try."""
        with self._lock:
            return self._left(key, now)

    def begin(self, key: str, now: datetime) -> int:
        """Count a try of *key* and return 0, or return the seconds it must wait first.

        A try counts as wrong until :meth:`right` or :meth:`take_back`, so that many at once gain nothing.
        """
        with self._lock:
            left = self._left(key, now)
            if left:
                return left
            tries = self._tries.pop(key, None)
            count = 1 if tries is None or now - tries.last_at > self._forget_after else tries.count + 1
            self._tries[key] = _Tries(count, now + timedelta(seconds=self._after(count)), now)
            while len(self._tries) > self._size:
                self._tries.popitem(last=False)
            return 0

    def right(self, key: str) -> None:
        """The password was right: *key* starts anew."""
        with self._lock:
            self._tries.pop(key, None)

    def take_back(self, key: str, now: datetime) -> None:
        """This one try of *key* was right; those before it still count."""
        with self._lock:
            tries = self._tries.get(key)
            if tries is not None:
                tries.count = max(tries.count - 1, 0)
                tries.free_at = now

    def _left(self, key: str, now: datetime) -> int:
        tries = self._tries.get(key)
        return max(math.ceil((tries.free_at - now).total_seconds()), 0) if tries else 0

    def _after(self, count: int) -> int:
        over = count - self._free
        # The exponent is capped: nobody needs 2 to the power of a million.
        return 0 if over < 0 else min(self._first * 2 ** min(over, 20), self._longest)


class SignInWaits:
    """The two tables of one process: by sign-in name, and by address."""

    def __init__(self) -> None:
        """Start with nobody waiting; an address, which many people may share, gets more free tries."""
        self.names = Waits()
        self.addresses = Waits(free=20)

    def begin(self, login: str, address: str, now: datetime) -> int:
        """Count a try and return 0, or return the seconds to wait first."""
        place = network_of(address)
        left = max(self.names.wait_seconds(login, now), self.addresses.wait_seconds(place, now))
        return left or self.names.begin(login, now) or self.addresses.begin(place, now)

    def right(self, login: str, address: str, now: datetime) -> None:
        """The password was right. One's own name does not set others at the same address free."""
        self.names.right(login)
        self.addresses.take_back(network_of(address), now)


def network_of(address: str) -> str:
    """The address, or of IPv6 the /64 network: one household has billions of those."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(found, ipaddress.IPv6Address):
        return str(found.ipv4_mapped or ipaddress.ip_network((found, 64), strict=False))
    return str(found)
