# SPDX-License-Identifier: MIT
"""Chromium without a window, driven through two pipes (its DevTools protocol): nothing else need be installed."""

import json
import os
import select
import subprocess
import tempfile
import time
from pathlib import Path

PATIENCE = 20  # seconds, for any one answer

# As root there is no sandbox to be had. No name is ever resolved: neither the page nor Chromium itself gets out.
COMMAND = """exec chromium --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run \
  --disable-background-networking --disable-component-update --host-resolver-rules='MAP * ~NOTFOUND' \
  --user-data-dir="$HOME" --remote-debugging-pipe 3<&"$1" 4>&"$2" about:blank"""


class Browser:
    """Raises RuntimeError, with what Chromium said, if it does not start, does not answer or ends too early."""

    def __init__(self):
        self._home = tempfile.TemporaryDirectory(prefix="forestall-page-", ignore_cleanup_errors=True)
        self._said = Path(self._home.name, "stderr")
        theirs_in, self._to = os.pipe()
        self._from, theirs_out = os.pipe()
        with open(self._said, "wb") as said:
            self._process = subprocess.Popen(
                ["bash", "-c", COMMAND, "bash", str(theirs_in), str(theirs_out)],
                pass_fds=(theirs_in, theirs_out),
                env=os.environ | {"HOME": self._home.name},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=said,
            )
        os.close(theirs_in)
        os.close(theirs_out)
        self._last_id = 0
        self._rest = b""
        self._events = []
        try:
            self.call("Browser.getVersion")
        except Exception:
            self.close()
            raise

    def close(self):
        os.close(self._to)  # with nobody to talk to it ends
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.close(self._from)
        self._home.cleanup()

    def call(self, method, session=None, **params):
        """What the protocol calls a command. Events that come meanwhile are kept."""
        self._last_id += 1
        message = {"id": self._last_id, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        try:
            os.write(self._to, json.dumps(message).encode() + b"\0")
        except BrokenPipeError:
            self._fail("has ended")
        answer = self._read_until(lambda m: m.get("id") == self._last_id)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']['message']}")
        return answer["result"]

    def wait_for(self, method, session):
        is_it = lambda m: m.get("method") == method and m.get("sessionId") == session
        if not any(is_it(m) for m in self._events):
            self._read_until(is_it)

    def events(self, session):
        return [m for m in self._events if m.get("sessionId") == session]

    def _read_until(self, wanted):
        deadline = time.monotonic() + PATIENCE
        while True:
            while b"\0" in self._rest:
                one, self._rest = self._rest.split(b"\0", 1)
                message = json.loads(one)
                if "method" in message:
                    self._events.append(message)
                if wanted(message):
                    return message
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self._from], [], [], left)[0]:
                self._fail(f"did not answer within {PATIENCE} s")
            more = os.read(self._from, 1 << 16)
            if not more:
                self._fail("has ended")
            self._rest += more

    def _fail(self, what):
        said = self._said.read_text(errors="replace")[-2000:]
        raise RuntimeError(f"chromium {what}; is Debian's package chromium installed? It said:\n{said}")
