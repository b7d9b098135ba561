"""What is left out because it cannot match is never what would have matched."""

from __future__ import annotations

import re

from hypothesis import example, given
from hypothesis import strategies as st

from nalyqor_tui.derive.consent import mentions
from nalyqor_tui.derive.consent.language import _EMPHASIS, _MARKS, english, simple

_PIECES = st.sampled_from(
    [
        "k-1",
        "k_1",
        "K 1",
        "gold",
        "card",
        "credit_card_4421",
        "credit",
        " ",
        "-",
        "_",
        "s",
        "'s",
        ".",
        "é",
        "4421",
    ]
)
_TEXTS = st.lists(_PIECES | st.text("abk1-_ ’`*#\n", max_size=3), max_size=12).map("".join)
_VERBS = st.sampled_from(
    ["cancelled", "cancellation", "changing", "booked", "set up", "sends", "recancel", "order"]
)


@given(_TEXTS, _TEXTS)
@example("your gold-card, please", "gold_card")
def test_a_value_is_named_where_its_pattern_stands(text: str, value: str) -> None:
    plain = value.lower().strip()
    forms = [plain] if plain else []
    forms += [re.sub(r"[_-]+", " ", plain)] if plain and re.search(r"[_-]", plain) else []
    found = (mentions._whole(form).search(text) for form in forms)
    assert mentions.names(text, value) == next((one.group() for one in found if one), "")


@given(st.lists(_VERBS | _TEXTS, max_size=5).map(" ".join))
def test_the_kinds_of_act_are_those_whose_verbs_stand_there(text: str) -> None:
    language = english()
    assert language.kinds(text) == {kind for kind, verb in language.verbs.items() if verb.search(text)}


def test_each_verb_is_found() -> None:
    language = english()
    for kind, stems in language.stems.items():
        for verb in stems:
            assert kind in language.kinds(f"please {verb} it")


@given(_TEXTS)
@example("_soft_")
@example("__loud__")
@example("*soft*")
@example("# a heading\n## one below")
def test_marks_and_emphasis_are_plain(text: str) -> None:
    marked = text
    for mark, stands in _MARKS:
        marked = marked.replace(mark, stands)
    plain = simple(text)
    assert plain == _EMPHASIS.sub("", marked).lower()
    assert not set(plain) & set("’`") and "**" not in plain
