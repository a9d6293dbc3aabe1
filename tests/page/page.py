# SPDX-License-Identifier: MIT
"""What Chromium makes of a page: what it says, fetches, how wide it is, and what colours text has."""

import json
from dataclasses import dataclass
from pathlib import Path

PHONE, DESK = 360, 1280  # CSS pixels
LEAST_CONTRAST = 4.5  # WCAG 2.1, 1.4.3 (AA)

MEASURE = """(() => {
  const paper = (e) => {
    for (; e; e = e.parentElement) {
      const colour = getComputedStyle(e).backgroundColor;
      if (colour !== 'rgba(0, 0, 0, 0)') return colour;
    }
    return 'rgb(255, 255, 255)';
  };
  const has_text = (e) => [...e.childNodes].some((n) => n.nodeType === Node.TEXT_NODE && n.data.trim());
  const all = [...document.querySelectorAll('*')];
  const inks = all.filter((e) => document.body.contains(e) && has_text(e)).map((e) => {
    const style = getComputedStyle(e);
    return [e.localName, e instanceof SVGElement ? style.fill : style.color, paper(e)];
  });
  const labels = [...document.querySelectorAll('svg text')];
  const box = (e) => e.getBoundingClientRect();
  const spoilt = labels.filter((label) => {
    const outer = box(label.ownerSVGElement), inner = box(label);
    const lies_on = (a) => a.left < inner.right && inner.left < a.right && a.top < inner.bottom && inner.top < a.bottom;
    return inner.left < outer.left || inner.right > outer.right || inner.top < outer.top ||
           inner.bottom > outer.bottom || labels.some((other) => other !== label && lies_on(box(other)));
  });
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), broken = [];
  for (let node; (node = texts.nextNode());) {
    const range = document.createRange();
    range.selectNodeContents(node);
    if (/^[0-9]+$/.test(node.data) && range.getClientRects().length > 1) broken.push(node.data);
  }
  return JSON.stringify({
    width: document.documentElement.scrollWidth,
    room: document.documentElement.clientWidth,
    paper: paper(document.body),
    inks: [...new Set(inks.map((i) => JSON.stringify(i)))].map((i) => JSON.parse(i)),
    spoilt: spoilt.map((t) => t.textContent),
    broken: broken,
    elements: all.map((e) => [e.localName, ...[...e.attributes].map((a) => a.name + '=' + a.value)]),
    text: document.documentElement.textContent,
    seen: document.body.innerText,
  });
})()"""


@dataclass
class Look:
    """One look at a page."""

    asked_width: int
    said: list  # console, exceptions, what the browser logs itself
    fetched: list  # but the page itself
    width: int  # of what there is
    room: int  # for it, without the bar to scroll by
    paper: str  # the background of the whole
    inks: list  # [element, colour, background] of all that has text
    spoilt: list  # texts of the picture that stick out of it, or lie on another
    broken: list  # numbers in two lines
    elements: list  # [name, attribute=value...]
    text: str
    seen: str

    def faults(self):
        """What is wrong with any page of ours, in words."""
        found = [f"says: {what}" for what in self.said] + [f"fetches {what}" for what in self.fetched]
        if self.width > min(self.room, self.asked_width):
            found.append(f"is {self.width} px wide where {min(self.room, self.asked_width)} px are")
        for element, ink, paper in self.inks:
            if contrast(ink, paper) < LEAST_CONTRAST:
                found.append(f"<{element}> has a contrast of {contrast(ink, paper):.2f}: {ink} on {paper}")
        found += [f"has in its picture no room for {text!r}" for text in self.spoilt]
        found += [f"breaks the number {number}" for number in self.broken]
        for name, *attributes in self.elements:
            if name == "script" or any(a.startswith("on") or "javascript:" in a for a in attributes):
                found.append(f"has a script: <{name} {' '.join(attributes)[:80]}>")
        return found


def look(browser, file, width=DESK, scheme="light", scripts=True):
    """Loads a file as a tab of its own."""
    target = browser.call("Target.createTarget", url="about:blank")["targetId"]
    session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
    for domain in ("Page", "Runtime", "Log", "Network", "Audits"):
        browser.call(f"{domain}.enable", session)
    browser.call(
        "Emulation.setDeviceMetricsOverride",
        session,
        width=width,
        height=800,
        deviceScaleFactor=1,
        mobile=width == PHONE,
    )
    browser.call("Emulation.setEmulatedMedia", session, features=[{"name": "prefers-color-scheme", "value": scheme}])
    browser.call("Emulation.setScriptExecutionDisabled", session, value=not scripts)
    url = Path(file).as_uri()
    browser.call("Page.navigate", session, url=url)
    browser.wait_for("Page.loadEventFired", session)
    measured = browser.call("Runtime.evaluate", session, expression=MEASURE)["result"]["value"]
    events = browser.events(session)
    browser.call("Target.closeTarget", targetId=target)
    return Look(width, said(events), fetched(events, url), **json.loads(measured))


def said(events):
    kinds = ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded", "Audits.issueAdded")
    return [json.dumps(e["params"])[:300] for e in events if e["method"] in kinds]


def fetched(events, url):
    sent = [e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"]
    return [u for u in sent if u != url and not u.startswith("data:")]


def contrast(one, other):
    """1 to 21: WCAG 2.1, contrast ratio of two opaque colours."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour):
    """0 to 1, of "rgb(r, g, b)": WCAG 2.1, relative luminance."""
    if not colour.startswith("rgb("):
        raise ValueError(f"{colour} is not opaque")
    parts = [int(part) / 255 for part in colour[4:-1].split(",")]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
