"""Very many short texts, kept in one piece of memory."""

from __future__ import annotations

from array import array
from collections.abc import Iterable

from nalyqor_tui.lazy import Lazy


class Packed(Lazy[bytes]):
    """Byte strings one after the other, and where each ends."""

    def __init__(self, data: bytearray | None = None, ends: array[int] | None = None) -> None:
        self.data = bytearray() if data is None else data
        self.ends = array("Q") if ends is None else ends

    def __len__(self) -> int:
        return len(self.ends)

    def append(self, one: bytes) -> None:
        """Put one more at the end."""
        self.data += one
        self.ends.append(len(self.data))

    def make(self, at: int) -> bytes:
        """Return one of them."""
        return bytes(self.data[self.ends[at - 1] if at else 0 : self.ends[at]])


class Names(Lazy[str]):
    """Names, which need not be whole Unicode."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._packed = Packed()
        for name in names:
            self.append(name)

    def __len__(self) -> int:
        return len(self._packed)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Names | list) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def append(self, name: str) -> None:
        """Put one more at the end."""
        self._packed.append(name.encode("utf-8", "surrogatepass"))

    def make(self, at: int) -> str:
        """Return one of them."""
        return self._packed.make(at).decode("utf-8", "surrogatepass")
