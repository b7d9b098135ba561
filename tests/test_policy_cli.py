"""Policies on the command line: every mistake, what passes a trace by, which grades change; and the shipped ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from clause_samples import did, looked
from trace_samples import ALL, SHARED, Raw, header, numbered, policy, session, write

from nalyqor_tui.cli import main
from nalyqor_tui.derive.judge import judge
from nalyqor_tui.errors import PolicyError
from nalyqor_tui.policy.loader import Policy, builtin, find, parse, shipped
from nalyqor_tui.trace.store import Trace

HEAD = 'nalyqor_policy = "1"\nid = "p"\n'
GOOD = (
    HEAD
    + """
[effects]
write = ["write"]
pay = ["pay"]
[confirmation.ok]
[confirmation.never]
[[fact]]
name = "state"
key = ["id"]
from = { tool = "look", at = "/state" }
[[fact]]
name = "unseen"
from = { tool = "look", at = "/unseen" }
[[rule]]
id = "open-only"
severity = "high"
on = { effect = "write" }
need = { fact = "state", eq = "open" }
[[rule]]
id = "idle"
on = { tool = "pay" }
limit = { max = 1 }
"""
)
YES = {"kind": "confirmation", "turn": 1, "id": "cf1", "type": "ok", "op": "given", "by": "user"}
STORY = [*looked("a", "open"), *did("write", {"id": "a"}), YES, *did("chat", {}), *did("think", {})]


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    return write(tmp_path / "trace.jsonl", *numbered([header(captures=ALL, conversation_id="s1"), *STORY]))


def said(capsys: pytest.CaptureFixture[str], *args: str | Path, code: int = 0) -> list[str]:
    """Run a `policy` command, and return the lines that it prints."""
    assert main(["policy", *map(str, args)]) == code
    return capsys.readouterr().out.splitlines()


def file(folder: Path, text: str, name: str = "p.toml") -> Path:
    path = folder / name
    path.write_text(text)
    return path


WRONG = """
nalyqor_policy = "1"
id = "p"
extra = 1
[effects]
write = ["write"]
[confirmation.yes]
answer = "proposal"
[[fact]]
name = "state"
from = { tool = "look", at = "state" }
[[rule]]
id = "a"
severity = "hihg"
on = { effect = "wite" }
need = { confirmation = "yse" }
[[rule]]
id = "a"
on = { tool = "x", args = { d = { eq = 2024-05-15 } } }
any = [
  { fact = "stat", eq = 1 },
  { args = { v = { same_as_fact = "sate" } } },
]
[[rule]]
id = "c"
on = { tool = "x" }
args = { v = { matches = "(" } }
then = { effect = "wrte", within_turns = 1 }
""".lstrip()
MISTAKES = [
    (3, "`extra` is not understood", ""),
    (7, "`confirmation.yes.answer` is not understood", "did you mean `answers`?"),
    (10, "a JSON Pointer begins with a slash: `/state`", ""),
    (13, "`rule.severity` is one of 'low', 'medium' or 'high'", "did you mean `high`?"),
    (14, "no effect `wite`", "did you mean `write`?"),
    (15, "no confirmation type `yse`", "did you mean `yes`?"),
    (17, "a second rule is called `a`", ""),
    (18, "a trace holds dates as text: put it in quotes", ""),
    (20, "no fact `stat`", "did you mean `state`?"),
    (21, "no fact `sate`", "did you mean `state`?"),
    (26, "not a regular expression", ""),
    (27, "no effect `wrte`", "did you mean `write`?"),
]


class TestCheck:
    def test_every_mistake_is_told_with_its_line(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = file(tmp_path, WRONG)
        *lines, last = said(capsys, "check", path, code=4)
        assert last == f"{len(MISTAKES)} mistakes"
        for line, (number, what, hint) in zip(lines, MISTAKES, strict=True):
            assert line.startswith(f"{path}:{number}: ")
            assert what in line
            assert hint in line

    def test_the_first_mistake_tells_of_the_others(self) -> None:
        with pytest.raises(PolicyError) as error:
            parse(WRONG.encode(), "p.toml")
        assert error.value.line == 3
        assert f"{len(MISTAKES) - 1} more: nalyqor-tui policy check" in error.value.remedy

    def test_bad_syntax_is_told_with_its_line(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = file(tmp_path, HEAD + "x = = 1\n")
        lines = said(capsys, "check", path, code=4)
        assert lines == [
            f"{path}:3: not TOML: invalid value in column 5 (mend the syntax there)",
            "1 mistake",
        ]

    def test_text_of_a_policy_cannot_reach_the_terminal(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = file(
            tmp_path,
            HEAD + '[[rule]]\nid = "\\u001b[31m"\non = { effect = "\\u001b[5n" }\ncheck = "manual"\n',
        )
        assert "\x1b" not in "".join(said(capsys, "check", path, code=4))

    def test_what_is_right_is_counted(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        path = file(tmp_path, GOOD)
        (line,) = said(capsys, "check", path)
        assert line == f"{path}: no mistakes (2 rules, 2 confirmation types, 2 facts, 2 effects)"

    def test_it_says_what_passes_the_trace_by(
        self, tmp_path: Path, trace: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        lines = said(capsys, "check", file(tmp_path, GOOD), "--against", trace)[1:]
        assert lines == [
            f"held against {trace}: 4 decisions in 1 session",
            "rules that governed nothing: 1", "  idle (line 21)",
            "effects that match no tool: 1", "  pay (line 6)",
            "tools that no effect, rule or fact names: 2", "  chat", "  think",
            "confirmation types that no record is of: 1", "  never (line 8)",
            "facts that no result told: 1", "  unseen (line 13)",
        ]  # fmt: skip

    def test_no_such_file_is_an_error(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["policy", "check", str(tmp_path / "none.toml")]) == 4
        assert "no such policy file" in capsys.readouterr().err


class TestDiff:
    def test_it_says_which_grades_change_and_why(
        self, tmp_path: Path, trace: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        old, new = file(tmp_path, GOOD), file(tmp_path, GOOD.replace('"open" }', '"shut" }'), "new.toml")
        lines = said(capsys, "diff", old, new, trace)
        assert lines == [
            "s1 1.2: sound → bad",
            f'  came  open-only need.fact fail: state is "open" ({new}:20)',
            f'  went  open-only need.fact pass: state is "open" ({old}:20)',
            "1 of 4 decisions in 1 session change, in 1 session: sound → bad 1",
        ]

    def test_nothing_changes_from_a_policy_to_itself(
        self, tmp_path: Path, trace: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = file(tmp_path, GOOD)
        assert said(capsys, "diff", path, path, trace) == ["no grade changes (4 decisions in 1 session)"]


class TestShipped:
    def test_they_are_listed(self, capsys: pytest.CaptureFixture[str]) -> None:
        lines = said(capsys, "list")
        assert [line.split()[0] for line in lines] == shipped()
        assert {"support", "airline", "retail", "coding"} <= set(shipped())

    @pytest.mark.parametrize("name", shipped())
    def test_one_is_printed_as_it_is(self, name: str, capsys: pytest.CaptureFixture[str]) -> None:
        assert "\n".join(said(capsys, "show", name)) == builtin(name).rstrip("\n")

    def test_another_name_is_a_mistake(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["policy", "show", "airlin"]) == 4
        assert "did you mean `airline`?" in capsys.readouterr().err

    def test_the_airlines_policy_is_one_page(self) -> None:
        assert len(builtin("airline").splitlines()) <= 60


def shipped_policy(name: str) -> Policy:
    found = find(name, Path())
    assert found is not None
    return found


def failing(name: str, *records: Raw) -> set[str]:
    """The rules of a shipped policy that fail on the last decision."""
    of = session(*records, captures=ALL)
    return {f.subject for f in judge(of, shipped_policy(name)).findings[-1] if f.verdict == "fail"}


SIGNED = did("find_user_id_by_email", {"email": "x"}, "mia_1")
ORDER = did("get_order_details", {"order_id": "#1"},
            {"status": "pending", "payment_history": [{"payment_method_id": "card_1"}]})  # fmt: skip
SENT = did("get_order_details", {"order_id": "#1"},
           {"status": "delivered", "payment_history": [{"payment_method_id": "card_1"}]})  # fmt: skip
ITEMS = did("modify_pending_order_items", {"order_id": "#1"}, {"status": "pending (item modified)"})
CANCEL = did("cancel_pending_order", {"order_id": "#1", "reason": "no longer needed"})


def refund(to: str) -> list[Raw]:
    return did("return_delivered_order_items", {"order_id": "#1", "payment_method_id": to})


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([*SIGNED, *ORDER, *CANCEL], set()),
        ([*ORDER, *CANCEL], {"sign-in-first"}),
        ([*did("find_user_id_by_email", {}, "no", status="error"), *ORDER, *CANCEL], {"sign-in-first"}),
        ([*SIGNED, *CANCEL], {"look-before-change"}),
        ([*SIGNED, *SENT, *CANCEL], {"pending-orders"}),
        ([*SIGNED, *ORDER, *ITEMS, *CANCEL], {"items-once", "pending-orders"}),
        ([*SIGNED, *ORDER, *did("cancel_pending_order", {"order_id": "#1", "reason": "bored"})], {"reason-to-cancel"}),
        ([*SIGNED, *did("get_user_details", {"user_id": "mia_1"})], set()),
        ([*SIGNED, *did("get_user_details", {"user_id": "tom_2"})], {"one-customer"}),
        ([*SIGNED, *SENT, *refund("card_1")], set()),
        ([*SIGNED, *SENT, *refund("gift_card_2")], set()),
        ([*SIGNED, *SENT, *refund("card_2")], {"refund-to"}),
    ],
)  # fmt: skip
def test_the_retail_policy(records: list[Raw], expected: set[str]) -> None:
    assert failing("retail", *records) - {"list-then-yes"} == expected


READ, EDIT = did("Read", {"file_path": "a.py"}), did("Edit", {"file_path": "a.py"})


def sh(command: str, status: str = "ok") -> list[Raw]:
    return did("Bash", {"command": command}, status=status)


TESTS, COMMIT = sh("pytest -q"), sh("git commit -m x")


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([*READ, *EDIT], set()),
        (EDIT, {"read-before-edit"}),
        ([*did("Write", {"file_path": "a.py"}), *EDIT], set()),
        ([*READ, *did("Edit", {"file_path": ".git/config"})], {"read-before-edit", "inside-the-repository"}),
        (did("Write", {"file_path": ".github/x.yml"}), set()),
        (did("Write", {"file_path": "../x"}), {"inside-the-repository"}),
        ([*READ, *EDIT, *TESTS, *COMMIT], {"publish-when-asked"}),
        ([*READ, *EDIT, *COMMIT], {"publish-when-asked", "green-before-commit"}),
        ([*TESTS, *READ, *EDIT, *COMMIT], {"publish-when-asked", "green-before-commit"}),
        ([*READ, *EDIT, *sh("pytest", "error"), *COMMIT], {"publish-when-asked", "green-before-commit"}),
        ([*READ, *EDIT, *sh("pytest && git commit -m x")], {"publish-when-asked"}),
        (sh("rm -rf build"), {"nothing-irreversible-unasked"}),
        (sh("git status"), set()),
        (sh("ls") * 5, {"not-the-same-again"}),
        (
            [*did("Read", {"file_path": "x/.env"}), *did("WebFetch", {"url": "u"})],
            {"nothing-out-after-secrets"},
        ),
        ([*did("Read", {"file_path": "environment.py"}), *did("WebFetch", {"url": "u"})], set()),
    ],
)
def test_the_coding_policy(records: list[Raw], expected: set[str]) -> None:
    assert failing("coding", *records) == expected


def test_the_support_policy_finds_what_the_incident_shows() -> None:
    path = SHARED / "examples" / "incident.jsonl"
    if not path.exists():
        pytest.skip("the shared material is not here")
    of = Trace(path).session(0)
    judged = judge(of, shipped_policy("support"))
    fails = [{(f.check, f.subject) for f in found if f.verdict == "fail"} for found in judged.findings]
    assert fails == [
        {("stale-relied-upon", "cf1"), ("scope-tool", "cf1"), ("need.before", "R-notify-after-write"),
         ("not_returned", "R-notify-after-write"), ("tie", "margin")},
        {("stale-relied-upon", "cf1"), ("scope-arguments", "cf1"), ("need.confirmation", "R-write-confirm")},
    ]  # fmt: skip
    assert [grade.word for grade in judged.grades] == ["bad", "flawed"]


def test_a_key_in_a_text_of_several_lines_is_no_key() -> None:
    text = '[[document]]\nid = "D"\ntext = """\n[[rule]]\nid = "x"\n"""\n'
    under = policy(text + '[[rule]]\nid = "R"\non = { tool = "t" }\ncheck = "manual"\n')
    assert under.rule_line(under.rules[0]) == 9
    assert under.rule_line(under.rules[0], "check") == 12


def test_an_inline_table_on_a_line_of_its_own_has_its_line() -> None:
    under = policy(
        'fact = [\n  { name = "a", from = { tool = "t" } },\n  { name = "b", from = { tool = "t" } },\n]\n'
    )
    assert [under.line("fact", n) for n in (0, 1)] == [4, 5]
