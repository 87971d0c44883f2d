// What the theme leaves out for readers who use a keyboard or a screen reader. The book works without it.

// Labels that hide the visible text from speech input.
function dropMisleadingLabels() {
  for (const node of document.querySelectorAll("details.hide > summary, button.search-button-field")) {
    node.removeAttribute("aria-label");
  }
}

// Content outside every landmark.
function nameSidebar() {
  for (const item of document.querySelectorAll(".bd-sidebar-primary .sidebar-primary-item")) {
    if (!item.querySelector("nav") && item.textContent.trim()) {
      item.setAttribute("role", "region");
      item.setAttribute("aria-label", item.querySelector(".navbar-brand") ? "Title" : "Tools");
    }
  }
}

// Arrows that open and close a part of the contents, and have no text.
function nameArrows() {
  for (const arrow of document.querySelectorAll(".bd-sidebar-primary summary")) {
    const link = arrow.closest("li")?.querySelector(":scope > a");
    arrow.setAttribute("aria-label", `Pages below ${link ? link.textContent.trim() : "this one"}`);
  }
}

// The bibliography calls itself a list, but its entries do not call themselves items.
function dropBrokenLists() {
  for (const node of document.querySelectorAll(".citation-list, .citation-list > .citation")) {
    node.removeAttribute("role");
  }
}

// Tables written as HTML get the same box to scroll in as the others.
function boxTables() {
  for (const table of document.querySelectorAll(".bd-article table")) {
    if (table.closest(".pst-scrollable-table-container, .srnn-verdict, .book-scroll")) continue;
    const box = document.createElement("div");
    box.className = "book-scroll";
    table.replaceWith(box);
    box.append(table);
  }
}

// A comma after a formula stays on the formula's line.
function bindPunctuation() {
  for (const formula of document.querySelectorAll(".bd-article span.math")) {
    const next = formula.nextSibling;
    const mark = next?.nodeType === Node.TEXT_NODE && next.data.match(/^[,.;:!?)\u2019\u201d-]+/);
    if (!mark) continue;
    formula.append(mark[0]);
    next.data = next.data.slice(mark[0].length);
  }
}

// A number stays whole: its exponent, its unit, and what it counts; and so does a verdict with its mark.
function bindNumbers() {
  const whole = /[-\u2212]?\d[\d.,]*e[-+]?\d+|\bn = [\d,]+|[✓✗◐≈○] [a-z]+|\d[\d.,]* (?:%|ms|µs|ns|s|kB|MB|GB|MiB)(?!\w)|Fig\. \d[\d.]*\d|Fig\. \d/g;
  const left = "pre, code, script, style, svg, .math, .srnn-explorable, .book-whole, .claim-instrument";
  const article = document.querySelector(".bd-article");
  if (!article) return;
  const walker = document.createTreeWalker(article, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    if (walker.currentNode.data.search(whole) >= 0 && !walker.currentNode.parentElement.closest(left)) found.push(walker.currentNode);
  }
  for (const text of found) {
    const parts = [];
    let end = 0;
    for (const match of text.data.matchAll(whole)) {
      const bound = Object.assign(document.createElement("span"), { className: "book-whole", textContent: match[0] });
      parts.push(text.data.slice(end, match.index), bound);
      end = match.index + match[0].length;
    }
    text.replaceWith(...parts.filter(Boolean), text.data.slice(end));
  }
}

// What scrolls sideways must be reachable with the keyboard.
function openScrollers() {
  for (const formula of document.querySelectorAll(".bd-article span.math")) {
    const inner = formula.querySelector(".katex");
    const room = formula.parentElement.clientWidth;
    formula.classList.toggle("book-wide", Boolean(inner) && room > 0 && inner.offsetWidth > room);
  }
  const boxes = ".pst-scrollable-table-container, .book-scroll, .srnn-verdict, .cell_output .output, pre, " +
    "span.math, .katex-display";
  for (const box of document.querySelectorAll(`.bd-article :is(${boxes})`)) {
    if (box.scrollWidth > box.clientWidth + 1) box.setAttribute("tabindex", "0");
    else box.removeAttribute("tabindex");
  }
}

addEventListener("load", () => {
  dropMisleadingLabels();
  nameSidebar();
  nameArrows();
  dropBrokenLists();
  boxTables();
  bindNumbers();
  (window.bookFormulas?.ready ?? Promise.resolve()).then(() => {
    bindPunctuation();
    openScrollers();
  });
  addEventListener("resize", openScrollers);
});
