// What a page does besides showing itself: previews of what its links lead to, figures that open full size, print, and names for
// what the theme leaves unnamed. The book works without it.

(() => {
  const element = (tag, properties = {}) => Object.assign(document.createElement(tag), properties);
  const all = (selector) => [...document.querySelectorAll(selector)];

  // ---- Previews: of glossary, definitions, equations and references, from previews.js, which the build writes.

  const box = element("div", { id: "book-preview", hidden: true });
  box.setAttribute("role", "tooltip");
  let shownFor = null;
  let waiting = 0;

  function preview(link) {
    const root = new URL(document.documentElement.dataset.content_root ?? "./", location.href).href;
    const address = link.href;
    return address.startsWith(root) ? window.bookPreviews?.[decodeURI(address.slice(root.length))] : undefined;
  }

  function place(link) {
    const around = link.getClientRects()[0] ?? link.getBoundingClientRect();
    const width = Math.min(416, document.documentElement.clientWidth - 16);
    box.style.width = `${width}px`;
    const left = Math.min(Math.max(8, around.left), document.documentElement.clientWidth - width - 8);
    const above = around.bottom + box.offsetHeight + 8 > innerHeight && around.top > box.offsetHeight + 8;
    box.style.left = `${left + scrollX}px`;
    box.style.top = `${scrollY + (above ? around.top - box.offsetHeight - 6 : around.bottom + 6)}px`;
  }

  async function open(link) {
    const html = preview(link);
    if (!html || shownFor === link) return;
    close();
    shownFor = link;
    box.innerHTML = html;
    for (const node of box.querySelectorAll("[id]")) node.removeAttribute("id");
    for (const node of box.querySelectorAll("a, button")) node.replaceWith(...node.childNodes);
    box.hidden = false;
    link.setAttribute("aria-describedby", box.id);
    place(link);
    await window.bookFormulas?.set(box);
    if (shownFor === link) place(link);
  }

  function close() {
    clearTimeout(waiting);
    shownFor?.removeAttribute("aria-describedby");
    shownFor = null;
    box.hidden = true;
    box.replaceChildren();
  }

  function later(action, milliseconds) {
    clearTimeout(waiting);
    waiting = setTimeout(action, milliseconds);
  }

  function openPreviews() {
    if (!window.bookPreviews) return;
    document.body.append(box);
    for (const link of all(".bd-article a[href*='#']")) {
      if (link.closest(".headerlink, .srnn-verdict, dl.glossary > dt") || link.matches(".headerlink") || !preview(link)) continue;
      link.classList.add("book-previewed");
      let tapped = false;
      link.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && later(() => open(link), 200));
      link.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && later(close, 250));
      link.addEventListener("pointerdown", (event) => { tapped = event.pointerType !== "mouse" && shownFor !== link; });
      link.addEventListener("focus", () => link.matches(":focus-visible") && open(link));
      link.addEventListener("blur", () => later(close, 100));
      link.addEventListener("click", (event) => { // the first tap opens, the second one follows
        if (!tapped) return;
        tapped = false;
        event.preventDefault();
        open(link);
      });
    }
    box.addEventListener("pointerenter", () => clearTimeout(waiting));
    box.addEventListener("pointerleave", () => later(close, 250));
    addEventListener("keydown", (event) => event.key === "Escape" && close());
    addEventListener("pointerdown", (event) => {
      if (shownFor && !box.contains(event.target) && !shownFor.contains(event.target)) close();
    });
  }

  // ---- Figures open full size in a box that scrolls; Escape closes it.

  function enlarge(figure, image) {
    const dialog = element("dialog", { className: "book-enlarged" });
    const caption = figure.querySelector("figcaption .caption-number")?.textContent.trim() ?? "Figure";
    dialog.setAttribute("aria-label", caption);
    const shut = element("button", { type: "button", textContent: "Close" });
    const room = element("div", { className: "room", tabIndex: 0 });
    room.setAttribute("role", "group");
    room.setAttribute("aria-label", `${caption}, scrolls`);
    const copy = element("img", { src: image.currentSrc || image.src, alt: image.alt, className: image.className });
    copy.style.width = `${Math.max(940, image.width, Math.min(innerWidth - 48, 1300))}px`;
    room.append(copy);
    dialog.append(shut, room);
    document.body.append(dialog);
    shut.addEventListener("click", () => dialog.close());
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
    dialog.addEventListener("close", () => dialog.remove());
    dialog.showModal();
  }

  function openFigures() {
    for (const image of all(".bd-article figure img")) {
      const figure = image.closest("figure");
      if (figure.matches("[class*='explorable-']") || image.closest("a, button")) continue;
      const number = figure.querySelector("figcaption .caption-number")?.textContent.trim();
      const button = element("button", { type: "button", className: "book-enlarge", textContent: "Enlarge" });
      button.append(element("span", { className: "book-unseen", textContent: ` ${number ?? "this figure"}` }));
      const frame = element("span", { className: "book-frame" });
      image.replaceWith(frame);
      frame.append(image, button);
      button.addEventListener("click", () => enlarge(figure, image));
      image.addEventListener("click", () => enlarge(figure, image));
    }
  }

  // ---- The code of a figure, which is folded, opens on the way to it.

  function openCode() {
    for (const link of all(".figure-ways a[href^='#']")) {
      link.addEventListener("click", () => {
        const fold = document.getElementById(link.hash.slice(1))?.closest("details");
        if (fold) fold.open = true;
      });
    }
  }

  // ---- Print: what is folded opens, films stop at their last frame; afterwards all is as before.

  const undo = [];

  function beforePrint() {
    for (const fold of all(".bd-article details:not(.hide):not([open])")) {
      fold.open = true;
      undo.push(() => { fold.open = false; });
    }
    for (const slider of all(".srnn-film input[type='range']")) {
      const old = slider.value;
      const set = (value) => {
        slider.value = value;
        slider.dispatchEvent(new Event("input", { bubbles: true }));
      };
      set(slider.max);
      undo.push(() => set(old));
    }
  }

  function afterPrint() {
    while (undo.length) undo.pop()();
  }

  // ---- Names and roles

  function nameThemeButtons() {
    for (const button of all(".theme-switch-button")) {
      button.setAttribute("aria-label", "Colours: light, dark, or as the system has them");
      hideIcons(button);
      // The icon script puts pictures in the place of icons, whenever it comes to it.
      new MutationObserver(() => hideIcons(button)).observe(button, {childList: true, subtree: true});
    }
  }

  function hideIcons(button) {
    for (const icon of button.querySelectorAll("[title]")) icon.removeAttribute("title");
    for (const icon of button.querySelectorAll("svg, i")) icon.setAttribute("aria-hidden", "true");
    for (const title of button.querySelectorAll("svg title")) title.remove();
  }

  const nameOf = (heading) => [...heading.childNodes].filter((each) => !each.matches?.(".headerlink, button"))
    .map((each) => each.textContent).join("").trim();

  // Buttons that the theme gives one and the same name, or the letters of its icon font.
  function nameButtons() {
    for (const icon of all("i[class*='fa-']")) icon.setAttribute("aria-hidden", "true");
    const copying = all(".copybtn");
    for (const [place, button] of copying.entries()) {
      button.setAttribute("aria-label", `Copy code ${place + 1} of ${copying.length}`);
      hideIcons(button);
    }
    for (const button of all(".admonition-title > .toggle-button")) button.setAttribute("aria-label", nameOf(button.parentElement));
  }

  // Links that every claim has, by its id.
  function nameLinks() {
    for (const link of all(".claim-data a, .srnn-ways a")) {
      link.setAttribute("aria-label", `${link.textContent}: ${link.closest("[id]").id}`);
    }
  }

  function nameRegions() {
    const seen = new Map();
    for (const region of all("[role='region'][aria-label], nav[aria-label], aside[aria-label], section[aria-label]")) {
      const name = region.getAttribute("aria-label");
      seen.set(name, (seen.get(name) ?? 0) + 1);
      if (seen.get(name) > 1) region.setAttribute("aria-label", `${name} ${seen.get(name)}`);
    }
  }

  function fillTables() {
    for (const corner of all(".bd-article th")) {
      if (corner.textContent.trim()) {
        if (!corner.scope) corner.scope = corner.closest("thead") ? "col" : "row";
        continue;
      }
      const cell = element("td");
      cell.append(...corner.childNodes);
      for (const name of ["colspan", "rowspan", "class"]) {
        if (corner.hasAttribute(name)) cell.setAttribute(name, corner.getAttribute(name));
      }
      corner.replaceWith(cell);
    }
    const seen = new Map();
    for (const table of all(".bd-article table")) {
      if (table.caption || table.hasAttribute("aria-label")) continue;
      const section = table.closest("section")?.querySelector(":scope > :is(h1, h2, h3, h4)");
      const claim = table.closest(".srnn-verdict, .srnn-variant")?.querySelector("strong")?.textContent.trim();
      const title = claim ?? (section ? nameOf(section) : document.title);
      seen.set(title, (seen.get(title) ?? 0) + 1);
      table.setAttribute("aria-label", seen.get(title) > 1 ? `${title}, table ${seen.get(title)}` : title);
    }
  }

  addEventListener("load", () => {
    openPreviews();
    openFigures();
    openCode();
    nameThemeButtons();
    nameButtons();
    nameLinks();
    nameRegions();
    fillTables();
  });
  addEventListener("beforeprint", beforePrint);
  addEventListener("afterprint", afterPrint);
})();
