"""How a number is said to end: what is looked up late, or not at all, changes nothing of what is found."""

from __future__ import annotations

import pytest
from hypothesis import event, example, given
from hypothesis import strategies as st

from nalyqor_tui.derive.consent.language import english, simple, words
from nalyqor_tui.derive.consent.lookup import Lookup, _walk
from nalyqor_tui.derive.consent.reader import Reader
from nalyqor_tui.derive.consent.values import Act, Leaf, kind_of

METHODS = {
    "credit_card_5551": {"source": "credit_card", "brand": "visa", "last_four": "8811", "id": "credit_card_5551"},
    "credit_card_6662": {"brand": "visa", "last_four": "4402", "id": "credit_card_6662", "bank": {"city": "Riga"}},
    "gift_card_7772": {"source": "gift_card", "balance": 60, "id": "gift_card_7772"},
    "A7811": {"id": "A7811", "name": "Tent", "code": 31},
}  # fmt: skip
VALUES = (*METHODS, "credit_card_9990", "box_12345")
PIECES = (
    "your ", "visa ", "credit card ", "gift card ", "tent ", "riga ", "and ", "or ", "card_5551 ", " ", ". ", "\n",
    "far from here, and never again, ", "ending in ", "ending with: ", "ends in ", "last four digits are ", "last 4: ",
    "****", "xx", "•••", "8811", "4402", "7772", "5551", "11", "31", "60", "9999", "9990", "box ",
)  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)


def reader(held: tuple[str, ...], at: int = 9) -> Reader:
    """Return a reader of a write of these values, before which the methods of payment were looked up."""
    found = Lookup()
    _walk(found, 3, "", {"payment_methods": METHODS})
    leaves = tuple(Leaf(f"method.{number}", "method", value) for number, value in enumerate(held))
    return Reader(Act("modify_order", leaves, at), found, english())


def all_looked_up(one: Reader, value: str, text: str) -> str:
    """Find how a text ends the number of another thing of this kind, whatever it takes."""
    values = {value, *(str(leaf.value) for leaf in one.act.leaves)}
    known = {str(v) for each in values for card in one.about(each) for _, v in card.values()} | {value}
    named = [word for word in (*kind_of(value).split(), *words(value)) if len(word) > 3 and word.isalpha()]
    named += [str(v).lower() for card in one.about(value) for _, v in card.values() if len(str(v)) > 3]
    for found in one.language.ending.finditer(text):
        digits = next(group for group in found.groups() if group)
        near = text[max(0, found.start() - 40) : found.start()]
        if any(word in near for word in named) and not any(each.endswith(digits) for each in known):
            return found.group()
    return ""


@given(
    TEXTS.map(simple),
    st.sampled_from(VALUES),
    st.lists(st.sampled_from(VALUES), max_size=3),
    st.sampled_from((2, 9)),
)
@example("your credit card ending in 9990", "credit_card_9990", [], 9)  # which nothing is known of
@example("your box ending in 9999", "box_12345", [], 9)  # a word too short to tell a thing
@example("31 of them ending in 9999", "A7811", [], 9)  # and so a value
@example("your visa ending in 4402", "credit_card_5551", ["credit_card_6662"], 9)
@example("your visa ending in 8811, or the card ending in 9999", "credit_card_5551", [], 9)
def test_what_is_looked_up_late_changes_no_ending(text: str, value: str, held: list[str], at: int) -> None:
    said = all_looked_up(reader(tuple(held), at), value, text)
    event("said" if said else "not said")
    assert reader(tuple(held), at).ending(value, text) == said


@pytest.mark.parametrize(
    ("text", "held", "said"),
    [
        ("your visa ending in 9999", (), "ending in 9999"),
        ("your visa ending in 8811", (), ""),
        ("your credit card ending in 5551", (), ""),
        ("your visa ending in 4402", (), "ending in 4402"),
        ("your visa ending in 4402", ("credit_card_6662",), ""),
        ("your gift ending in 9999", (), ""),
        ("your visa, which is a very long way from what comes now, ending in 9999", (), ""),
        ("your visa ending in 8811, or the card ending in 9999", (), "ending in 9999"),
        ("credit card ****9999", (), "****9999"),
    ],
)  # fmt: skip
def test_another_ending_is_said_of_a_thing_of_the_same_kind(
    text: str, held: tuple[str, ...], said: str
) -> None:
    assert reader(held).ending("credit_card_5551", text) == said
