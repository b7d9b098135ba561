"""What leaves the program is without secrets: by shape, by name, wherever they stand and however they are split."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from report_samples import NASTY, records, reviewed, texts

from nalyqor_tui import cli
from nalyqor_tui.errors import PolicyError, UsageError
from nalyqor_tui.phrase import Words, plain
from nalyqor_tui.policy.loader import load
from nalyqor_tui.present import account
from nalyqor_tui.present.review import Review
from nalyqor_tui.present.rows import Row
from nalyqor_tui.present.text import literal
from nalyqor_tui.report import html, markdown, tracks, tracks_svg
from nalyqor_tui.report import json as as_json
from nalyqor_tui.report import plain as as_plain
from nalyqor_tui.report.redact import config, preview
from nalyqor_tui.report.redact.redaction import MARKER, Redaction
from nalyqor_tui.report.selection import Selection
from nalyqor_tui.trace.store import Trace

A = "0123456789abcdefghijklmnopqrstuvwxyzABCD"  # characters for made-up secrets: none of them is real
PEM = f"-----BEGIN RSA PRIVATE KEY-----\nMII{A}\n{A}\n-----END RSA PRIVATE KEY-----"
JWT = f"eyJ{A[:20]}.eyJ{A[:24]}.{A[:30]}"
SHAPES = {
    f"ghp_{A[:36]}": "github-token",
    f"github_pat_{A[:22]}_{A[:30]}": "github-token",
    f"glpat-{A[:20]}": "gitlab-token",
    "AKIA" + "ABCDEFGH12345678": "aws-key-id",
    f"AIza{A[:35]}": "google-key",
    f"sk-ant-api03-{A}": "anthropic-key",
    f"sk-proj-{A}": "openai-key",
    f"sk_live_{A[:24]}": "stripe-key",
    f"xoxb-1234567890-{A[:20]}": "slack-token",
    f"npm_{A[:36]}": "package-token",
    f"hf_{A[:34]}": "package-token",
    JWT: "jwt",
    PEM: "private-key",
}
CONTEXTS = (
    ("password: {}", "hunter2x", "password"),
    ('{{"db_password": "{}"}}', "with spaces in it", "password"),
    (r"{{\"passwd\": \"{}\"}}", "l3tmein", "password"),
    ("my password is {} by the way", "opensesame", "password"),
    ("export API_KEY={}", "abcdefgh", "key"),
    ("DEPLOY_TOKEN='{}'", "zzzz-yyyy", "key"),
    ("clientSecret = {}", "a1b2c3d4e5", "key"),
    ("Authorization: Bearer {}", "opaque-abc", "authorization"),
    ("authorization: Basic {}", "dXNlcjpwYXNz", "authorization"),
    ("curl -H 'X: Bearer {}'", f"{A[:24]}", "authorization"),
    ("postgres://app:{}@db.example/x", "pa55wd", "url-credentials"),
    ("https://{}@git.example/x", A[:20], "url-credentials"),
    ("https://a.example/?q=1&access_token={}&z=2", "tok12345", "url-parameter"),
)
INNOCENT = (
    "the token is valid", "password: null", "password: ****", "password reset: please", "api_key=<your key>",
    "token: live",
    "max_tokens: 4096", "next_token 12", "bearer of bad news", "secret santa: Ann", "https://a.example/path?q=1",
    "sk-1", "PASSWORD=${PASSWORD}", "task-0123456789abcdefghijkl", "a@example.org",
    "66928998b0fce683b2e3624bbb02627d6007dcfb0d7a6794",
    "primary_key: id", "the key is under the mat",
)  # fmt: skip
HOSTILE = (
    "password", "a", 'password:"', "-----BEGIN PRIVATE KEY-----", "eyJ", "://", "authorization: bearer ", "a_", "*`",
    "_key ", "x?token=", "secret: a1b2c3d4 ", "AKIA", "hf_", "\x1b[", "⟦redacted:", "token" + "\\" * 6 + '"',
)  # fmt: skip


def cleared(text: str, **patterns: str) -> str:
    return Redaction(patterns).text(text)


@pytest.mark.parametrize(("secret", "rule"), SHAPES.items())
def test_a_secret_of_a_known_shape_is_taken_out(secret: str, rule: str) -> None:
    assert cleared(f"use {secret} now") in (
        f"use ⟦redacted:{rule}#1⟧ now",
        f"use ⟦redacted:{rule}#1⟧",  # a key block without an end goes on to the end
    )


@pytest.mark.parametrize(("text", "secret", "rule"), CONTEXTS)
def test_a_secret_that_is_named_is_taken_out_and_its_name_stays(text: str, secret: str, rule: str) -> None:
    assert cleared(text.format(secret)) == text.format(f"⟦redacted:{rule}#1⟧")


@pytest.mark.parametrize("text", INNOCENT)
def test_what_is_no_secret_stays(text: str) -> None:
    assert cleared(text) == text


@pytest.mark.parametrize(
    "split",
    [
        "{}\u200b{}",
        "{}**{}",
        "{}\x1b[1m{}",
        "{}<b>{}",
        "{}`{}",
        "{}\u00ad{}",
        "{}\x00{}",
        "{}=\r\n{}",
        "{}\\_{}",
    ],
)
def test_markup_in_the_midst_of_a_secret_hides_nothing(split: str) -> None:
    secret = f"ghp_{A[:36]}"
    redaction = Redaction()
    assert redaction.text(f"whole {secret}.") == "whole ⟦redacted:github-token#1⟧."
    middle = "glpat-0123456789" if "_" in split else secret[:20]
    rest = "abcdefghijklmno" if "_" in split else secret[20:]
    found = redaction.text(f"split {split.format(middle, rest)}.")
    assert re.fullmatch(r"split ⟦redacted:git(hub|lab)-token#1⟧\.", found)


def test_a_secret_that_lies_across_pieces_is_taken_out_and_our_words_stay() -> None:
    said = (
        Words("it gave "),
        "password",
        Words(" "),
        "letmein",
        Words(", then "),
        "pass",
        "word: abcd",
        Words("!"),
    )
    shown = Redaction().phrase(said)
    assert plain(shown) == "it gave password ⟦redacted:password#1⟧, then password: ⟦redacted:password#2⟧!"
    assert [p for p in shown if isinstance(p, Words)] == [p for p in said if isinstance(p, Words)]


def test_a_secret_that_was_cut_is_known_by_its_beginning() -> None:
    redaction = Redaction()
    secret = f"ghp_{A[:36]}"
    redaction.text(f"{secret} and password=Tr0ub4dor&3")
    for text in (f"so: {secret[:9]}…", f"so: {secret[:12]}… and more", f"“{secret[:5]}…"):
        assert secret[:5] not in redaction.text(text)
    assert redaction.text(secret[10:]) == redaction.text(secret[4:30]) == "⟦redacted:github-token#1⟧"


def test_the_same_secret_has_the_same_number_and_another_has_another() -> None:
    one, other = f"ghp_{A[:36]}", f"ghp_{A[1:37]}"
    shown = cleared(f"{one} {other} {one} GITHUB_TOKEN={other}")
    assert MARKER.findall(shown) == [f"⟦redacted:github-token#{n}⟧" for n in (1, 2, 1, 2)]


def test_a_named_secret_is_taken_out_elsewhere_too_if_it_is_no_common_word() -> None:
    assert cleared("password: s3cretpass9, and s3cretpass9") == (
        "password: ⟦redacted:password#1⟧, and ⟦redacted:password#1⟧"
    )
    assert cleared("password: update. It took update") .endswith("It took update")  # fmt: skip


def test_patterns_of_ones_own_are_taken_out_by_their_name() -> None:
    mail = r"[\w.+-]+@[\w-]+\.\w+"
    assert cleared("to ann@example.org", mail=mail) == "to ⟦redacted:mail#1⟧"
    assert cleared("order K-12", order=r"order (K-\d+)") == "order ⟦redacted:order#1⟧"


awkward = st.lists(
    st.one_of(
        texts,
        st.sampled_from([*SHAPES, "⟦redacted:jwt#1⟧", "…", "password", ": "]),
        st.sampled_from([text.format(secret) for text, secret, _ in CONTEXTS]),
    ),
    max_size=6,
).map("".join)
pieces = st.lists(
    st.one_of(awkward, st.sampled_from(["a ", ": ", "password ", "…"]).map(Words)), max_size=5
).map(tuple)


@given(text=awkward, label=st.sampled_from(["", "password", "result", "x"]))
@settings(max_examples=300, deadline=None)
@example("password=⟦redacted:x#1⟧hunter2", "")
def test_what_was_taken_out_once_is_taken_out_for_good(text: str, label: str) -> None:
    redaction = Redaction()
    once = redaction.text(text, label)
    assert redaction.text(once, label) == once


@given(value=pieces)
@settings(max_examples=300, deadline=None)
def test_words_of_ours_never_change(value: tuple[str, ...]) -> None:
    redaction = Redaction()
    shown = redaction.phrase(value)
    assert len(shown) == len(value)
    for before, after in zip(value, shown, strict=True):
        assert isinstance(before, Words) == isinstance(after, Words)
        assert before == after or not isinstance(before, Words)
    assert redaction.phrase(shown) == shown


@given(secret=st.sampled_from(list(SHAPES)), before=awkward, after=awkward)
@settings(max_examples=200, deadline=None)
def test_whatever_stands_around_it_a_secret_is_gone(secret: str, before: str, after: str) -> None:
    assert secret not in cleared(f"{before} {secret} {after}")


@given(text=texts)
@settings(max_examples=200, deadline=None)
def test_what_is_left_is_what_was_there(text: str) -> None:
    """Between the markers nothing is added, dropped or moved."""
    left = MARKER.sub("\0", cleared(text)).split("\0")
    at = 0
    for part in left:
        at = text.index(part, at) + len(part)


def everything(reviews: list[Review], redaction: Redaction | None = None) -> dict[str, str]:
    """Return every output of these reviews by name."""

    def anew() -> Redaction:
        return Redaction(off=True) if redaction and redaction.off else Redaction()

    return {
        "markdown": "\n".join(markdown.render(reviews, Selection(), anew())),
        "html": "\n".join(html.render(reviews, Selection(), anew())),
        "plain": "\n".join(as_plain.render(reviews, Selection(), anew())),
        "json": "\n".join(as_json.render(reviews, Selection(), anew())),
        "tracks": "\n".join(tracks.render(reviews, anew())),
        "svg": "\n".join(tracks_svg.render(reviews[0], anew())),
        "preview": "\n".join(preview.render(reviews, Redaction())),
    }


def shown_as(secret: str) -> Iterator[str]:
    """Yield how a part of a secret could stand in an output, were it let through."""
    inner = secret[8:20] if len(secret) > 20 else secret
    yield inner
    yield literal(inner)
    yield re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", inner)
    yield json.dumps(inner)[1:-1]


@pytest.mark.parametrize("secret", [*SHAPES, *(s for _, s, _ in CONTEXTS if any(map(str.isdigit, s)))])
def test_no_output_holds_a_secret_that_stands_everywhere(tmp_path: Path, secret: str) -> None:
    reviews = reviewed(tmp_path, f" password={json.dumps(secret)} {secret}", sessions=2)
    for name, text in everything(reviews).items():
        for form in shown_as(secret):
            assert form not in text, name
    assert all(
        part in "".join(everything(reviews, Redaction(off=True)).values()) for part in secret.split("\n")
    )


@pytest.mark.parametrize("secret", [f"ghp_{A[:36]}", PEM, *NASTY[:3]])
def test_counts_truths_and_anchors_stay(tmp_path: Path, secret: str) -> None:
    reviews = reviewed(tmp_path, secret)
    found, whole = (
        [json.loads(line) for line in as_json.render(reviews, Selection(), Redaction(off=off))]
        for off in (False, True)
    )
    assert len(found) == len(whole)
    for one, other in zip(found[1:], whole[1:], strict=True):
        assert {k: v for k, v in one.items() if k not in ("rows", "id", "session")} == {
            k: v for k, v in other.items() if k not in ("rows", "id", "session")
        }
        for row, known in zip(one["rows"], other["rows"], strict=True):
            for name in ("pane", "truth", "entries", "indent"):
                assert row.get(name) == known.get(name)
            assert [*map(list, row.get("spans", ()))] == [*map(list, known.get("spans", ()))]


@given(text=awkward)
@settings(max_examples=15, deadline=None)
def test_a_row_that_was_cleared_stays_and_the_head_counts_all(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        reviews = reviewed(Path(folder), text.encode("utf-8", "replace").decode())
        redaction = Redaction()
        list(as_plain.render(reviews, Selection(), redaction))
        known = set(redaction.vault.secrets)
        for decision in reviews[0].session.decisions:
            for row in account.account(reviews[0], decision):
                once = redaction.row(row)
                assert redaction.row(once) == once
                assert (once.truth, once.origin.entries, once.tone) == (
                    row.truth,
                    row.origin.entries,
                    row.tone,
                )
        assert set(redaction.vault.secrets) == known


def secretive(folder: Path, text: str, policy: str = "") -> Path:
    """Write a trace in which the user says `text`, and a policy beside it."""
    lines: list[dict[str, Any]] = records("")
    lines[1]["content"] = text
    path = folder / "trace.jsonl"
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    (folder / "nalyqor.toml").write_text(f'nalyqor_policy = "1"\nid = "p"\n{policy}')
    return path


def head(path: Path, redaction: Redaction) -> str:
    review = Review(Trace(path), 0, load(path.parent / "nalyqor.toml"))
    facts = json.loads(next(iter(as_json.render([review], Selection(), redaction))))["facts"]
    return str(dict(facts)["redacted"])


def test_the_head_counts_by_rule_and_says_when_nothing_was_taken_out(tmp_path: Path) -> None:
    path = secretive(tmp_path, f"ghp_{A[:36]} ghp_{A[1:37]} ghp_{A[:36]} password: hunter2x")
    assert head(path, Redaction()).startswith("github-token 2, password 1; in 4 places")
    assert head(path, Redaction(off=True)).startswith("nothing: --no-redact was given")
    assert head(secretive(tmp_path, "hello"), Redaction()) == "nothing was found that looks like a secret"


def test_a_text_that_looks_like_a_marker_is_never_taken_for_one(tmp_path: Path) -> None:
    path = secretive(tmp_path, f"⟦redacted:github-token#1⟧ ghp_{A[:36]}")
    redaction = Redaction()
    assert "1 texts that look like such a mark stood there already" in head(path, redaction)
    assert [secret.marker for secret in redaction.vault.secrets.values()] == ["⟦redacted:github-token#2⟧"]


def test_the_policy_names_patterns(tmp_path: Path) -> None:
    path = secretive(tmp_path, "order K-77 for ann", "[redact.patterns]\norder = 'K-[0-9]+'\n")
    assert head(path, Redaction()).startswith("order 1; in 1 place ")
    with pytest.raises(PolicyError, match="not a regular expression"):
        head(secretive(tmp_path, "x", "[redact.patterns]\norder = '['\n"), Redaction())


def test_the_configuration_names_patterns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert config.patterns() == {}
    config.path().parent.mkdir()
    config.path().write_text("[patterns]\nmail = '[a-z]+@[a-z.]+'\n")
    assert config.patterns() == {"mail": "[a-z]+@[a-z.]+"}
    for wrong in (
        "[pattern]\n",
        "patterns = 3\n",
        "[patterns]\nx = '['\n",
        "[patterns]\n'a b' = 'x'\n",
        "=",
        "\0",
    ):
        config.path().write_text(wrong)
        with pytest.raises(UsageError, match=r"redact\.toml: what reports leave out cannot be read"):
            config.patterns()


@pytest.mark.parametrize("args", [["export"], ["show", "--plain"], ["show", "--json"], ["tracks"]])
def test_each_command_takes_secrets_out_unless_it_is_told_not_to(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], args: list[str]
) -> None:
    secret = f"ghp_{A[:36]}"
    path = secretive(tmp_path, "hello")
    path.write_text(path.read_text().replace('"c1"', f'"c1 {secret}"'))
    assert cli.main([args[0], str(path), *args[1:]]) == 0
    told = capsys.readouterr().out
    assert secret[:12] not in told
    assert "redacted:github-token#1" in told
    assert cli.main([args[0], str(path), *args[1:], "--no-redact"]) == 0
    told = capsys.readouterr().out
    assert secret[:12] in told
    assert "--no-redact was given" in told


def test_the_preview_lists_by_rule_where_and_prints_no_secret_whole(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = secretive(tmp_path, f"ghp_{A[:36]} password: hunter2x")
    assert cli.main(["export", str(path), "--redactions"]) == 0
    told = capsys.readouterr().out
    assert "github-token: 1\n  ⟦redacted:github-token#1⟧: 40 characters, begins ghp_…\n    m1, line 2" in told
    assert "password: 1\n  ⟦redacted:password#1⟧: 8 characters\n    m1, line 2" in told
    assert A[:8] not in told
    assert "hunter" not in told


@pytest.mark.parametrize("text", HOSTILE)
def test_what_would_keep_a_careless_pattern_busy_for_ever_ends(text: str) -> None:
    assert cleared(text * 2_000)


def test_thousands_of_secrets_are_told_apart() -> None:
    redaction = Redaction()
    said = [f"password: pw{n:05}x" for n in range(5_000)]
    shown = redaction.text("\n".join(said)).split("\n")
    assert shown == [f"password: ⟦redacted:password#{n + 1}⟧" for n in range(5_000)]
    assert redaction.text("it was pw04711x") == "it was ⟦redacted:password#4712⟧"


def test_the_label_of_a_row_names_its_value() -> None:
    from nalyqor_tui.present.rows import observed

    shown: Row = Redaction().row(observed("password", "letmein", 0, body="let me in"))
    assert "".join(shown.value) == "⟦redacted:password#1⟧"
    assert shown.body == "⟦redacted:password#2⟧"
