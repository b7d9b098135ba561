"""View rows: words and data with a truth and a source; no Textual, no markup."""
