"""How a page looks: on the screen by day and by night, and on paper. No colour says what no word says."""

from __future__ import annotations

import re

from nalyqor_tui.report.tracks_svg import STYLE

_DAY = {
    "#1c2530": "ink", "#5a6673": "dim", "#eef2f6": "band", "#2b7a4b": "ok", "#51647a": "taken", "#b3261e": "bad",
    "#7b8794": "grey", "#ffffff": "page",
}  # fmt: skip
"""The colours of the tracks, by the names that the page has for them."""
_PAGE = """\
:root { color-scheme: light dark; --ink: #1c2530; --dim: #5a6673; --band: #eef2f6; --ok: #2b7a4b; --taken: #51647a;
  --bad: #b3261e; --grey: #7b8794; --page: #ffffff; --line: #d5dce4; --warn: #8a5a00;
  --observed: #1d5fa8; --declared: #7a3fa0; --derived: #1f6f63; --reconstructed: #a34a00; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); line-height: 1.45;
  font: 15px/1.45 ui-sans-serif, system-ui, 'Segoe UI', Helvetica, Arial, sans-serif; }
main { max-width: 92rem; margin: 0 auto; padding: 1.2rem 1.5rem 4rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.25rem; margin-top: 2.4rem; border-bottom: 2px solid var(--line); }
h3 { font-size: 1.05rem; margin: 1.8rem 0 .4rem; } h4 { font-size: .95rem; margin: 1rem 0 .3rem; }
p { max-width: 60rem; } a { color: var(--observed); }
code, .people { white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: isolate; }
code { font: .86em/1.45 ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace;
  background: var(--band); border-radius: 3px; padding: .05em .25em; }
.line { min-height: 1.45em; } .line > code { padding: 0 .25em; } .body { margin-top: .15rem; }
table { border-collapse: collapse; width: 100%; margin: .3rem 0 1rem; }
th, td { text-align: left; vertical-align: top; padding: .22rem .55rem; border-bottom: 1px solid var(--line); }
thead th { color: var(--dim); font-weight: 600; font-size: .85em; border-bottom-width: 2px; }
.rows { table-layout: fixed; } .rows td { overflow-wrap: anywhere; }
.rows col.c1 { width: 8.2rem; } .rows col.c2 { width: 11rem; } .rows col.c4 { width: 17rem; }
.facts th { width: 11rem; font-weight: 600; color: var(--dim); } .scroll { overflow-x: auto; }
.i1 { padding-left: 1.6rem; } .i2 { padding-left: 2.6rem; } .i3 { padding-left: 3.6rem; }
.from { color: var(--dim); font-size: .88em; } .from code { background: none; padding: 0; }
.truth { font-weight: 600; font-size: .88em; border-left: 4px solid; }
.observed { color: var(--observed); } .declared { color: var(--declared); } .derived { color: var(--derived); }
.reconstructed { color: var(--reconstructed); }
.key { list-style: none; padding: 0; } .key b { display: inline-block; min-width: 8.2rem; padding-left: .5rem; }
.fail { color: var(--bad); } .pass { color: var(--ok); } .unknown, .remark { color: var(--warn); }
.dimmed { color: var(--dim); } .strong { font-weight: 600; } td code { color: var(--ink); font-weight: 400; }
.left { border: 2px solid var(--warn); padding: .4rem .8rem; max-width: none; }
details { border: 1px solid var(--line); border-radius: 5px; margin: .6rem 0; padding: 0 .8rem; }
summary { cursor: pointer; padding: .45rem 0; overflow-wrap: anywhere; } summary b { margin-right: .6rem; }
.grade { border: 1px solid; border-radius: 3px; padding: 0 .4rem; margin-right: .6rem; font-size: .85em; }
.anchor { scroll-margin-top: 3.2rem; }
svg.tracks { display: block; margin: .4rem 0; } svg.defs { position: absolute; width: 0; height: 0; }
.turns { min-width: 58rem; } .turns td { font-size: .92em; } .turns td:first-child { white-space: nowrap; }
"""
_NIGHT = """\
@media screen and (prefers-color-scheme: dark) { :root { --ink: #e3e8ee; --dim: #9aa7b4; --band: #212a34; --ok: #62c48c;
  --taken: #93a9c2; --bad: #ff8d83; --grey: #8b97a4; --page: #12171d; --line: #313c48; --warn: #e2b455;
  --observed: #7db4f2; --declared: #cba0ec; --derived: #62c9b8; --reconstructed: #f2a566; } }
@media screen and (max-width: 48rem) { .rows, .rows tbody, .rows tr, .rows td { display: block; border: 0; }
  .rows thead, .rows colgroup { display: none; } .rows tr { border-bottom: 1px solid var(--line); padding: .3rem 0; }
  .rows td.truth { border-left: 4px solid; } }
"""
_PAPER = """\
@page { margin: 14mm 12mm; }
@media print {
  body { font-size: 9.5pt; } main { max-width: none; padding: 0; } a { color: inherit; text-decoration: none; }
  tr, summary, svg.tracks { break-inside: avoid; } thead { display: table-header-group; }
  h2, h3, h4, summary { break-after: avoid; }
  .scroll { overflow: visible; } svg.tracks { max-width: 100%; height: auto; }
  .turns { font-size: .82em; min-width: 0; }
  .rows col.c1 { width: 6.6rem; } .rows col.c2 { width: 8rem; } .rows col.c4 { width: 10rem; }
  details { border-width: 0 0 0 2px; } summary { list-style: none; }
  details::details-content { content-visibility: visible; block-size: auto; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
"""
_RULE = re.compile(r"(\S[^{}]*?) \{([^{}]*)\}")


def sheet() -> str:
    """Return the style sheet of a page, with the rules of the tracks held to the pictures of the tracks."""
    tracks = "\n".join(f"svg.tracks {name} {{{_named(says)}}}" for name, says in _RULE.findall(STYLE))
    return f"{_PAGE}{tracks}\nsvg.tracks .ground {{ fill: var(--page); }}\n{_NIGHT}{_PAPER}"


def _named(says: str) -> str:
    return re.sub("#[0-9a-f]{6}", lambda match: f"var(--{_DAY[match[0]]})", says)
