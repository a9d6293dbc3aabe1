# SPDX-License-Identifier: MIT
"""bash, zsh and fish, asked what they would complete. The first two sit at a terminal and are typed to."""

import os
import pty
import select
import shlex
import subprocess
import time

PATIENCE = 20  # seconds, for any one answer
PROMPT = "<ready>"
TAB, DUMP = "\t", "\x0f"  # Ctrl-O: see the two set-ups

# TAB puts all that is offered into the line at once; Ctrl-O writes the line into a file and empties it.
BASH_SETUP = """
PS1='{prompt}'
bind '"\\t": insert-completions'
bind 'set enable-bracketed-paste off'
dump() {{ printf '%s\\n' "$READLINE_LINE" >{dumped}; READLINE_LINE= READLINE_POINT=0; }}
bind -x '"\\C-o": dump'
source {script}
"""
ZSH_SETUP = """
PS1='{prompt}'
fpath=({script_dir} $fpath)
autoload -Uz compinit && compinit -u -D
zstyle ':completion:*' completer _all_matches _complete
zstyle ':completion:*' insert true
bindkey -e
bindkey '^I' complete-word
dump() {{ print -r -- "$BUFFER" >{dumped}; BUFFER= }}
zle -N dump
bindkey '^O' dump
"""


class Typed:
    """A shell at a terminal of its own, in `directory`. RuntimeError, with what is on the terminal, if it is mute."""

    def __init__(self, command, environment, directory, dumped):
        self._dumped = dumped
        self._screen = b""
        self._terminal, theirs = pty.openpty()
        self._process = subprocess.Popen(
            command,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=directory,
            start_new_session=True,
            env=os.environ | {"TERM": "dumb", "HOME": str(directory)} | environment,
        )
        os.close(theirs)
        self._wait_for(lambda: PROMPT.encode() in self._screen)

    def close(self):
        self._process.kill()
        self._process.wait()
        os.close(self._terminal)

    def offers(self, line):
        """What stands in place of the last word of `line`, the others left out."""
        self._dumped.unlink(missing_ok=True)
        os.write(self._terminal, (line + TAB + DUMP).encode())
        self._wait_for(lambda: self._dumped.exists() and self._dumped.read_text().endswith("\n"))
        whole = self._dumped.read_text()
        if whole.rstrip() == line.rstrip():
            return set()
        before = len(shlex.split(line[: line.rindex(" ")]))
        return {word.rstrip("/=") for word in shlex.split(whole)[before:]}

    def _wait_for(self, happened):
        deadline = time.monotonic() + PATIENCE
        while not happened():
            if time.monotonic() > deadline or self._process.poll() is not None:
                raise RuntimeError(f"no answer from {self._process.args[0]}; on its terminal: {self._screen!r}")
            if select.select([self._terminal], [], [], 0.01)[0]:
                self._screen += os.read(self._terminal, 1 << 16)


def bash(script, scratch, directory):
    setup, dumped = scratch / "bashrc", scratch / "bash.line"
    (scratch / "forestall.bash").write_text(script)
    setup.write_text(BASH_SETUP.format(prompt=PROMPT, dumped=dumped, script=scratch / "forestall.bash"))
    return Typed(["bash", "--noprofile", "--rcfile", setup, "-i"], {}, directory, dumped)


def zsh(script, scratch, directory):
    dumped = scratch / "zsh.line"
    (scratch / "functions").mkdir()
    (scratch / "functions/_forestall").write_text(script)
    setup = ZSH_SETUP.format(prompt=PROMPT, dumped=dumped, script_dir=scratch / "functions")
    (scratch / ".zshrc").write_text(setup)
    return Typed(["zsh", "-o", "noglobalrcs", "-i"], {"ZDOTDIR": str(scratch)}, directory, dumped)


class fish:
    """It answers without a terminal."""

    def __init__(self, script, scratch, directory):
        self._script = scratch / "forestall.fish"
        self._script.write_text(script)
        self._directory = directory

    def close(self):
        pass

    def offers(self, line):
        told = subprocess.run(
            ["fish", "--no-config", "-c", "source $argv[1]; complete -C $argv[2]", "--", self._script, line],
            cwd=self._directory,
            env=os.environ | {"HOME": str(self._directory)},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            timeout=PATIENCE,
        ).stdout
        return {offer.split("\t")[0].rstrip("/=") for offer in told.splitlines()}
