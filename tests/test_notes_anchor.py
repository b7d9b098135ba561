"""A note finds its place again, or says that it cannot; it is never put where it might not belong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nalyqor_tui.notes.anchor import Place, Places, anchor_at, quote_of, resolve
from nalyqor_tui.notes.model import Anchor, Quote, TraceIdentity
from nalyqor_tui.notes.similar import best_ratio

TRACE = TraceIdentity(name="t.jsonl", sha256="aa" * 32, bytes=900)
SAID = "The customer agreed to move the delivery to 12 Elm Street on Friday."


def place(number: int, text: str, **fields: object) -> Place:
    """Return the place of the record on line `number`."""
    whole = Place(
        session="s1",
        turn=number,
        decision=f"{number}.1",
        record=f"r{number}",
        line=number,
        offset=number * 100,
        pointer="",
        sha256=f"hash of {text}",
        ordinal=0,
        text=text,
    )
    return replace(whole, **fields)  # type: ignore[arg-type]


BEFORE = [
    place(1, "Where is my parcel, please? It should have come on Tuesday."),
    place(2, SAID),
    place(3, "yes", record="again"),
    place(4, "yes", record="again", ordinal=1),
]
NOTE = anchor_at(BEFORE[1], TRACE)


def moved_down(places: list[Place]) -> list[Place]:
    """Return the places of a trace that another record was put in front of."""
    first = place(1, "A new first record, about nothing in particular.")
    return [
        first,
        *(
            replace(
                each, line=(each.line or 0) + 1, offset=(each.offset or 0) + 100, turn=(each.turn or 0) + 1
            )
            for each in places
        ),
    ]


def changed(text: str, **fields: object) -> list[Place]:
    """Return the places after the second record was given other words."""
    return [BEFORE[0], place(2, text, **fields), *BEFORE[2:]]


@pytest.mark.parametrize(
    ("anchor", "places", "status", "line", "how"),
    [
        (NOTE, BEFORE, "exact", 2, "where it stood"),
        (NOTE, [*BEFORE, place(5, "more")], "exact", 2, "where it stood"),
        (NOTE, [BEFORE[0], replace(BEFORE[1], turn=1, decision="1.2")], "moved", 2, "counted differently"),
        (NOTE, moved_down(BEFORE), "re-anchored", 3, "hash"),
        (NOTE, [replace(BEFORE[1], pointer="/0/1")], "re-anchored", 2, "hash"),
        (anchor_at(BEFORE[3], TRACE), moved_down(BEFORE), "re-anchored", 5, "number 2 of 2"),
        (anchor_at(BEFORE[2], TRACE), moved_down(BEFORE), "re-anchored", 4, "number 1 of 2"),
        (NOTE, changed(SAID + " She said so twice.", offset=170), "re-anchored", 2, "id r2"),
        (NOTE, changed(SAID.replace("Friday", "Monday"), record="x"), "re-anchored", 2, "alike"),
        (
            NOTE,
            changed("x" * 900 + SAID.replace("12", "14") + "y" * 900, record="x"),
            "re-anchored",
            2,
            "alike",
        ),
        (NOTE, changed("Something else was said here, at some length."), "orphaned", None, "neither"),
        (NOTE, [], "orphaned", None, "neither"),
        (NOTE, [*changed(SAID + "!", record="x"), place(5, SAID + "?")], "orphaned", None, "at least 2"),
        (anchor_at(BEFORE[3], TRACE), [place(9, "well, yes and no")], "orphaned", None, "too short"),
        (NOTE.model_copy(update={"quote": None}), changed(SAID + "!"), "orphaned", None, "quotes no words"),
    ],
)
def test_where_a_note_stands_and_by_what(
    anchor: Anchor, places: list[Place], status: str, line: int | None, how: str
) -> None:
    binding = resolve(anchor, places, "")
    assert (binding.status, binding.place and binding.place.line) == (status, line), binding.how
    assert how in binding.how


def test_a_twin_that_is_gone_is_not_replaced_by_the_one_that_is_left() -> None:
    second = anchor_at(BEFORE[3], TRACE).model_copy(update={"quote": None})
    assert resolve(second, BEFORE[:3], "").status == "orphaned"


def test_ids_that_come_again_are_told_apart_by_session() -> None:
    places = [
        place(2, SAID + "!", session=session, line=line) for line, session in enumerate(["s0", "s1"], 1)
    ]
    binding = resolve(NOTE, places, "")
    assert binding.place == places[1]
    assert binding.how == "by its id r2 and the exact quote"


def test_surroundings_tell_equal_words_apart() -> None:
    words = "it was cancelled as agreed"
    left = "Order 4411 of the customer in Lyon: "
    right = "Then there was the other one, where "
    quote = quote_of(left + words, len(left), len(left) + len(words))
    note = anchor_at(place(1, left + words), TRACE, quote)
    places = [place(3, right + words), place(4, left + words + ".")]
    binding = resolve(note.model_copy(update={"record": None}), places, "")
    assert binding.place == places[1]


def test_hashes_that_are_not_known_are_not_equal() -> None:
    note = anchor_at(replace(BEFORE[1], sha256="", offset=None), TRACE).model_copy(update={"quote": None})
    assert resolve(note, [replace(BEFORE[0], sha256="", offset=None)], "").status == "orphaned"


def test_an_anchor_without_offset_needs_line_and_ordinal() -> None:
    note = NOTE.model_copy(update={"offset": None})
    assert resolve(note, BEFORE, "").status == "exact"
    assert resolve(note, moved_down(BEFORE), "").status == "re-anchored"


@pytest.mark.parametrize(
    ("now", "says"), [("aa" * 32, "is unchanged"), ("bb" * 32, "changed elsewhere"), ("", "not known")]
)
def test_an_exact_binding_says_what_became_of_the_file(now: str, says: str) -> None:
    assert says in resolve(NOTE, BEFORE, now).how


def test_words_are_read_only_when_hashes_do_not_do() -> None:
    def never() -> str:
        raise AssertionError("the words were asked for")

    places = [replace(each, text=never) for each in BEFORE]
    assert resolve(NOTE, Places(places), "").status == "exact"
    with pytest.raises(AssertionError):
        resolve(NOTE.model_copy(update={"record_sha256": "none"}), Places(places), "")


def test_among_many_that_are_much_alike_few_are_compared_and_the_right_one_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compared: list[str] = []

    def counted(quote: str, text: str, *, least: float) -> float:
        compared.append(text)
        return best_ratio(quote, text, least=least)

    monkeypatch.setattr("nalyqor_tui.notes.anchor.best_ratio", counted)
    filler = [
        place(n, f"The customer agreed to move the delivery to day {n} of week {n * 7}.") for n in range(300)
    ]
    places = [*filler, place(400, SAID.replace("Friday", "Monday"), record="x")]
    assert resolve(NOTE.model_copy(update={"record": None}), places, "").place == places[-1]
    assert 1 <= len(compared) <= 20


def test_a_quote_has_its_surroundings() -> None:
    assert quote_of("one two three", 4, 7) == Quote(exact="two", prefix="one ", suffix=" three")
    assert quote_of("   ") is None
    whole = "w" * 1000
    found = quote_of(whole)
    assert found is not None
    assert len(found.exact) < 300
    assert whole.startswith(found.exact + found.suffix)


EDITS: list[tuple[Callable[[str], str], bool]] = [
    (lambda text: text, True),
    (lambda text: text.replace("Elm", "Oak"), True),
    (lambda text: text.replace("the ", ""), True),
    (lambda text: text.upper(), False),
    (lambda text: text[: len(text) // 2], False),
    (lambda text: text[::-1], False),
]


@pytest.mark.parametrize(("edit", "alike"), EDITS)
def test_likeness_of_edited_words_in_a_long_text(edit: Callable[[str], str], alike: bool) -> None:
    text = "Earlier on, many other things were said. " * 40 + edit(SAID) + " And so on and so forth." * 40
    assert (best_ratio(SAID, text, least=0.9) >= 0.9) is alike


@given(st.text("abc é", max_size=60), st.text("ab c", min_size=8, max_size=60), st.text("abc", max_size=60))
def test_a_quote_is_found_whole_in_any_surroundings(before: str, quote: str, after: str) -> None:
    assert best_ratio(quote, before + quote + after, least=0.9) == 1.0


@given(st.text("abcd ", max_size=80), st.text("abcd ", min_size=1, max_size=40))
def test_likeness_is_a_ratio(text: str, quote: str) -> None:
    assert 0.0 <= best_ratio(quote, text, least=0.9) <= 1.0
