// Small helps for those who have JavaScript; every page works without it.
"use strict";
(() => {
  const typing = (target) =>
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

  // Keys: a place in the navigation by its digit, the search by a slash, the sheet of the keys by a question mark.
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const places = document.querySelectorAll("header.top nav a");
    if (/^[1-9]$/.test(event.key) && places[event.key - 1]) {
      places[event.key - 1].click();
    } else if (event.key === "/") {
      const search = document.querySelector("input[type=search]");
      if (!search) return;
      search.focus();
    } else {
      return;
    }
    event.preventDefault();
  });
})();
