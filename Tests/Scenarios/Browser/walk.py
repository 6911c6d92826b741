"""Visits a page behind every GET door of the server and holds it against what must be true of all pages.

The job: base, doors [{path, right}], sessions {name: cookie}, known [address] and below {door: ending} for what no page links to,
unlinked [prefix of doors that are no pages], inEnglish [door], names [what is the same in every language], pictures (a folder, or
null). It prints the problems, and which doors have a page.
"""

import asyncio
import re
from collections import deque

from browser import Browser, Page, job, report

languages = ["en", "de", "ar", "ja"]
looks = [(1280, "light"), (390, "dark"), (1280, "dark"), (390, "light")]
# What is no door, and is a page all the same: for whom, and with which status.
refusals = {"no/such/page": (None, 404), "accounts": ("support", 403)}
samples = 4  # of each door, for each session: enough to find what only some people's pages link to
at_once = 2


def pattern(door):
    return re.compile("/" + re.sub(r":[^/]+", "[^/]+", door) + "$")


class Walk:
    def __init__(self, job, browser):
        self.job, self.browser = job, browser
        self.doors = [door["path"] for door in job["doors"]]
        # The most particular first: `accounts/new` before `accounts/:id`.
        self.patterns = sorted(((pattern(door), door) for door in self.doors), key=lambda pair: pair[1].count(":"))
        self.found = {}  # door: (length of its page, path, session)
        self.others = {}  # doors that answer, and not with a page: (path, session)
        self.problems = []

    def door(self, path):
        return next((door for shape, door in self.patterns if shape.fullmatch(path)), None)

    async def crawl(self, session):
        """Follows links as one who is signed in, or nobody (None)."""
        context = await self.browser.context(session and self.job["sessions"][session])
        seen, visits = set(), {}
        paths = deque(["/", *(f"/{door}" for door in self.doors if ":" not in door), *self.job["known"]])
        while paths:
            path = paths.popleft().split("#")[0]
            door = self.door(path.split("?")[0])
            if path in seen or door is None or visits.get(door, 0) >= samples:
                continue
            seen.add(path)
            if door in self.job["below"]:
                paths.append(path.split("?")[0] + self.job["below"][door])
            answer = await context.request.get(path, headers={"accept": "text/html"}, max_redirects=0)
            if answer.status >= 500 and answer.status != 503:  # `ready` of a server that does no work
                self.problems.append(f"{path} as {session}: {answer.status}")
            if answer.status != 200:
                continue
            visits[door] = visits.get(door, 0) + 1
            if "text/html" not in answer.headers.get("content-type", ""):
                self.others.setdefault(door, (path, session))
                continue
            text = await answer.text()
            if len(text) > self.found.get(door, (0,))[0]:
                self.found[door] = (len(text), path, session)
            paths.extend(link.replace("&amp;", "&") for link in re.findall(r'(?:href|src)="(/[^"]*)"', text))
        await context.close()

    async def visit(self, door, turn, path, session, status=200):
        cookie = session and self.job["sessions"][session]
        for index, (width, scheme) in enumerate(looks):
            language = languages[(index + turn) % len(languages)]
            context = await self.browser.context(cookie, language, width, scheme)
            page = await Page.open(context, path, status)
            name = f"{path} as {session} in {language}, {width} px, {scheme}"
            # A mail as it is sent is in the language of its reader, and has no frame of ours.
            if not door.endswith("/html"):
                translated = door not in self.job["inEnglish"]
                self.problems += [f"{name}: {problem}" for problem in await page.problems(
                    language, width, translated, self.job["names"])]
            if self.job.get("pictures"):
                file = f"{door.replace('/', '-').replace(' ', '-') or 'today'}.{language}.{width}.{scheme}.png".replace(":", "")
                await page.page.screenshot(path=f"{self.job['pictures']}/{file}", full_page=True)
            if index == turn % len(looks) and not door.endswith("/html"):
                await self.without_script(page, name, path, cookie, language, width, status)
            await context.close()

    async def without_script(self, page, name, path, cookie, language, width, status):
        context = await self.browser.context(cookie, language, width, script=False)
        plain = await Page.open(context, path, status)
        self.problems += [f"{name}, without script: {problem}" for problem in plain.complaints]
        if (here := await page.words()) != (there := await plain.words()):
            extra = [word for word in here if word not in there] + [word for word in there if word not in here]
            if extra:
                self.problems.append(f"{name}: another text without script: {' '.join(extra[:12])}")
        await context.close()

    async def keep(self, door, path, session):
        """A document in each language, beside the pictures."""
        for language in languages:
            context = await self.browser.context(session and self.job["sessions"][session], language)
            answer = await context.request.get(path)
            file = f"{door.removesuffix('.pdf').replace('/', '-').replace(':', '')}.{language}.pdf"
            with open(f"{self.job['pictures']}/{file}", "wb") as out:
                out.write(await answer.body())
            await context.close()

    async def run(self):
        for session in [None, *self.job["sessions"]]:
            await self.crawl(session)
        missing = [
            door for door in self.doors
            if door not in self.found and door not in self.others
            and not any(door.startswith(prefix) for prefix in self.job["unlinked"])]
        self.problems += [f"/{door}: no page leads there; link it, or name one in BrowserTests" for door in missing]
        pages = [(door, path, session) for door, (_, path, session) in sorted(self.found.items())]
        pages += [(f"refused {status}", f"/{path}", session, status) for path, (session, status) in refusals.items()]
        visits = deque(enumerate(pages))

        async def work():
            while visits:
                turn, (door, *page) = visits.popleft()
                try:
                    await self.visit(door, turn, *page)
                except Exception as error:  # the other pages are still worth a look
                    self.problems.append(f"/{door}: {error}")

        await asyncio.gather(*(work() for _ in range(at_once)))
        if self.job.get("pictures"):
            for door, (path, session) in self.others.items():
                if door.endswith(".pdf"):
                    await self.keep(door, path, session)


async def main():
    work = job()
    async with Browser(work["base"]) as browser:
        walk = Walk(work, browser)
        await walk.run()
    report(problems=walk.problems, pages=sorted(walk.found), others=sorted(walk.others))


asyncio.run(main())
