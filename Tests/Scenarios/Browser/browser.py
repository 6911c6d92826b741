"""What every browser test needs: Debian's Chromium, driven by Playwright, and what must hold on each page.

A test is a program beside this one. It reads its job, an object of JSON, from standard input and prints one object of
JSON: {"problems": [...]}. `BrowserScript` in Swift runs it.
"""

import json
import re
import sys
from importlib.resources import files
from pathlib import Path

from playwright.async_api import async_playwright

directions = {"en": "ltr", "de": "ltr", "ar": "rtl", "ja": "ltr"}
tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
axe = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
look = Path(__file__).with_name("look.js").read_text(encoding="utf-8")


def job():
    return json.load(sys.stdin)


def report(**found):
    json.dump(found, sys.stdout)


class Browser:
    """One Chromium for a whole test. `async with Browser(base) as browser`."""

    def __init__(self, base):
        self.base = base

    async def __aenter__(self):
        self.playwright = await async_playwright().start()
        # The machine's own Chromium: nothing is downloaded, and it is as new as the machine.
        self.chromium = await self.playwright.chromium.launch(executable_path="/usr/bin/chromium")
        return self

    async def __aexit__(self, *_):
        await self.chromium.close()
        await self.playwright.stop()

    async def context(self, session=None, language=None, width=1280, scheme="light", script=True, **more):
        """A browser of its own: whose session's cookie it has ("name=value"), in which language, window and colours."""
        context = await self.chromium.new_context(
            base_url=self.base, viewport={"width": width, "height": 900}, color_scheme=scheme,
            java_script_enabled=script, locale="en", **more)
        cookies = [cookie.split("=", 1) for cookie in (session, language and f"amends-language={language}") if cookie]
        await context.add_cookies([{"name": name, "value": value, "url": self.base} for name, value in cookies])
        return context


class Page:
    """A page that was opened, with all that its browser complained about."""

    @classmethod
    async def open(cls, context, path, status=200):
        self = cls()
        self.complaints = []
        self.page = await context.new_page()
        # What the content security policy refuses is told here too.
        self.page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("requestfailed", lambda request: self.complaints.append(f"not loaded: {request.url}"))
        answer = await self.page.goto(path, wait_until="load")
        if answer.status != status:
            self.complaints.append(f"status {answer.status}")
        if status != 200:  # which the browser tells as well
            self.complaints = [said for said in self.complaints if f"a status of {status}" not in said]
        return self

    async def problems(self, language, width, translated=True, names=()):
        """What is wrong with it, in words. Nothing is what it should be."""
        found = list(self.complaints)
        await self.unfold()
        seen = await self.page.evaluate(look, list(names))
        if (seen["lang"], seen["dir"]) != (language, directions[language]):
            found.append(f"lang={seen['lang']} dir={seen['dir']}")
        # One pixel is how a fraction of one is rounded.
        if seen["beyond"] > 1:
            found.append(f"{seen['beyond']} px wider than a window of {width} px: {seen['widest']}")
        if language in ("ar", "ja") and translated:
            found += [f"English: {text}" for text in seen["english"][:8]]
            if seen["latin"] > 0.25 * max(seen["letters"], 1):
                found.append(f"{seen['latin']} of {seen['letters']} letters are Latin")
        await self.page.evaluate(axe)
        result = await self.page.evaluate(
            "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})", tags)
        for violation in result["violations"]:
            nodes = "; ".join(" ".join(map(str, node["target"])) for node in violation["nodes"][:4])
            found.append(f"axe {violation['id']}: {violation['help']} ({len(violation['nodes'])}: {nodes})")
        return found

    async def unfold(self):
        await self.page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")

    async def words(self):
        """What it says, without its figures: times pass between two looks."""
        await self.unfold()
        # But for what the script itself brings.
        text = await self.page.evaluate(
            "() => { document.querySelectorAll('.live').forEach(one => one.remove()); return document.querySelector('main').innerText }")
        text = re.sub(r"\b[0-9a-f]{16,}\b", "#", text)  # the number of a request
        return re.sub(r"[\d٠-٩.,:٫٬]+", "#", text).split()
