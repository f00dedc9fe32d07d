#!/usr/bin/env python3
"""Opens reports in a browser and looks at them as a reader would.

    report.py APICAL [SCREENSHOTS]

APICAL is the compiled command. A short run is reported on and opened in a headless
Chromium, on a desktop and on a phone, in the light, in the dark and on paper, and so
are reports about a spike file alone and about a table whose names are code. All
pictures must load, every section must be there, nothing may be wider than the page,
and the browser must neither complain nor ask for anything but the page itself.
With a directory SCREENSHOTS, pictures of the pages are left there.
"""

import base64
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

SETTINGS = ["neurons=60", "examples=4", "example_duration=1s", "tau_avg=500ms"]
SECTIONS = ["recording", "raster", "rates", "intervals", "threshold", "weights", "provenance"]
VIEWS = [  # name, width, height, mobile, scheme, medium
    ("desktop", 1200, 900, False, "light", "screen"),
    ("desktop-dark", 1200, 900, False, "dark", "screen"),
    ("phone", 390, 844, True, "light", "screen"),
    ("phone-dark", 390, 844, True, "dark", "screen"),
    ("paper", 794, 1123, False, "light", "print"),
]
FEW = [v for v in VIEWS if v[0] in ("desktop", "phone-dark")]
# A table of others, with a population that would like to be more than a name.
HOSTILE = '"><script>document.title = 1</script><img src=x onerror=alert(1)>'
LOOK = """(() => ({
  title: document.title,
  sections: [...document.querySelectorAll('section[id]')].map(s => s.id),
  pictures: [...document.images].map(i => [i.naturalWidth, i.naturalHeight, i.complete, i.alt.length]),
  figures: document.querySelectorAll('figure').length,
  scripts: document.scripts.length,
  elsewhere: [...document.querySelectorAll('[src],[href]')].map(e => e.getAttribute('src') || e.getAttribute('href'))
    .filter(u => !u.startsWith('data:') && !u.startsWith('#')),
  anchors: [...document.querySelectorAll('nav a')].filter(a => !document.querySelector(a.getAttribute('href'))).length,
  wide: document.documentElement.scrollWidth - window.innerWidth,
  paper: getComputedStyle(document.body).backgroundColor,
  rows: document.querySelectorAll('#recording tbody tr').length,
  name: document.querySelector('#recording tbody td').textContent,
}))()"""


