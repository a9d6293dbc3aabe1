# SPDX-License-Identifier: MIT
"""The page of `forestall show --html`, in a real browser. FORESTALL_COMMAND is the command that writes it."""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

from browser import Browser
from page import DESK, PHONE, look, luminance
from stories import story

MARKUP = (
    "</title></style></p></td></svg>--><script>console.error('x')</script><b onclick=alert(1) style=width:900px>"
    "<img src=http://192.0.2.1/x onerror=console.log(1)><iframe src=javascript:1></iframe>\"'&lt;&#60;script&#62;"
)
HOSTILE = {
    "markup": MARKUP,
    "controls of terminals and directions": "\x1b[2J\x1b]0;title\x07\x00\x9b \u202egnp.exe\u2066 \u200f\u2067 \u061c",
    "64 KiB without a blank": "W" * (64 << 10),
}
# What may not be left of them: a terminal's and a bidirectional text's controls (base/text.h).
HARMFUL = set("\x00\x07\x1b\x9b\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

# A fault, and a page that has it.
BAD = [
    ("says", "<script>console.error('x')</script>"),
    ("says", "<script>throw 1</script>"),
    ("says", "<meta http-equiv=Content-Security-Policy content=\"style-src 'none'\"><style>p {}</style>"),
    ("fetches http://192.0.2.1/x", "<img src=http://192.0.2.1/x>"),
    ("is 900 px wide", "<body style=margin:0><div style=width:900px>x</div>"),
    ("contrast of 2.8", "<p style=color:#999>x</p>"),
    ("contrast of 1.0", "<svg><rect width=9 height=9 /><text y=20 fill=white>x</text></svg>"),
    ("no room for 'wide'", "<svg width=50 height=50><text x=40 y=20>wide</text></svg>"),
    ("no room for 'below'", "<svg><text y=20>below</text><text x=9 y=20>above</text></svg>"),
    ("breaks the number 12", "<p style='width:1ch;overflow-wrap:anywhere'>12</p>"),
    ("has a script", "<script></script>"),
    ("has a script", "<p onclick=x>y</p>"),
]


class Page(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.browser = Browser()
        cls.addClassCleanup(cls.browser.close)

    def page(self, text=None, more_turns_at=None):
        """The file of the page about a story."""
        kept, page = self.directory / "story.jsonl", self.directory / "page.html"
        kept.write_text(story(text, more_turns_at))
        subprocess.run([os.environ["FORESTALL_COMMAND"], "show", kept, "--html", page], check=True)
        return page

    def test_has_no_fault_on_a_phone_and_on_a_desk_by_day_and_by_night(self):
        page = self.page()
        for width in (PHONE, DESK):
            for scheme, is_light in (("light", True), ("dark", False)):
                with self.subTest(width=width, scheme=scheme):
                    seen = look(self.browser, page, width, scheme)
                    self.assertEqual(seen.faults(), [])
                    self.assertEqual(luminance(seen.paper) > 0.5, is_light, seen.paper)

    def test_has_room_for_the_numbers_of_many_turns(self):
        for after in (-16_900, 0, 3_900):  # ms: where the picture begins, in it, where it ends
            page = self.page(more_turns_at=after)
            for width in (PHONE, DESK):
                with self.subTest(after=after, width=width):
                    self.assertEqual(look(self.browser, page, width).faults(), [])

    def test_tells_the_same_where_no_script_may_run(self):
        page = self.page()
        without = look(self.browser, page, scripts=False)
        self.assertIn("Sent SIGTERM to firefox", without.seen)
        self.assertEqual(without.seen, look(self.browser, page).seen)

    def test_takes_hostile_text_for_text(self):
        harmless = look(self.browser, self.page("word"))
        self.assertIn("word", harmless.seen)
        for what, text in HOSTILE.items():
            page = self.page(text)
            for width in (PHONE, DESK):
                with self.subTest(what, width=width):
                    seen = look(self.browser, page, width)
                    self.assertEqual(seen.faults(), [])
                    self.assertEqual(seen.elements, harmless.elements)
                    self.assertEqual(HARMFUL & set(seen.text), set())
                    if text is MARKUP:
                        self.assertIn(MARKUP, seen.seen)

    def test_would_not_pass_with_any_of_these_faults(self):
        for fault, body in BAD:
            with self.subTest(body):
                file = self.directory / "bad.html"
                file.write_text(f"<!doctype html><meta name=viewport content=width=device-width>{body}")
                faults = look(self.browser, file, PHONE).faults()
                self.assertIn(fault, " ".join(faults))
        file.write_text("<!doctype html><body style=margin:0><div style=width:1270px;height:2000px>x</div>")
        self.assertIn("is 1270 px wide where 1265 px are", look(self.browser, file, DESK).faults())


if __name__ == "__main__":
    unittest.main()
