# SPDX-License-Identifier: MIT
"""Incidents as the daemon keeps them (src/report/story.h), to be shown as pages."""

import json
from pathlib import Path

TRACE = Path(__file__).parent.parent / "data/traces/leak_zram.trace"
BEGAN = 17_000  # ms into the trace


def process(pid, comm, unit, **more):
    return {"pid": pid, "uid": 1000, "comm": comm, "unit": unit, "bytes": 700 << 20} | more


def terms(**points):
    return [{"name": name, "points": p} for name, p in points.items()]


FIREFOX = "firefox (pid 4242, uid 1000, app-firefox.scope)"
EVENTS = [
    {
        "event": "victim_terminated",
        "at_ms": BEGAN + 7,
        "message": f'Sent SIGTERM to {FIREFOX}: rule "low-memory": memory available 96 MiB, limit 97 MiB.',
        "fields": {
            "VICTIM_CMDLINE": "/usr/lib/firefox/firefox --private",
            "CANDIDATES_JSON": [
                process(
                    4242,
                    "firefox",
                    "app-firefox.scope",
                    kind="family",
                    processes=33,
                    score=351.0,
                    terms=terms(memory=300.0, growth=101.0, avoid=-50.0),
                ),
                process(4300, "gimp", "app-gimp.scope", score=120.5, terms=terms(memory=120.5)),
            ],
            "SPARED_JSON": [process(900, "sshd", "ssh.service", why="system_unit", entry=0)],
        },
    },
    {"event": "victim_killed", "at_ms": BEGAN + 900, "message": f"Sent SIGKILL to {FIREFOX}.", "fields": {}},
    {
        "event": "victim_gone",
        "at_ms": BEGAN + 1000,
        "message": f"{FIREFOX} is gone after 993 ms; 40 MiB came back (700 MiB promised).",
        "fields": {"FREED_BYTES": str(40 << 20), "PROMISED_BYTES": str(700 << 20), "NEEDLESS": "1"},
    },
    {"event": "recovered", "at_ms": BEGAN + 4000, "message": "Memory has recovered.", "fields": {}},
]


def replaced(value, text):
    """The same with `text` in place of every text in it."""
    if isinstance(value, str):
        return text
    if isinstance(value, list):
        return [replaced(v, text) for v in value]
    return {k: replaced(v, text) for k, v in value.items()} if isinstance(value, dict) else value


def story(text=None, more_turns_at=None):
    """With `text` wherever a story has any, or with what a daemon might have written. With 30 turns more, one each ms
    from `more_turns_at` on, in ms since it began."""
    head = {"forestall": "incident", "version": 1, "began_ms": 1_792_500_000_000, "began_at_ms": BEGAN}
    head |= {"id": text or "0123456789abcdeffedcba9876543210", "forestalld": text or "0.1.0"}
    head |= {"limits": {"mem_available_below": 97 << 20}}
    events = EVENTS if text is None else replaced(EVENTS, text)
    if more_turns_at is not None:
        more = [EVENTS[1] | {"at_ms": BEGAN + more_turns_at + i} for i in range(30)]
        events = sorted(events + more, key=lambda e: e["at_ms"])
    trace = [{"trace": line} for line in TRACE.read_text().splitlines()]
    return "".join(json.dumps(line) + "\n" for line in [head, *events, *trace])
