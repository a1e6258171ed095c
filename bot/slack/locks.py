"""One lock for each name, such as a channel or a person; kept while somebody holds or awaits it."""

import asyncio
from weakref import WeakValueDictionary


class Locks:
    """The locks by name; needs a running event loop to wait."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def of(self, name: str) -> asyncio.Lock:
        """The lock of `name`, the same for everybody who asks while it is in use."""
        return self._locks.setdefault(name, asyncio.Lock())
