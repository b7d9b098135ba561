"""Sequences that keep little and make each item when it is asked for."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar, overload

T = TypeVar("T")


class Lazy(Sequence[T]):
    """A sequence of which whoever inherits says how long it is and how to make one of its items."""

    __slots__ = ()

    @abstractmethod
    def make(self, at: int) -> T:
        """Make an item by its ordinal from 0."""

    def part(self, ordinals: range) -> Sequence[T]:
        """Return some of the items."""
        return [self.make(at) for at in ordinals]

    def pick(self, ordinals: Iterable[int]) -> Iterator[T]:
        """Yield some of the items, as they are asked for."""
        return map(self.make, ordinals)

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[T]: ...
    def __getitem__(self, index: int | slice) -> T | Sequence[T]:
        ordinals = range(len(self))[index]
        return self.part(ordinals) if isinstance(ordinals, range) else self.make(ordinals)

    def __iter__(self) -> Iterator[T]:
        return map(self.make, range(len(self)))
