"""Pages of HTML read back with a parser that does as browsers do."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser, LexborNode

ALLOWED = {
    "html": {"lang", "data-report"}, "head": set(), "meta": {"charset", "http-equiv", "content", "name"},
    "title": {"id"}, "style": set(), "body": set(), "main": set(), "h1": set(), "h2": {"id", "class"}, "h3": set(),
    "h4": set(), "p": {"class"}, "ul": {"class"}, "li": set(), "b": {"class"}, "div": {"class", "id"},
    "table": {"class"}, "colgroup": set(), "col": {"class"}, "thead": set(), "tbody": set(), "tr": set(),
    "th": {"scope", "class"}, "td": {"class"}, "a": {"href"}, "code": set(), "span": {"class"},
    "details": {"open"}, "summary": set(),
    "svg": {"xmlns", "class", "width", "height", "viewBox", "role", "aria-labelledby", "aria-hidden"},
    "desc": {"id"}, "defs": set(), "g": {"transform"}, "text": {"class", "x", "y"},
    "rect": {"class", "x", "y", "width", "height", "fill"}, "path": {"class", "d"},
    "circle": {"class", "cx", "cy", "r"},
    "pattern": {"id", "width", "height", "patternUnits", "patternTransform"},
}  # fmt: skip
"""Every element that a page of ours may have, with its attributes."""
_DATA = {"code", "svg"}  # what is in them is looked at apart


def parse(text: str) -> LexborNode:
    """Return the root of a page."""
    root = LexborHTMLParser(text).root
    assert root is not None
    return root


def strange(root: LexborNode) -> list[str]:
    """Return the elements and attributes that no page of ours has, and elements within data."""
    out = []
    for node in root.traverse():
        if node.tag not in ALLOWED:
            out.append(f"<{node.tag}>")
        out += [
            f"<{node.tag} {name}>" for name in node.attributes if name not in ALLOWED.get(node.tag or "", ())
        ]
        if node.tag == "code" and any(True for _ in node.iter()):
            out.append(f"<{node.tag}> has elements")
    return out


def skeleton(root: LexborNode) -> list[str]:
    """Return all that gives a page its shape: elements with their attributes and our words, not what data fills."""
    out: list[str] = []
    _shape(root, out)
    return out


def _shape(node: LexborNode, out: list[str]) -> None:
    classes = node.attributes.get("class") or ""
    if node.tag in _DATA or "people" in classes or classes == "line":
        return
    told = " ".join(
        f"{name}={value or ''}" for name, value in sorted(node.attributes.items()) if name != "content"
    )
    out.append(f"<{node.tag} {told}>")
    if node.tag == "td" and classes.startswith("truth"):
        out.append(node.text(deep=True))
    for child in node.iter():
        _shape(child, out)
    out.append(f"</{node.tag}>")


def cells(row: LexborNode) -> list[LexborNode]:
    """Return the cells of a row."""
    return list(row.iter())
