#!/usr/bin/env python3
"""Opens a report in headless Chromium from a file: its script runs, the slider moves the slice, nothing
is asked of a network and nothing is said on the console.

    python3 Tools/check.d/report.py [TOOL [SCREENSHOT.png]]
    python3 Tools/check.d/report.py --page REPORT.html [SCREENSHOT.png]

The report is made of a small phantom; or a page that is there is opened. It is kept as it was seen as
SCREENSHOT.png, else as .build/artefacts/report.png, for people to look at.

Needs Debian's chromium and chromium-driver. Exit code 0 where all is as it should be, 1 where not, 77 where
a browser, selenium or the tool is missing.
"""
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

words = sys.argv[1:]
given = None
if words and words[0] == "--page":
    given = Path(words[1]).resolve()
    words = [None, *words[2:]]
root = Path(__file__).resolve().parents[2]
candidates = [words[0] if words and words[0] else os.environ.get("T2S_VOLUME"),
              root / ".build/release/t2s-volume", root / ".build/debug/t2s-volume"]
tool = next((str(c) for c in candidates if c and Path(c).is_file()), None)
chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
if not (tool or given) or not chromium or not driver:
    print("skipped: t2s-volume, chromium or chromedriver is missing")
    sys.exit(77)

failures = []


def check(name, condition):
    print(("ok      " if condition else "FAILED  ") + name)
    if not condition:
        failures.append(name)


with tempfile.TemporaryDirectory() as folder:
    folder = Path(folder)
    run = lambda *words: subprocess.run([tool, *map(str, words)], check=True, capture_output=True)
    page = given or folder / "report.html"
    if not given:
        run("phantom", folder / "scan.zarr", "--shape", "24x120x160", "--seed", "5")
        run("segment", folder / "scan.zarr", "--output", folder / "labels.zarr", "--no-picture")
        run("show", "report", folder / "labels.zarr", "--truth", folder / "scan.zarr.labels.zarr",
            "--output", page)
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for word in ("--headless=new", "--no-sandbox", "--window-size=1200,2400",
                 "--host-resolver-rules=MAP * ~NOTFOUND"):
        options.add_argument(word)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    browser = webdriver.Chrome(options=options, service=Service(driver))
    try:
        browser.get(page.as_uri())
        browser.implicitly_wait(5)
        drawn = lambda: browser.execute_script(
            "return document.getElementById('slice').dataset.drawn || ''")
        pixels = lambda: browser.execute_script(
            "const c = document.getElementById('slice'); const d = c.getContext('2d')"
            ".getImageData(0, 0, c.width, c.height).data; let s = 0;"
            "for (let i = 0; i < d.length; i++) s = (s * 31 + d[i]) % 1000000007; return s;")

        def until(wanted):
            for _ in range(100):
                if drawn() == wanted:
                    return True
                browser.execute_async_script("setTimeout(arguments[0], 50)")
            print("   it is", drawn())
            return False

        slices = browser.execute_script(
            "const s = JSON.parse(document.getElementById('slices').textContent).axes;"
            "return {z: s.z.slices.map(v => v.position), x: s.x.slices.map(v => v.position),"
            " errors: 'errors' in s.z.slices[0]}")
        middle = lambda axis: slices[axis][len(slices[axis]) // 2]
        check("the middle slice is drawn", until(f"z {middle('z')} both"))
        before = pixels()
        browser.execute_script(
            "const s = document.getElementById('position'); s.value = 5;"
            "s.dispatchEvent(new Event('input'))")
        another = slices["z"][5]
        check("the slider moves it", until(f"z {another} both") and pixels() != before)
        seen = set()
        views = ["grey", "labels"] + (["errors"] if slices["errors"] else [])
        for view in views:
            browser.execute_script(
                f"document.querySelector('input[name=view][value={view}]').click()")
            check(f"{view} is shown", until(f"z {another} {view}"))
            seen.add(pixels())
        check("views differ", len(seen) == len(views))
        browser.execute_script("document.querySelector('input[name=axis][value=x]').click()")
        check("another axis is shown", drawn().startswith("x ") or until(f"x {middle('x')} {views[-1]}"))
        first = "return document.querySelector('table.sortable tbody td')?.textContent"
        was = browser.execute_script(first)
        if was is not None or not given:
            browser.execute_script("document.querySelector('table.sortable th:nth-child(2)').click()")
            check("a table is sorted by a click", browser.execute_script(first) != was)
        said = [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]
        for entry in said:
            print("   ", entry["message"])
        check("the console has no error", not said)
        asked = [entry["message"] for entry in browser.get_log("performance")
                 if "requestWillBeSent\"" in entry["message"] and "\"url\":\"http" in entry["message"]]
        check("no network is asked", not asked)
        kept = Path(words[1]) if len(words) > 1 else root / ".build/artefacts/report.png"
        kept.parent.mkdir(parents=True, exist_ok=True)
        check("the screenshot is kept", browser.save_screenshot(str(kept)))
    finally:
        browser.quit()
    print(f"{page.stat().st_size / 1e6:.1f} MB")
    check("the page is small", page.stat().st_size < 25e6)

sys.exit(bool(failures))
