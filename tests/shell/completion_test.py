# SPDX-License-Identifier: MIT
"""What bash, zsh and fish make of `forestall completion`. FORESTALL_COMMAND is the command."""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

import shells

COMMANDS = {"status", "top", "explain", "check", "doctor", "history", "show", "record", "replay", "drill"}
FILES = {"a file.toml", "b.toml", "sub"}

# What is typed, and what must be offered for its last word.
OFFERS = [
    ("forestall ", COMMANDS),
    ("forestall sh", {"show"}),
    ("forestall nonsuch", set()),
    ("forestall --v", {"--version"}),
    ("forestall replay --co", {"--compare", "--config"}),
    ("forestall replay b.toml --j", {"--json"}),
    ("forestall status --config check --j", {"--json"}),
    ("forestall replay ", FILES),
    ("forestall check b", {"b.toml"}),
    ("forestall check a", {"a file.toml"}),
    ("forestall status --config ", FILES),
    ("forestall show --html=b", {"--html=b.toml"}),
    ("forestall replay --compare ", FILES),
    ("forestall replay --compare b.toml ", FILES),
    ("forestall replay --compare b.toml b.toml b", {"b.toml"}),
    ("forestall history --directory ", {"sub"}),
    ("forestall history -n ", set()),
    ("forestall explain --without me", {"memory"}),
    ("forestall explain --without=me", {"--without=memory"}),
    ("forestall explain --without memory --without g", {"growth"}),
]


class Completion(unittest.TestCase):
    def test_offers_the_same_in_bash(self):
        self.check(shells.bash)

    def test_offers_the_same_in_zsh(self):
        self.check(shells.zsh)

    def test_offers_the_same_in_fish(self):
        self.check(shells.fish)

    def check(self, start):
        scratch, directory = (Path(self.enterContext(tempfile.TemporaryDirectory())) for _ in range(2))
        (directory / "a file.toml").touch()
        (directory / "b.toml").touch()
        (directory / "sub").mkdir()
        command = [os.environ["FORESTALL_COMMAND"], "completion", start.__name__]
        script = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
        shell = start(script, scratch, directory)
        self.addCleanup(shell.close)
        for typed, offered in OFFERS:
            with self.subTest(typed):
                self.assertEqual(shell.offers(typed), offered)


if __name__ == "__main__":
    unittest.main()
