// What a page shows, as far as a program can tell: run in the page by browser.py, with names that are the same in every language.
(names) => {
  const root = document.documentElement;
  // What stays as it is in every language: names, identifiers, English that says so.
  // Where the browser finds out which way a text runs, it is somebody's own words.
  const untranslated = "[dir=auto], [lang=en], [lang=de], [lang=ja], [lang=ar], bdi, code, kbd, pre, time, script, style, select[name=language]";
  const foreign = (element) => {
    const told = element.closest(untranslated);
    return told !== null && told !== root;
  };
  // Names, and units of the whole world. Isolates (U+2068…U+2069) hold what came from outside.
  const known =
    /\b(Webhooks?|Tab|Shift|Enter)\b|\u2068[^\u2069]*\u2069|\b(Amends|API|CSV|PDF|JSON|HTML|SMTP|SVG|URL|TOTP|OpenID|UTC|GMT|EUR|USD|JPY|Ed25519|SHA)\b|[A-Z][a-z]+\/[A-Z][A-Za-z_]+|\S+@\S+|(https?:\/)?\/\S+|\b[0-9a-f]{8,}\b/g;
  // What stands once on the page as a name is one everywhere on it: in its title, in a sentence.
  const own = [...document.querySelectorAll("bdi, code, [lang=en]")].map((one) => one.textContent.trim());
  const all = [...new Set([...names, ...own])].filter((name) => name.length > 3).sort((a, b) => b.length - a.length);
  const texts = [document.title.split(" · ")[0]];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!foreign(element) && !element.closest(".service")) texts.push(walker.currentNode.data);
  }
  for (const name of ["aria-label", "title", "placeholder", "alt", "data-label"]) {
    for (const element of document.querySelectorAll(`body [${name}]`)) {
      if (!foreign(element)) texts.push(element.getAttribute(name));
    }
  }
  const english = [];
  let [letters, latin] = [0, 0];
  for (const text of texts) {
    const said = all.reduce((rest, name) => rest.replaceAll(name, " "), text).replace(known, " ");
    letters += (said.match(/\p{L}/gu) ?? []).length;
    latin += (said.match(/[A-Za-z]/g) ?? []).length;
    if (/\b[A-Za-z’']{2,}(\s+[A-Za-z’']+){1,}\b/.test(said) || /^\s*[A-Za-z]{4,}[.:]?\s*$/.test(said)) english.push(said.trim().slice(0, 120));
  }
  const width = root.clientWidth;
  let widest = "";
  if (root.scrollWidth > width) {
    // What makes it so: the innermost element without which the page would fit. Its own box may be narrow enough.
    const fitsWithout = (element) => {
      const before = element.style.display;
      element.style.display = "none";
      const fits = root.scrollWidth <= width;
      element.style.display = before;
      return fits;
    };
    const out = [];
    for (let [here, next] = [document.body, document.body]; next; next = [...here.children].find(fitsWithout)) {
      here = next;
      out.push(here);
    }
    widest = out.slice(-3).map((element) => `${element.localName}.${element.className} ${element.textContent.trim().slice(0, 40)}`).join(" | ");
  }
  return {
    lang: root.lang, dir: root.dir, beyond: root.scrollWidth - width, widest, letters, latin,
    english: [...new Set(english)],
  };
}
