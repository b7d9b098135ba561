"""What a report would take out, by rule, and where it stands; no secret is printed whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nalyqor_tui.phrase import Phrase, join, own, phrase
from nalyqor_tui.present.review import Review
from nalyqor_tui.present.text import show
from nalyqor_tui.report.redact.redaction import Redaction
from nalyqor_tui.report.redact.vault import Secret

_BEGINS = 4  # characters of a long secret that are shown, to know it by
_LONG = 16


def render(reviews: Iterable[Review], redaction: Redaction) -> Iterator[str]:
    """Yield a line for each rule that found something, under it its secrets, under each its places."""
    redaction.learn(reviews)
    yield show(phrase("redacted: ") + redaction.says())
    by_rule: dict[str, list[Secret]] = {}
    for secret in redaction.vault.secrets.values():
        by_rule.setdefault(secret.rule, []).append(secret)
    for rule, secrets in by_rule.items():
        yield f"{rule}: {len(secrets)}"
        for secret in secrets:
            yield "  " + show(_secret(secret))
            yield from ("    " + show(redaction.phrase(place)) for place in secret.places)
            if more := secret.count - len(secret.places):
                yield f"    and {more} more there or elsewhere"


def _secret(secret: Secret) -> Phrase:
    begins = phrase(", begins {head}…", head=secret.text[:_BEGINS]) if len(secret.text) >= _LONG else ()
    size = own(f" {len(secret.text)} characters")
    return join("", [own(secret.marker + ":"), size, begins])
