"""An incident's way in a real Chromium: stopped and let go on, a lesson, a launch, "this is not right", the report.

The job: base, sessions {role: cookie}, pictures (a folder, or null). It prints the problems.
"""

import asyncio
import re

from browser import Browser, Page, job, report


class Visit:
    def __init__(self, job, browser):
        self.job, self.browser, self.problems = job, browser, []

    def holds(self, what, said):
        if not what:
            self.problems.append(said)

    async def enter(self, role, path, **more):
        context = await self.browser.context(self.job["sessions"][role], **more)
        page = await Page.open(context, path)
        self.pages.append(page)
        return page.page

    async def press(self, page, within, name):
        await within.get_by_role("button", name=name, exact=True).click()
        await page.wait_for_load_state("load")

    async def picture(self, page, name):
        if self.job.get("pictures"):
            await page.screenshot(path=f"{self.job['pictures']}/incident-{name}.png", full_page=True)

    async def contain(self):
        """A plan is stopped, and goes on again: each with its reason, each in the timeline."""
        page = await self.enter("operator", "/incidents")
        await page.get_by_role("link", name="People were charged twice on one evening").click()
        await page.wait_for_load_state("load")
        self.incident = page.url.removeprefix(self.job["base"])
        figure = page.locator("figure.chart svg:visible")
        self.holds(await figure.count() == 1, "the funnel is not there once")
        box = await figure.first.bounding_box()
        self.holds(box and box["width"] > 300 and box["height"] > 30, f"the funnel is {box}")
        # Nobody who is counted may be missing in the picture.
        texts = await figure.first.evaluate("svg => svg.textContent")
        self.holds("1" in texts and "4" in texts, "the funnel says " + texts[:200])
        await page.get_by_text("Stop new charges of one plan").click()
        stop = page.locator("details.act", has_text="Stop new charges of one plan")
        await stop.get_by_label("What", exact=True).select_option("weekly")
        await stop.get_by_label("Reason").fill("to see what it does")
        await self.press(page, stop, "Stop")
        article = page.locator("article", has_text="weekly")
        self.holds("to see what it does" in await article.inner_text(), "the stop is not told")
        await self.picture(page, "stopped")
        await article.locator("summary").click()
        await article.get_by_label("Reason").fill("seen")
        await self.press(page, article, "Let it go on")
        text = await page.locator("article", has_text="weekly").inner_text()
        self.holds("undone" in text, "let go on: " + text)
        timeline = await page.locator(".timeline").inner_text()
        self.holds("Stopped" in timeline and "Goes on" in timeline, "the timeline says " + timeline[-300:])
        await self.picture(page, "undone")

    async def learn(self):
        """What is wrong is said, and what was written stays."""
        page = await self.enter("operator", self.incident + "/lesson")
        await page.get_by_label("What we do differently").fill("Each file has a number.")
        await self.press(page, page, "Save")
        self.holds(await page.get_by_label("What we do differently").input_value() == "Each file has a number.", "lost")
        action = page.locator("article", has_text="Refuse a file")
        await action.locator("summary").click()
        await action.get_by_label("What it changed").select_option("test")
        await action.get_by_label("Its name").fill("A file that comes twice is refused")
        await self.press(page, action, "Say that it is done")
        action = page.locator("article", has_text="Refuse a file")
        self.holds("somebody else has to see it" in await action.inner_text(), "done: " + await action.inner_text())
        other = await self.enter("finance", self.incident + "/lesson")
        action = other.locator("article", has_text="Refuse a file")
        await self.press(other, action, "I have seen the control at work")
        lacks = await other.locator("#close").inner_text()
        self.holds("somebody is not whole" in lacks and "action" not in lacks.lower(), "it lacks " + lacks)

    async def launch(self):
        """Two people sign, and only once everything is answered."""
        page = await self.enter("operator", "/launches")
        await page.get_by_role("link", name="A second carrier").click()
        await page.wait_for_load_state("load")
        launch = page.url.removeprefix(self.job["base"]).split("#")[0]
        while await page.locator("article details.act[open]").count():
            item = page.locator("article", has=page.locator("details.act[open]")).first
            await item.get_by_label("yes", exact=True).check()
            await self.press(page, item, "Save")
        no = page.locator("article", has_text="expected scale")
        await no.locator("summary").click()
        await no.get_by_label("yes", exact=True).check()
        await no.get_by_label("Where it is shown").fill("asked on Monday")
        await self.press(page, no, "Save")
        await self.press(page, page, "It may go")
        self.holds("You have signed" in await page.inner_text("main"), "signed once")
        other = await self.enter("finance", launch)
        await self.press(other, other, "It may go")
        self.holds("may go" in await other.locator(".head").inner_text(), "signed twice")

    async def object(self):
        """The subscriber says that it is not right; support answers; the subscriber reads it. On a telephone."""
        page = await self.enter("subscriber", "/my", width=390)
        card = page.locator("article.card")
        self.holds("charged more than once" in await card.inner_text(), "what happened: " + await card.inner_text())
        await self.picture(page, "own")
        await card.get_by_text("This is not right").click()
        await card.get_by_label("What is not right?").fill("I was charged in euros, and pay in yen.")
        await self.press(page, card, "Tell us")
        self.holds("I was charged in euros" in await page.locator("article.card").inner_text(), "not kept")
        other = await self.enter("support", self.incident)
        for link in await other.locator("a[href^='/objections/']").all():
            path = await link.get_attribute("href")
            look = await self.enter("support", path)
            if "I was charged in euros" in await look.inner_text("main"):
                await look.get_by_label("not right: nothing more is owed").check()
                await look.get_by_label("What we say to them").fill("The carrier takes euros; what it took twice goes back.")
                await self.press(look, look, "Answer")
        await page.reload()
        self.holds("what it took twice goes back" in await page.locator("article.card").inner_text(), "no answer")

    async def report(self):
        page = await self.enter("auditor", self.incident)
        for name, head in [("Report (PDF)", b"%PDF-1."), ("Report with proofs (JSON)", b'{"')]:
            link = await page.get_by_role("link", name=name, exact=True).get_attribute("href")
            answer = await page.context.request.get(link)
            body = await answer.body()
            self.holds(answer.status == 200 and body.startswith(head), f"{link}: {answer.status} {body[:40]}")
            self.holds(
                re.fullmatch(r'attachment; filename="incident-\d+\.(pdf|json)"', answer.headers["content-disposition"]),
                f"{link} is kept as {answer.headers['content-disposition']}")
            if self.job.get("pictures"):
                with open(f"{self.job['pictures']}/incident-report{link[link.rindex('.'):]}", "wb") as file:
                    file.write(body)

    async def run(self):
        self.pages = []
        for step in [self.contain, self.learn, self.launch, self.object, self.report]:
            try:
                await step()
            except Exception as error:  # what the others find is still worth telling
                self.problems.append(f"{step.__name__}: {type(error).__name__}: {error}")
        self.problems += [said for page in self.pages for said in page.complaints]


async def main():
    work = job()
    async with Browser(work["base"]) as browser:
        visit = Visit(work, browser)
        await visit.run()
        report(problems=visit.problems)


asyncio.run(main())
