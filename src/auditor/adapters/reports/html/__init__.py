"""The HTML report: one page that needs no script and no network, and its plots."""
