"""No code of the screen goes past the one door for text, and the lint that says so finds those that would."""

from __future__ import annotations

from pathlib import Path

import pytest
from text_lint import check

TUI = Path(__file__).parents[1] / "nalyqor_tui" / "tui"


def test_the_screen_goes_through_the_one_door() -> None:
    files = sorted(TUI.rglob("*.py"))
    assert len(files) > 20
    assert [found for file in files for found in check(file)] == []


@pytest.mark.parametrize(
    "code",
    [
        "Static(name, markup=False)",
        "Static(f'{name}', markup=False)",
        "Static(Content(name))",
        "Option('a [b]')",
        "Static('a' + name, markup=False)",
        "Label(name)",
        "Button(name)",
        "Checkbox(str(name))",
        "Option(f'{name}')",
        "OptionList(name, markup=False)",
        "OptionList(Option(Content(name)))",
        "OptionList(*[name for name in x], markup=False)",
        "widgets.Collapsible(title, title=name)",
        "Tab(name)",
        "self.notify(name)",
        "self.app.notify(show(name), markup=True)",
        "notify('x', severity='error')",
        "self.border_title = name",
        "box.border_subtitle = f'{name}'",
        "box.border_title = name if name else 'x'",
        "self.title = name",
        "self.tooltip = literal(name)",
        "Rows(tooltip=name)",
        "self.query_one('#x', Static).update(name)",
        "menu.add_option(name)",
        "menu.replace_option_prompt_at_index(0, name)",
        "from rich.markup import escape",
        "from textual.markup import to_content",
        "Content(escape(name))",
        "Content.from_markup(name)",
        "Text.from_markup(name)",
        "Text.from_ansi(name)",
        "from textual.widgets import Markdown",
        "from textual.widgets import RichLog as Lines",
        "import webbrowser",
        "self.app.open_url(name)",
        "from rich.traceback import Traceback",
        "print(name)",
        "setattr(box, 'border_title', name)",
    ],
)
def test_a_way_around_it_is_found(tmp_path: Path, code: str) -> None:
    file = tmp_path / "module.py"
    file.write_text(f"def build(self):\n    {code}\n")
    assert [found for found in check(file) if found.startswith("module.py:2: ")]


@pytest.mark.parametrize(
    "code",
    [
        "Static(Content(shown), markup=False)",
        "Static('words of ours [1]', markup=False)",
        "Static(id='x', markup=False)",
        "OptionList(*options, markup=False)",
        "OptionList(*(Option(Content(o)) for o in x), markup=False)",
        "box.border_title = Content(shown)",
        "box.border_title = 'Copy'",
        "box.border_title = Content(a) if a else None",
        "self.query_one('#x', Static).update(Content(shown))",
        "screen.notify(show(says), markup=False)",
        "self.prompt_of(0)\n\ndef prompt_of() -> Content: ...\n\nOption(prompt_of())",
    ],
)
def test_what_goes_through_it_is_left_alone(tmp_path: Path, code: str) -> None:
    file = tmp_path / "module.py"
    file.write_text(f"def build(self):\n    {code}\n")
    assert check(file) == []
