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
