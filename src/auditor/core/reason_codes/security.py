"""Whether what looks for weaknesses is looking."""

from __future__ import annotations

SENTENCES: dict[str, str] = {
    "product_watching": "the product is on, {observed} of at least {limit} are ready or looked at, and it was heard of",
    "product_off": "the product is switched off here: that it finds nothing says nothing",
    "product_idle": "the product is on, but {observed} are ready or looked at, less than {limit}",
    "product_silent": "the product is on, but neither a recent finding nor an observer shows that it works",
    "product_unstated": "whether the product is on, what it looks at, or what it found was not answered",
}
