"""A file as a reader gets it: its values one by one, each with the place where it stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar, NamedTuple

from nalyqor_tui.trace.archive import Archive
from nalyqor_tui.trace.index.lines import Lines
from nalyqor_tui.trace.index.scan import LONGEST
from nalyqor_tui.trace.parse import BadJsonError, duplicate_keys, loads, resolve
from nalyqor_tui.trace.place import Place
from nalyqor_tui.trace.records import Json, Unparsed
from nalyqor_tui.trace.source import BOM, Source

_NEAR = 1 << 18  # bytes that are read at once for the lines in them
_SHOWN = 4096  # bytes of a line that is too long


class Item(NamedTuple):
    """A value of a document, or an `Unparsed` in its stead, with its place."""

    value: Json  # or an `Unparsed`
    place: Place


@dataclass(frozen=True, slots=True)
class Sample:
    """The start of a file, to recognise it by.

    `values` are its first JSON values or, where the whole file is one, that value; `head` its first bytes;
    `members` the names of the files in it, for an archive.
    """

    values: Sequence[Json]
    whole: bool
    head: bytes = b""
    members: Sequence[str] = ()

    @property
    def objects(self) -> list[dict[str, Json]]:
        """The objects among the values; those of the array, where the file is one array."""
        values = self.values
        if self.whole and values and isinstance(values[0], list):
            values = values[0][:20]
        return [value for value in values if isinstance(value, dict)]


@dataclass
class Document:
    """One file of JSON text, read as a value a line or as one value; or an archive of such files.

    `name` is its path in the folder or archive that was opened, empty where the trace is this one file. `found` are
    its lines, where somebody has begun to look for them.
    """

    rewritten: ClassVar[bool] = False
    """Whether `source` holds the values written anew, so that its offsets are not those of the file."""

    source: Source
    whole: bool = False
    name: str = ""
    archive: Archive | None = None
    sample: Sample = field(default=Sample((), whole=False), repr=False)
    found: Lines | None = field(default=None, repr=False)
    _read: tuple[Place, bytes, Json] | None = field(default=None, repr=False)
    """Where was read last, and what stands there."""

    @cached_property
    def value(self) -> Json:
        """The value of a whole document; raises `BadJsonError`. One NaN in it does not make it unreadable."""
        return loads(self.source.read(0, self.source.size).removeprefix(BOM), constants=True)

    def forget(self) -> None:
        """Let go of the value of a whole document; it is read again when it is asked for."""
        self.__dict__.pop("value", None)

    def items(self) -> Iterator[Item]:
        """Yield the values: of the lines, of the array's elements, or the one value that the file is."""
        if self.archive is not None:
            return
        if not self.whole:
            for line in self.source.lines():
                if line.data.strip(b" \t\r"):
                    place = Place(line.number, line.offset, line.length, "", self.name)
                    yield Item(self._line(line.data, place), place)
            return
        place = self.place()
        if not isinstance(self.value, list):
            yield Item(self.value, place)
            return
        for index, value in enumerate(self.value):
            yield Item(value, place.below(f"/{index}"))

    @cached_property
    def lines(self) -> Lines:
        """The lines of a file of records of ours: all, or where the search was stopped those that are known."""
        if self.found is None or not self.found.heads:
            return self.source.index(heads=True)
        self.found.wait()
        return self.found

    def line(self, number: int) -> Place:
        """Return the place of a line, counted from 0."""
        offset, length = self.lines.span(number)
        return Place(number + 1, offset, length, "", self.name)

    def place(self) -> Place:
        """Return the place of the whole file."""
        return Place(None, 0, self.source.size, "", self.name)

    def item(self, place: Place) -> Item:
        """Read again what stands at a place that `items` gave."""
        if self.whole:
            return Item(resolve(self.value, place.pointer), place)
        return self._again(self.data(place), place)

    def near(self, places: Sequence[Place]) -> Iterator[Item]:
        """Read the same again at several places of lines, at once where they lie near each other."""
        start = min(place.offset for place in places)
        stop = max(place.offset + place.length for place in places)
        if stop - start > _NEAR:
            yield from map(self.item, places)
            return
        data = self.source.read(start, stop - start)
        for place in places:
            at = place.offset - start
            yield self._again(data[at : at + place.length], place)

    def _again(self, data: bytes, place: Place) -> Item:
        value = self._line(data, place)
        if not isinstance(value, Unparsed):
            self._read = (place, data, value)
        return Item(value, place)

    def doubled(self, place: Place) -> list[str]:
        """Return the keys that stand twice in one object at a place, of which only the last was read."""
        read, self._read = self._read, None  # of a long line, much is let go with it
        if read is not None and read[0] is place:
            return duplicate_keys(read[1], read[2])
        return duplicate_keys(self.data(place)) if place.length <= LONGEST else []

    def find(self, name: str) -> Document:
        """Return this document, or the member of an archive that a place names; raises `KeyError`."""
        if self.archive is None or name == self.name:
            return self
        return self.member(name.removeprefix(self.name + "/") if self.name else name)

    def member(self, name: str) -> Document:
        """Return a member of the archive as a document; raises `KeyError` where there is none."""
        assert self.archive is not None
        source = self.archive.source(name)
        return Document(source, whole=True, name=f"{self.name}/{name}" if self.name else name)

    def data(self, place: Place) -> bytes:
        """Return the bytes of a place, without regard to its pointer; of a line that is too long, the beginning."""
        return self.source.read(place.offset, place.length if place.length <= LONGEST else _SHOWN)

    def element(self, place: Place) -> Json:
        """Return the value that a place points to; raises `BadJsonError` or `KeyError`."""
        whole = self.value if self.whole else loads(self.data(place))
        return resolve(whole, place.pointer)

    def _line(self, data: bytes, place: Place) -> Json | Unparsed:
        if place.length > LONGEST and not self.whole:
            what = f"a line of {place.length:,} bytes, longer than {LONGEST >> 20} MiB: only its beginning is shown"
            return Unparsed(what, data[:_SHOWN].decode("utf-8", "replace"))
        try:
            return loads(data)
        except BadJsonError as error:
            return broken(data, str(error), last=place.offset + place.length >= self.source.size)


def broken(data: bytes, what: str, *, last: bool) -> Unparsed:
    """Make the visible row of a line that could not be read; the last line may only be half written."""
    if not data.strip(b"\x00"):
        what = "only NUL bytes (a crash or a sparse tail)"
    elif last:
        what = f"incomplete last line, it may still be being written ({what})"
    return Unparsed(what, data.decode("utf-8", "surrogateescape"))
