"""A subscriber's way through their own page, in a real Chromium: in by a link, to the partner's page and back, out.

The job: base, link, pictures (a folder, or null). It prints the problems.
"""

import asyncio
import subprocess

from browser import Browser, Page, job, report

languages = ["en", "de", "ar", "ja"]
looks = [(390, "light"), (390, "dark"), (1280, "light"), (1280, "dark")]


class Visit:
    def __init__(self, job, browser):
        self.job, self.browser, self.problems = job, browser, []

    def holds(self, what, said):
        if not what:
            self.problems.append(said)

    async def press(self, page, name):
        await page.get_by_role("button", name=name, exact=True).click()
        await page.wait_for_load_state("load")

    async def enter(self):
        """The link is exchanged at once: nothing of it stays where others could see it."""
        self.context = await self.browser.context(width=390)
        page = await Page.open(self.context, self.job["link"])
        self.page, self.complaints = page.page, page.complaints
        secret = self.job["link"].rsplit("/", 1)[1]
        self.holds(self.page.url == self.job["base"] + "/my", f"the link leads to {self.page.url}")
        self.holds(secret not in await self.page.content(), "the link's secret stands in the page")
        self.holds(not await self.page.evaluate("document.referrer"), "the link's address is passed on")
        cookies = {cookie["name"]: cookie for cookie in await self.context.cookies()}
        own = cookies.get("amends-own", {})
        self.holds(own.get("httpOnly") and own.get("sameSite") == "Lax", f"cookies {sorted(cookies)}")
        self.holds(secret not in own.get("value", secret), "the link is its own session")

    async def cancel(self):
        """One press, and taken back by another."""
        await self.press(self.page, "Cancel")
        text = await self.page.inner_text("main")
        self.holds("It is cancelled." in text, "cancelled: " + text[:200])
        await self.press(self.page, "Keep my subscription")
        text = await self.page.inner_text("main")
        self.holds("Your subscription goes on." in text, "kept: " + text[:200])

    async def pay_otherwise(self):
        """To the partner's page, whose origin is another one, and back: the policy of our page lets the form go there."""
        await self.page.get_by_role("link", name="Change how you pay").first.click()
        await self.page.wait_for_load_state("load")
        await self.look("method")
        await self.press(self.page, "To the page of carrier")
        self.holds(not self.page.url.startswith(self.job["base"]), f"still at {self.page.url}")
        await self.page.get_by_label("Phone number").fill("+49 151 0000 0042")
        await self.press(self.page, "Pay with this number")
        self.holds(self.page.url.startswith(self.job["base"] + "/my?done=method"), f"came back to {self.page.url}")
        text = await self.page.inner_text("main")
        self.holds("From now on you pay this way." in text and "+49 ••• 0042" in text, "changed: " + text[:400])

    async def receipt(self):
        """As a file on their own disk, whose text can be read and copied."""
        links = self.page.locator("a[href$='receipt.pdf']")
        if not await links.count():
            return self.problems.append("no receipt to be had")
        async with self.page.expect_download() as coming:
            await links.first.click()
        file = await coming.value
        # Chromium calls a page that became a download a request that failed.
        self.complaints[:] = [said for said in self.complaints if not said.endswith("/receipt.pdf")]
        self.holds(file.suggested_filename.endswith(".pdf"), f"saved as {file.suggested_filename}")
        text = subprocess.run(["pdftotext", await file.path(), "-"], capture_output=True, text=True, check=True).stdout
        for words in ("Reading Club", "€"):
            self.holds(words in text, f"the receipt does not say {words}: {text[:400]}")

    async def look(self, name):
        """The page as it is, in every language, window and theme."""
        path = self.page.url.removeprefix(self.job["base"])
        cookies = await self.context.cookies()
        for index, language in enumerate(languages):
            await self.say(language)
            for width, scheme in looks:
                context = await self.browser.context(width=width, scheme=scheme)
                await context.add_cookies(cookies)
                page = await Page.open(context, path)
                where = f"{name} in {language}, {width} px, {scheme}"
                self.problems += [f"{where}: {one}" for one in await page.problems(language, width, names=("Phone bill",))]
                if self.job.get("pictures"):
                    file = f"{self.job['pictures']}/own-{name}.{language}.{width}.{scheme}.png"
                    await page.page.screenshot(path=file, full_page=True)
                await context.close()
        await self.say("en")

    async def say(self, language):
        await self.page.select_option("#language", language)
        await self.page.eval_on_selector(".languages", "form => form.requestSubmit()")
        await self.page.wait_for_load_state("load")
        await self.page.wait_for_selector(f"html[lang={language}]")

    async def leave(self):
        await self.press(self.page, "Sign out")
        self.holds("/my/link" in self.page.url, f"out to {self.page.url}")
        await self.page.goto("/my")
        self.holds(self.page.url.endswith("/my/link"), "still in after signing out")
        page = await Page.open(self.context, "/my/link")
        self.problems += [f"link: {one}" for one in await page.problems("en", 390)]

    async def run(self):
        await self.enter()
        await self.cancel()
        await self.pay_otherwise()
        await self.receipt()
        await self.look("page")
        await self.leave()
        self.problems += self.complaints


async def main():
    work = job()
    async with Browser(work["base"]) as browser:
        visit = Visit(work, browser)
        try:
            await visit.run()
        except Exception as error:  # what was found before is still worth telling
            visit.problems.append(f"{type(error).__name__}: {error}")
        report(problems=visit.problems)


asyncio.run(main())
