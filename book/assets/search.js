// The search knows claims by their ids and by their words; opened from disk, it quotes pages without fetching them.
"use strict";

(() => {
  const claims = globalThis.srnnClaims ?? [];
  const query = new URLSearchParams(location.search).get("q") ?? "";
  const named = (text) => {
    const ids = new Set(text.toUpperCase().match(/\b[A-Z]+[- ]?\d\d\b/g)?.map((id) => id.replace(/([A-Z])[- ]?(\d)/, "$1-$2")));
    return claims.filter((claim) => ids.has(claim.id));
  };
  const rest = query.toUpperCase().replace(/\b[A-Z]+[- ]?\d\d\b/g, "").trim();
  const byId = named(query);
  const MOST = byId.length ? 12 : 5; // claims shown before the pages

  function found() {
    if (byId.length) return byId;
    const words = query.toLowerCase().split(/\s+/).filter((word) => word.length > 2);
    return words.length ? claims.filter((claim) => words.every((word) => claim.statement.toLowerCase().includes(word))) : [];
  }

  function made(name, attributes, ...children) {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    node.append(...children);
    return node;
  }

  function list(some) {
    const items = some.slice(0, MOST).map((claim) => made("li", {},
      made("a", {href: claim.href}, claim.id), " ",
      made("span", {class: `verdict ${claim.verdict.replace(" ", "-")}`}, claim.verdict), " ", claim.statement));
    const more = some.length > MOST ? [made("p", {}, `and ${some.length - MOST} more on the `,
      made("a", {href: `book/scoreboard.html#text=${encodeURIComponent(query)}`}, "scoreboard"))] : [];
    return made("section", {class: "claim-results", "aria-labelledby": "claims-found"},
      made("h2", {id: "claims-found"}, some.length === 1 ? "One claim" : `${some.length} claims`),
      made("ul", {class: "search"}, ...items), ...more);
  }

  // The index of words knows no numbers: what is asked by ids alone, the index of claims answers.
  function answerIds() {
    const ids = byId.map((claim) => claim.id);
    const terms = new Set(ids.map((id) => id.toLowerCase()));
    Search._parseQuery = (asked) => [asked, terms, new Set(), terms, new Set()];
    Search._performSearch = () => {
      const {docnames, titles, filenames} = Search._index;
      const on = docnames.map((page, place) => [page, place]).filter(([page]) => byId.every((claim) => claim.on.includes(page)));
      return on.map(([page, place]) => {
        const own = byId.find((claim) => claim.page === page);
        return [page, titles[place], own ? `#${own.id}` : "", null, own ? 1 : 0, filenames[place]];
      }).sort((a, b) => a[4] - b[4]);
    };
  }

  // From disk a page may fetch nothing, but it may load a script: what all pages say lies in one.
  function quoteFromDisk() {
    const texts = new Promise((resolve) => {
      const script = made("script", {src: "_static/page-texts.js"});
      script.addEventListener("load", () => resolve(globalThis.srnnTexts ?? {}));
      script.addEventListener("error", () => resolve({}));
      document.head.append(script);
    });
    const root = new URL(document.documentElement.dataset.content_root || "./", location.href).href;
    globalThis.fetch = (address) => texts.then((known) => {
      const page = new URL(address, location.href).href.slice(root.length).replace(/\.html$/, "");
      const main = made("div", {role: "main"}, known[page] ?? "");
      return {text: () => Promise.resolve(main.outerHTML)};
    });
    // Of a part of a page nothing is known here: quote the page.
    const summary = Search.makeSearchSummary;
    Search.makeSearchSummary = (text, terms) => summary(text, terms);
  }

  if (location.protocol === "file:") quoteFromDisk();
  if (byId.length && !rest) answerIds();
  document.addEventListener("DOMContentLoaded", () => {
    const some = found();
    if (some.length) document.getElementById("search-results")?.before(list(some));
  });
})();
