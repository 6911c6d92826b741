// Small helps for those who have JavaScript; every page works without it.
"use strict";
(() => {
  // WCAG 2.1.4: single keys can be turned off, on the sheet of the keys.
  if (document.body.dataset.keys === "off") return;

  const typing = (target) =>
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

  // The first link of each row: of tables, and of lists that say that they are rows.
  const rows = () =>
    [...document.querySelectorAll("main tbody tr, main [data-rows] > li")]
      .map((row) => row.querySelector("a[href]"))
      .filter((link) => link !== null && link.getClientRects().length > 0);

  const move = (step) => {
    const links = rows();
    const here = links.findIndex((link) => link.closest("tr, li").contains(document.activeElement));
    const next = links[here < 0 ? (step > 0 ? 0 : links.length - 1) : here + step];
    if (next === undefined) return;
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  };

  // The sheet of the keys (/keys) says what each does; it is to be kept true.
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
    const places = document.querySelectorAll("header.top nav a");
    if (/^[1-9]$/.test(event.key) && places[event.key - 1]) {
      places[event.key - 1].click();
    } else if (event.key === "/") {
      const search = document.querySelector("input[type=search]");
      if (search === null) return;
      search.focus();
      search.select();
    } else if (event.key === "j") {
      move(1);
    } else if (event.key === "k") {
      move(-1);
    } else if (event.key === "?") {
      location.assign("/keys");
    } else {
      return;
    }
    event.preventDefault();
  });
})();

// Live figures. What is marked `data-live` is replaced, by its id, from the same page fetched again. A page that is not seen
// fetches nothing, nor one at which nobody has sat for half an hour: it would keep a session open for ever.
(() => {
  const controls = document.querySelector("[data-live-controls]");
  if (!controls) return;
  const words = controls.dataset;
  const every = Number(words.seconds) * 1000;
  const patience = 30 * 60 * 1000;
  const quiet = 30 * 1000;
  const state = controls.querySelector("[data-live-state]");
  const button = controls.querySelector("[data-live-button]");
  const said = controls.querySelector("[data-live-said]");
  const summary = () => document.querySelector("[data-live-summary]")?.textContent ?? "";
  let timer = 0;
  let paused = false;
  let failed = false;
  let known = summary();
  let spokenAt = Date.now();
  let touchedAt = Date.now();

  const show = () => {
    state.textContent = paused ? words.paused : failed ? words.failed : words.runs;
    button.textContent = paused ? words.resume : words.pause;
  };

  // Only what changed is said aloud, and not more often than somebody can listen.
  const speak = () => {
    const now = summary();
    if (now === known || Date.now() - spokenAt < quiet) return;
    known = now;
    spokenAt = Date.now();
    said.textContent = now;
  };

  const stops = "a, button, summary, input, select, [tabindex]";
  const replace = (fresh) => {
    for (const old of document.querySelectorAll("[data-live]")) {
      const made = fresh.getElementById(old.id);
      const selection = document.getSelection();
      // What is as it was stays: nothing is read aloud again for it. Whoever is about to copy something keeps it.
      if (!made || old.isEqualNode(made)) continue;
      if (selection && !selection.isCollapsed && selection.containsNode(old, true)) continue;
      const place = [old, ...old.querySelectorAll(stops)].indexOf(document.activeElement);
      const scrolled = [...old.querySelectorAll(".scroll")].map((part) => part.scrollLeft);
      const node = document.importNode(made, true);
      old.replaceWith(node);
      [...node.querySelectorAll(".scroll")].forEach((part, index) => (part.scrollLeft = scrolled[index] ?? 0));
      if (place >= 0) [node, ...node.querySelectorAll(stops)][place]?.focus({ preventScroll: true });
    }
  };

  const refresh = async () => {
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
      if (!answer.ok || answer.redirected) throw new Error();
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (paused || document.hidden) return;
      replace(fresh);
      failed = false;
      speak();
    } catch {
      failed = true;
    }
    show();
  };

  const plan = () => {
    clearTimeout(timer);
    if (paused || document.hidden) return;
    timer = setTimeout(async () => {
      if (Date.now() - touchedAt > patience) paused = true;
      else await refresh();
      show();
      plan();
    }, every);
  };

  button.addEventListener("click", async () => {
    paused = !paused;
    touchedAt = Date.now();
    show();
    if (!paused) await refresh();
    plan();
  });
  document.addEventListener("visibilitychange", async () => {
    if (!document.hidden && !paused) await refresh();
    plan();
  });
  for (const kind of ["pointerdown", "keydown", "scroll"]) {
    document.addEventListener(kind, () => (touchedAt = Date.now()), { passive: true, capture: true });
  }
  controls.hidden = false;
  show();
  plan();
})();
