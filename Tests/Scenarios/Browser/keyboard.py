"""The console without a mouse: what can be reached, whether one sees where one is, and the keys of the sheet.

The job: base, session (of somebody who may see subscribers), path (a page with fields, buttons and links).
"""

import asyncio

from browser import Browser, Page, job, report

focusable = """() => [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")]
  .filter(one => one.type !== 'hidden' && !one.disabled && one.getClientRects().length > 0
    && getComputedStyle(one).visibility !== 'hidden').length"""
where = """() => {
  const one = document.activeElement;
  const box = one.getBoundingClientRect();
  const style = getComputedStyle(one);
  return {
    isBody: one === document.body, name: `${one.localName} ${(one.textContent || one.name || '').trim().slice(0, 30)}`,
    isRing: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    isSeen: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    order: [...document.querySelectorAll('*')].indexOf(one), inNav: one.closest('header.top nav') !== null,
  };
}"""


async def main():
    work, problems = job(), []

    def must(held, what):
        if not held:
            problems.append(what)

    async with Browser(work["base"]) as browser:
        context = await browser.context(work["session"], "en")
        page = (await Page.open(context, work["path"])).page

        # Tab goes through everything, in the order of the page, and one sees where it is.
        count, seen = await page.evaluate(focusable), []
        for _ in range(count + 1):
            await page.keyboard.press("Tab")
            at = await page.evaluate(where)
            if at["isBody"]:
                break
            must(at["isRing"], f"{at['name']}: no ring around it")
            must(at["isSeen"], f"{at['name']}: outside of the window")
            seen.append(at["order"])
        must(len(set(seen)) == count, f"Tab reached {len(set(seen))} of {count}")
        must(seen == sorted(seen), "Tab does not follow the order of the page")

        # The first stop leads over the head of the page.
        await page.goto(work["path"])
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await page.keyboard.press("Tab")
        must(not (await page.evaluate(where))["inNav"] and page.url.endswith("#content"), "the skip link does not skip")

        async def at(address, what):
            try:
                await page.wait_for_url(lambda url: url.split("?")[0].endswith(address), timeout=5_000)
            except Exception:
                problems.append(f"{what}: at {page.url}")

        async def focus():
            return await page.evaluate("document.activeElement.getAttribute('href') || document.activeElement.name")

        places = await page.evaluate("[...document.querySelectorAll('header.top nav a')].map(one => one.getAttribute('href'))")
        await page.evaluate("document.activeElement.blur()")
        await page.keyboard.press(str(places.index("/subscribers") + 1))
        await at("/subscribers", "a digit leads to its place")
        await page.keyboard.press("/")
        must(await page.evaluate("document.activeElement.type") == "search", "the slash leads to the search")
        await page.keyboard.type("j1?/")
        must(await page.evaluate("document.activeElement.value") == "j1?/", "a field takes every key")
        await at("/subscribers", "nobody is led away who writes")
        await page.keyboard.press("Control+a")
        await page.keyboard.type("ada")
        await page.keyboard.press("Enter")
        await page.wait_for_selector("main tbody a[href]")
        await page.evaluate("document.activeElement.blur()")
        rows = await page.evaluate("""[...document.querySelectorAll('main tbody tr')]
          .map(row => row.querySelector('a[href]')?.getAttribute('href')).filter(Boolean)""")
        found = []
        for key in "jjk":
            await page.keyboard.press(key)
            found.append(await focus())
        must(found == [rows[0], rows[1], rows[0]], f"j and k go through the rows: {found}")
        await page.keyboard.press("Control+j")
        must(await focus() == rows[0], "with Control a key is the browser's")
        await page.keyboard.press("Enter")
        await at(rows[0], "Enter opens the row")
        await page.keyboard.press("?")
        await at("/keys", "the question mark shows the sheet")

        async def turn():
            async with page.expect_navigation():
                await page.click("main form button")

        await turn()
        await page.keyboard.press(str(places.index("/subscribers") + 1))
        await asyncio.sleep(0.5)
        await at("/keys", "turned off, a digit is a digit")
        await turn()
        await page.keyboard.press(str(places.index("/subscribers") + 1))
        await at("/subscribers", "turned on again")

        # The language, as everybody chooses it; without script, too.
        for script in (True, False):
            context = await browser.context(work["session"], script=script)
            page = (await Page.open(context, work["path"])).page
            await page.select_option("#language", "ar")
            async with page.expect_navigation():
                await page.click(".languages button")
            must(await page.evaluate("document.documentElement.dir") == "rtl", f"Arabic was chosen (script: {script})")
            await at(work["path"], "the language leads back to the page")
        await live(browser, work, must)
    report(problems=problems)


async def live(browser, work, must):
    """The figures of the day come by themselves, and stop when somebody wants to read them in peace."""
    context = await browser.context(work["session"], "en")
    page = (await Page.open(context, "/")).page
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    controls = page.locator("[data-live-controls]")
    words = {name: await controls.get_attribute(f"data-{name}") for name in ("runs", "paused", "pause", "resume", "seconds")}
    button, state = controls.locator("[data-live-button]"), controls.locator("[data-live-state]")

    async def stands(said, offered, what):
        shown = (await state.inner_text(), await button.inner_text())
        must(shown == (said, offered), f"{what}: {shown}")

    every = float(words["seconds"])
    await stands(words["runs"], words["pause"], "live figures, at first")
    await asyncio.sleep(every + 2)
    must(len(asked) == 1, f"live figures are fetched: {len(asked)} times in {every + 2} s")
    await button.press("Enter")
    await stands(words["paused"], words["resume"], "live figures, paused")
    before = len(asked)
    await asyncio.sleep(every + 2)
    must(len(asked) == before, "paused, nothing is fetched")
    await button.click()
    await asyncio.sleep(1.5)
    must(len(asked) == before + 1, "once they go on, they are fetched at once")
    await stands(words["runs"], words["pause"], "live figures, going on")


asyncio.run(main())
