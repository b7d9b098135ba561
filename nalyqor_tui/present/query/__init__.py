"""Conditions over decisions: `tool = notify and consent != confirmed`; what a reader filters, stops and checks by."""

from __future__ import annotations

from nalyqor_tui.present.query.evaluate import holds
from nalyqor_tui.present.query.syntax import Node, QueryError, parse
from nalyqor_tui.present.query.vocabulary import Vocabulary, complete, vocabulary

__all__ = ["Node", "QueryError", "Vocabulary", "complete", "holds", "parse", "vocabulary"]
