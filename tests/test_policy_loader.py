"""Policies: where one is found, what it says and where, and every mistake with its line and what was meant."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from trace_samples import policy

from nalyqor_tui.errors import PolicyError
from nalyqor_tui.policy import positions
from nalyqor_tui.policy.loader import BESIDE, defaults, find, load, parse, shipped

HEAD = 'nalyqor_policy = "1"\nid = "p"\n'
RULE = '[[rule]]\nid = "R"\non = { tool = "t" }\n'


def mistake(text: str) -> str:
    with pytest.raises(PolicyError) as caught:
        parse(text.encode(), "p.toml")
    return str(caught.value)


class TestMistakes:
    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ("x = \n", "p.toml:3: not TOML: invalid value in column 5"),
            ("[[rul]]\n", "p.toml:3: `rul` is not understood (did you mean `rule`?)"),
            ("[effect]\n", "p.toml:3: `effect` is not understood (did you mean `effects`?)"),
            (RULE + 'severty = "high"\n', "p.toml:6: `rule.severty` is not understood (did you mean `severity`?)"),
            (RULE + 'severity = "hgih"\n', "p.toml:6: `rule.severity` is one of 'low', 'medium' or 'high' (did you"),
            (RULE + "need = { befor = 1 }\n", "p.toml:6: `rule.need.befor` is not understood (did you mean `before`?)"),
            (RULE + "need = { }\n", "p.toml:6: `rule.need`: say "),
            (RULE + "need = { confirmation = 1 }\n", "p.toml:6: `rule.need.confirmation`: input should be a valid st"),
            (RULE + 'need = { before = { tool = "a" }, within_turns = -1 }\n', "p.toml:6: `rule.need.within_turns`: i"),
            (RULE + 'need = { confirmation = "oky" }\n[confirmation.okay]\n',
             "p.toml:6: no confirmation type `oky` (did you mean `okay`?)"),
            (RULE + 'need = { before = { effect = "wrte" } }\n[effects]\nwrite = ["w"]\n',
             "p.toml:6: no effect `wrte` (did you mean `write`?)"),
            ('[[rule]]\nid = "R"\non = { effect = "x" }\ncheck = "manual"\n', "p.toml:5: no effect `x`"),
            ('[[rule]]\nid = "R"\non = { }\ncheck = "manual"\n', "p.toml:5: `rule.on`: say which tool"),
            ("[[rule]]\non = { tool = 't' }\ncheck = 'manual'\n", "p.toml:3: `rule.id` is missing (add it)"),
            (RULE, "p.toml:3: `rule`: a rule asks for something"),
            ((RULE + 'check = "manual"\n') * 2, "p.toml:8: a second rule is called `R`"),
            ("[confirmation.ok]\nends = { turn = 3 }\n", "p.toml:4: `confirmation.ok.ends.turn` is not understood"),
            ("[confirmation.ok]\nends = { uses = 0 }\n", "p.toml:4: `confirmation.ok.ends.uses`: input should be gre"),
            ("[confirmation.ok.ends]\nuses = 1.5\n", "p.toml:4: `confirmation.ok.ends.uses`: input should be a valid"),
            ("[margin.logprob]\ntie = 0\n", "p.toml:4: `margin.logprob.tie`: input should be greater than 0"),
            ("[margin.logprob]\n", "p.toml:3: `margin.logprob.tie` is missing (add it)"),
            ("[effects]\nwrite = 3\n", "p.toml:4: `effects.write`"),
            ("[[rule]]\nid = 'R'\ncheck = 'manual'\n[rule.on]\ntol = 't'\n", "p.toml:7: `rule.on.tol` is not underst"),
            ("x = " + "[" * 5000, "p.toml: not a policy: nested too deep (mend it)"),
            ("x = " + "1" * 5000, "p.toml: not a policy: a number is too long (mend it)"),
        ],
        ids=range(25),
    )  # fmt: skip
    def test_with_file_line_and_what_was_meant(self, text: str, says: str) -> None:
        assert mistake(HEAD + text).startswith(says)

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ("", "p.toml: `nalyqor_policy` is missing"),
            ('id = "p"\n', "p.toml: `nalyqor_policy` is missing"),
            ('nalyqor_policy = "2"\nid = "p"\n', "p.toml:1: `nalyqor_policy` is one of '1'"),
            ('nalyqor_policy = 1\nid = "p"\n', "p.toml:1: `nalyqor_policy`"),
        ],
    )
    def test_the_head(self, text: str, says: str) -> None:
        assert mistake(text).startswith(says)

    def test_lines_are_those_of_an_editor(self) -> None:
        assert mistake(HEAD + "# one\u2028line\x85still\nxid = 1\n").startswith("p.toml:4: ")

    @pytest.mark.parametrize(
        ("data", "says"), [(b"\xff", "not UTF-8 at byte 0"), (b"#" * (1 << 20) + b"#", "larger than 1 MiB")]
    )
    def test_what_is_no_text(self, tmp_path: Path, data: bytes, says: str) -> None:
        (tmp_path / "p.toml").write_bytes(data)
        with pytest.raises(PolicyError, match=says):
            load(tmp_path / "p.toml")

    @given(st.text())
    def test_no_text_raises_anything_else(self, text: str) -> None:
        for data in (text, HEAD + text):
            try:
                parse(data.encode("utf-8", "surrogatepass"), "p.toml")
            except PolicyError as error:
                assert str(error).startswith("p.toml")


class TestPositions:
    TEXT = (
        '# head\nid = "p"\n[effects]\n"a b" = 1\nx.y = 2\n\n[[rule]]\nid = "R"\n[rule.on]\ntool = "t"\n'
        '[[rule]]\nid = "S"\n[rule.on]\ntool = "t"\n[confirmation.ok]\nends = { uses = 1 }\n'
        "text = '''\n[not.a.table]\nno = 1\n'''\nby = 1\n"
    )

    @pytest.mark.parametrize(
        ("path", "line"),
        [
            (("id",), 2), (("effects",), 3), (("effects", "a b"), 4), (("effects", "x", "y"), 5), (("rule",), 7),
            (("rule", 0), 7), (("rule", 0, "id"), 8), (("rule", 0, "on", "tool"), 10), (("rule", 1), 11),
            (("rule", 1, "on", "tool"), 14), (("confirmation", "ok", "ends", "uses"), 16), (("not", "a"), None),
            (("confirmation", "ok", "no"), 15), (("confirmation", "ok", "by"), 21), ((), None),
        ],
    )  # fmt: skip
    def test_where_a_key_stands_or_the_table_around_it(self, path: positions.Path, line: int | None) -> None:
        assert positions.line_of(path, positions.lines(self.TEXT)) == line


class TestFind:
    @pytest.fixture
    def tree(self, tmp_path: Path) -> Path:
        (tmp_path / "repo" / "logs").mkdir(parents=True)
        (tmp_path / "repo" / ".git").mkdir()
        (tmp_path / BESIDE).write_text(HEAD.replace('"p"', '"above the repository"'))
        return tmp_path / "repo"

    def test_beside_the_trace_before_above_it(self, tree: Path) -> None:
        (tree / BESIDE).write_text(HEAD.replace('"p"', '"above"'))
        found = find(None, tree / "logs" / "t.jsonl")
        assert found is not None
        assert found.name == "above"
        (tree / "logs" / BESIDE).write_text(HEAD.replace('"p"', '"beside"\nversion = "2"'))
        found = find(None, tree / "logs" / "t.jsonl")
        assert found is not None
        assert found.name == "beside 2"

    def test_one_above_the_repository_belongs_to_something_else(self, tree: Path) -> None:
        assert find(None, tree / "logs" / "t.jsonl") is None

    def test_by_path_and_by_shipped_name(self, tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tree)
        (tree / "own.toml").write_text(HEAD)
        found = find("own.toml", tree / "t.jsonl")
        assert found is not None
        assert found.file.id == "p"
        shipped_one = find("defaults", tree / "t.jsonl")
        assert shipped_one is not None
        assert shipped_one.path == "shipped:defaults.toml"

    @pytest.mark.parametrize(
        ("wanted", "says"),
        [("gone.toml", "no such policy file"), ("defualts", r"no policy `defualts` \(did you mean `defaults`"),
         ("zzz", "no policy `zzz`")],
    )  # fmt: skip
    def test_what_was_asked_for_must_be_there(self, tree: Path, wanted: str, says: str) -> None:
        with pytest.raises(PolicyError, match=says):
            find(wanted, tree / "t.jsonl")

    @pytest.mark.parametrize("name", shipped())
    def test_every_shipped_policy_can_be_read(self, name: str) -> None:
        assert find(name, Path("t.jsonl")) is not None


class TestMeaning:
    UNDER = policy(
        '[effects]\nwrite = ["update_*", "set"]\n'
        '[[rule]]\nid = "R"\non = { effect = "write", except = ["update_draft"] }\ncheck = "manual"\n'
        '[[rule]]\nid = "S"\non = { tool = ["get_*", "set"] }\nvisible = { rule_doc = "doc" }\n'
        '[[document]]\nid = "doc"\ntext = "The text."\n[margin.score]\ntie = 2.0\n'
    )

    @pytest.mark.parametrize(
        ("tool", "rules"),
        [
            ("update_x", ["R"]),
            ("update_draft", []),
            ("set", ["R", "S"]),
            ("get_", ["S"]),
            ("Set", []),
            (None, []),
        ],
    )
    def test_rules_govern_by_tool_or_effect(self, tool: str | None, rules: list[str]) -> None:
        assert [rule.id for rule in self.UNDER.rules if self.UNDER.matches(rule.on, tool)] == rules

    def test_what_it_says_and_where(self) -> None:
        assert self.UNDER.document("doc") == "The text."
        assert self.UNDER.document("none") is None
        assert self.UNDER.line("rule", 1, "visible") == 12
        assert [self.UNDER.rule_line(rule) for rule in self.UNDER.rules] == [5, 9]

    def test_bands_are_its_own_or_the_shipped_defaults_with_their_line(self) -> None:
        own, default = self.UNDER.bands("score"), self.UNDER.bands("logprob")
        assert own is not None
        assert default is not None
        assert (own[0].tie, own[1]) == (2.0, "p.toml:16")
        assert (default[0].tie, default[0].narrow) == (0.125, 0.405)
        assert default[1].startswith("shipped:defaults.toml:")
        assert self.UNDER.bands("verbal") is None
        assert defaults().bands("verbal") is None
