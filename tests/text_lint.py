"""A lint of the screen's code: text may reach a widget only as `Content`, never as a string with markup.

Textual reads markup in almost every string that it is given, and `escape` is no defence. So a widget gets a
literal without brackets and `markup=False`, or a `Content(...)`, made here or by a function that is annotated
to return one; and the ways that read markup, escapes or addresses are not to be named at all.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

# Widgets and options that read markup in the strings they are given, and those of them that can be told not to.
READ_MARKUP = frozenset({
    "Static", "Label", "Button", "Checkbox", "RadioButton", "RadioSet", "ToggleButton", "Option", "OptionList",
    "Select",
    "SelectionList", "Selection", "ListItem", "ListView", "Tree", "TreeNode", "DataTable", "Tab", "Tabs", "TabPane",
    "TabbedContent", "Collapsible", "Placeholder", "Toast", "Digits", "Link", "Tooltip", "Header", "Pretty", "Welcome",
})  # fmt: skip
TOLD = frozenset({"Static", "Label", "OptionList"})
SETTERS = frozenset({
    "border_title", "border_subtitle", "tooltip", "label", "prompt", "title", "sub_title", "renderable", "visual",
    "content", "placeholder",
})  # fmt: skip
GIVEN = frozenset({
    "update", "set_label", "add_option", "add_options", "add_row", "add_column", "add_leaf",
    "replace_option_prompt_at_index",
})  # fmt: skip
BANNED = {
    "escape": "is no defence: use `literal`, then `Content`",
    "from_markup": "reads markup: use `Content`",
    "from_text": "reads markup: use `Content`",
    "from_ansi": "reads escapes: use `Content`",
    "assemble_markup": "reads markup: use `Content`",
    "visualize": "reads markup: use `Content`",
    "render_markup": "reads markup: use `Content`",
    "Markdown": "opens links: use `Rows`",
    "MarkdownViewer": "opens links: use `Rows`",
    "RichLog": "lets escapes through: use `Rows`",
    "Log": "lets escapes through: use `Rows`",
    "ReprHighlighter": "is quadratic",
    "Traceback": "prints local values",
    "webbrowser": "opens addresses",
    "open_url": "opens addresses",
    "deliver_text": "hands files out",
    "deliver_binary": "hands files out",
    "print": "writes past the screen",
}
BANNED_MODULES = ("rich.markup", "textual.markup", "rich.traceback", "rich.markdown", "webbrowser")
ALLOWED = {("guard.py", "open_url"), ("picture.py", "print"), ("actions.py", "print")}
"""Where a banned name is what stops it, or a command of its own prints."""


def check(path: Path) -> list[str]:
    """Return what a file does past the one door, each as `file:line: what`."""
    tree = ast.parse(path.read_text("utf-8"))
    return [f"{path.name}:{line}: {what}" for line, what in _found(tree, path.name)]


def _found(tree: ast.AST, file: str) -> Iterator[tuple[int, str]]:
    safe = {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and isinstance(node.returns, ast.Name) and node.returns.id == "Content"
    }  # fmt: skip
    for node in ast.walk(tree):
        for what in _names(node, file):
            yield node.lineno, what  # type: ignore[attr-defined]
        if isinstance(node, ast.Call):
            yield from ((node.lineno, what) for what in _call(node, safe))
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                named = isinstance(target, ast.Attribute) and target.attr in SETTERS
                if named and not _harmless(node.value, safe):
                    yield node.lineno, f"{target.attr} = a bare string: use `Content`"


def _names(node: ast.AST, file: str) -> Iterator[str]:
    """Yield the banned names that a node uses or imports."""
    if isinstance(node, ast.ImportFrom | ast.Import):
        modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names]
        yield from (f"import of {m}" for m in modules if m.startswith(BANNED_MODULES))
        names = [alias.name for alias in node.names]
    elif isinstance(node, ast.Name):
        names = [node.id]
    elif isinstance(node, ast.Attribute):
        names = [node.attr]
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        names = [node.name]
    else:
        names = []
    yield from (f"{n} {BANNED[n]}" for n in names if n in BANNED and (file, n) not in ALLOWED)


def _call(node: ast.Call, safe: set[str]) -> Iterator[str]:
    name = _name(node.func)
    if name == "notify" and not _off(node):
        yield "notify without markup=False"
    if name in TOLD and not _off(node):
        yield f"{name} without markup=False"
    if name in READ_MARKUP:
        shown = node.args[:1] if name != "OptionList" else node.args
        told = name in TOLD and _off(node)
        yield from (
            f"{name} of a bare string: use `Content`"
            for arg in shown
            if not _harmless(arg, safe) and not (told and isinstance(arg, ast.Constant))
        )
    if isinstance(node.func, ast.Attribute) and name in GIVEN:
        shown = node.args[-1:] if name.startswith("replace") else node.args
        if not (name == "update" and _is_mapping(node.func.value)):
            yield from (
                f"{name} of a bare string: use `Content`" for arg in shown if not _harmless(arg, safe)
            )
    if name == "setattr":
        yield "setattr: the lint cannot see what is set"
    for keyword in node.keywords:
        if (
            keyword.arg in ("tooltip", "label", "prompt")
            and name != "Binding"
            and not _harmless(keyword.value, safe)
        ):
            yield f"{keyword.arg}= a bare string: use `Content`"  # fmt: skip


def _harmless(value: ast.expr, safe: set[str]) -> bool:
    """Whether an expression is Content, an option that is checked by itself, or a literal without brackets."""
    if isinstance(value, ast.Constant):
        return value.value is None or (isinstance(value.value, str) and "[" not in value.value)
    if isinstance(value, ast.IfExp):
        return _harmless(value.body, safe) and _harmless(value.orelse, safe)
    if isinstance(value, ast.Starred):
        return isinstance(value.value, ast.Name) or _harmless(value.value, safe)
    if isinstance(value, ast.GeneratorExp | ast.ListComp):
        return _harmless(value.elt, safe)
    return isinstance(value, ast.Call) and _name(value.func) in {"Content", "Option", *safe}


def _is_mapping(value: ast.expr) -> bool:
    return isinstance(value, ast.Attribute) and value.attr in ("rows", "__dict__")


def _off(node: ast.Call) -> bool:
    return any(
        k.arg == "markup" and isinstance(k.value, ast.Constant) and k.value.value is False for k in node.keywords
    )  # fmt: skip


def _name(func: ast.expr) -> str:
    return func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else ""