class Browser:
    """A headless Chromium, spoken to over two pipes (its file descriptors 3 and 4)."""

    def __init__(self, program, profile):
        to_browser, ours = os.pipe()
        theirs, from_browser = os.pipe()
        # The browser wants its ends at 3 and 4; the shell moves them there.
        command = ["sh", "-c", f'exec "$@" 3<&{to_browser} 4>&{from_browser}', "sh", program,
                   "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
                   "--remote-debugging-pipe", f"--user-data-dir={profile}", "about:blank"]
        self.process = subprocess.Popen(command, pass_fds=(to_browser, from_browser),
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_browser)
        os.close(from_browser)
        self.output, self.input = os.fdopen(ours, "wb", 0), os.fdopen(theirs, "rb", 0)
        self.last, self.buffer, self.events = 0, b"", []

    def receive(self):
        while b"\0" not in self.buffer:
            some = self.input.read(1 << 16)
            if not some:
                raise AssertionError("the browser has gone away")
            self.buffer += some
        message, _, self.buffer = self.buffer.partition(b"\0")
        return json.loads(message)

    def call(self, method, session=None, **params):
        self.last += 1
        message = {"id": self.last, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        self.output.write(json.dumps(message).encode() + b"\0")
        while True:
            answer = self.receive()
            if answer.get("id") == self.last:
                assert "error" not in answer, f"{method}: {answer['error']}"
                return answer["result"]
            self.events.append(answer)

    def wait(self, method):
        while not any(e.get("method") == method for e in self.events):
            self.events.append(self.receive())

    def close(self):
        self.call("Browser.close")
        self.process.wait(timeout=20)


def equal(got, want, what):
    assert got == want, f"{what}: {got!r}, want {want!r}"


def look(browser, url, view):
    """Opens a page in a view; returns what is to be seen, what went wrong, and a picture."""
    _, width, height, mobile, scheme, medium = view
    target = browser.call("Target.createTarget", url="about:blank")["targetId"]
    session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
    for domain in ("Page", "Runtime", "Log", "Network"):
        browser.call(f"{domain}.enable", session)
    browser.call("Emulation.setDeviceMetricsOverride", session, width=width, height=height, deviceScaleFactor=1, mobile=mobile)
    browser.call("Emulation.setEmulatedMedia", session, media=medium,
                 features=[{"name": "prefers-color-scheme", "value": scheme}])
    browser.events.clear()
    browser.call("Page.navigate", session, url=url)
    browser.wait("Page.loadEventFired")
    seen = browser.call("Runtime.evaluate", session, expression=LOOK, returnByValue=True)["result"]["value"]
    picture = browser.call("Page.captureScreenshot", session, format="png", captureBeyondViewport=True)["data"]
    complaints = []
    for e in browser.events:
        method, params = e.get("method"), e.get("params", {})
        if method in ("Log.entryAdded", "Runtime.exceptionThrown", "Runtime.consoleAPICalled"):
            complaints.append(json.dumps(params)[:300])
        if method == "Network.requestWillBeSent" and not params["request"]["url"].startswith(("data:", url)):
            complaints.append("asks for " + params["request"]["url"])
    browser.call("Target.closeTarget", targetId=target)
    return seen, complaints, base64.b64decode(picture)


def check(browser, page, title, sections, screenshots, views=VIEWS):
    name, url = page.stem, page.as_uri()
    for view in views:
        where = f"{page.name}, {view[0]}"
        seen, complaints, picture = look(browser, url, view)
        if screenshots:
            (screenshots / f"{name}-{view[0]}.png").write_bytes(picture)
        equal(complaints, [], where)
        equal(seen["title"], title, where)
        missing = [s for s in sections if s not in seen["sections"]]
        equal(missing, [], f"{where}: missing sections")
        equal((seen["scripts"], seen["elsewhere"], seen["anchors"]), (0, [], 0), f"{where}: scripts, links elsewhere, dead anchors")
        assert seen["figures"] == len(seen["pictures"]) > 3, f"{where}: {seen['figures']} figures, {len(seen['pictures'])} pictures"
        for width, height, complete, alt in seen["pictures"]:
            assert complete and width > 100 and height > 50 and alt > 10, f"{where}: a picture of {width} x {height}, alt of {alt}"
        assert seen["wide"] <= 0, f"{where}: {seen['wide']} pixels wider than the window"
        assert seen["rows"] > 0, f"{where}: no population in the table"
        equal(seen["name"], HOSTILE if name == "hostile" else "input1", f"{where}: first population")
        equal(seen["paper"] == "rgb(255, 255, 255)", view[4] == "light", f"{where}: paper {seen['paper']}, light")


def main(apical, screenshots):
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    assert program, "no Chromium"
    apical = os.path.abspath(apical)
    with tempfile.TemporaryDirectory(prefix="apical-report-", ignore_cleanup_errors=True) as root:
        run = pathlib.Path(root, "run")
        command = [apical, "run", "xor", "--quiet", "--record", "all", "--out", str(run)]
        for s in SETTINGS:
            command += ["--set", s]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        subprocess.run([apical, "report", str(run)], check=True, stdout=subprocess.DEVNULL)
        alone = pathlib.Path(root, "spikes-alone.html")
        subprocess.run([apical, "report", str(run / "spikes.arrow"), "--until", "3s", "--out", str(alone)],
                       check=True, stdout=subprocess.DEVNULL)
        table, hostile = pathlib.Path(root, "hostile.csv"), pathlib.Path(root, "hostile.html")
        name = '"' + HOSTILE.replace('"', '""') + '"'
        table.write_text("time_s,neuron,population\n" + "".join(
            f"{0.1 * k + later:.4f},{k % 3},{name}\n" for k in range(200) for later in (0, 0.008)))
        subprocess.run([apical, "report", str(table), "--until", "30s", "--out", str(hostile)],
                       check=True, stdout=subprocess.DEVNULL)
        start = time.monotonic()
        browser = Browser(program, os.path.join(root, "profile"))
        try:
            check(browser, run / "report.html", "xor, seed 1", SECTIONS, screenshots)
            check(browser, alone, "spikes.arrow", [s for s in SECTIONS if s != "weights"], screenshots, FEW)
            check(browser, hostile, "hostile.csv", [s for s in SECTIONS if s != "weights"], screenshots, FEW)
        finally:
            browser.close()
        print(f"3 reports, {len(VIEWS) + 2 * len(FEW)} views, {time.monotonic() - start:.1f} s in {program}")


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    pictures = pathlib.Path(sys.argv[2]) if len(sys.argv) == 3 else None
    if pictures:
        pictures.mkdir(parents=True, exist_ok=True)
    main(sys.argv[1], pictures)
