# SPDX-License-Identifier: MIT
"""The part of a page of docs/ that a program makes, between two marks. What people wrote around it stays."""

from __future__ import annotations

from pathlib import Path


def write_page(path: Path, verb: str, lines: list[str]) -> None:
    """verb: of ./dev, by which the part is made. Where the marks are missing they are put at the end."""
    begin, end = (f"<!-- made by ./dev {verb}: {edge} -->\n" for edge in ("begin", "end"))
    before, _, rest = path.read_text().partition(begin)
    after = rest.partition(end)[2]
    path.write_text(before + begin + "\n" + "\n".join(lines).strip() + "\n\n" + end + after)
