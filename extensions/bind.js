// Binds rendered pages into one: `take` gives what a page shows, with names that no other page has; `bind` puts pages into this one.
(() => {
  const REFERRING = ["aria-controls", "aria-describedby", "aria-labelledby", "for", "headers"];

  // Where an address leads: into the book, out to the web, or nowhere, as to files that a PDF has not beside it.
  function aim(link, slug) {
    const [page, id] = link.href.split("#");
    const name = slug(page);
    if (name) link.setAttribute("href", `#${name}${id ? `.${decodeURIComponent(id)}` : ""}`);
    else if (link.protocol === "file:") link.removeAttribute("href");
  }

  function rename(article, own) {
    const key = (id) => `${own}.${id}`;
    for (const node of article.querySelectorAll("[id]")) node.id = key(node.id);
    for (const node of article.querySelectorAll("use")) node.setAttribute("href", `#${key(node.getAttribute("href").slice(1))}`);
    for (const name of REFERRING) {
      for (const node of article.querySelectorAll(`[${name}]`)) {
        node.setAttribute(name, node.getAttribute(name).split(/\s+/).map(key).join(" "));
      }
    }
    const marked = article.querySelectorAll("[clip-path], [fill^='url'], [marker-end], [marker-mid], [marker-start]");
    for (const { attributes } of marked) {
      for (const each of attributes) each.value = each.value.replaceAll("url(#", `url(#${own}.`);
    }
  }

  function take(names) {
    const root = document.documentElement;
    const base = new URL(root.dataset.content_root, location.href).href;
    const slug = (page) => names.find((name) => page === `${base}${name}.html`)?.replaceAll("/", ".");
    const own = slug(location.href);
    dispatchEvent(new Event("beforeprint"));
    const article = document.querySelector("article.bd-article").cloneNode(true);
    for (const node of article.querySelectorAll("script, .headerlink, button")) node.remove();
    for (const link of article.querySelectorAll("a[href]")) aim(link, slug);
    rename(article, own);
    for (const image of article.querySelectorAll("img")) Object.assign(image, { src: image.src, loading: "eager" });
    return { own, html: article.innerHTML };
  }

  // A page of the book: below the heading of its part, which the first page of a part has.
  function section({ own, html, part, level }) {
    const made = document.createElement("section");
    Object.assign(made, { id: own, className: "book-bound", innerHTML: html });
    for (const heading of made.querySelectorAll("h1, h2, h3, h4, h5, h6")) {
      heading.ariaLevel = Math.min(6, Number(heading.tagName[1]) + level - 1);
    }
    if (part) made.prepend(Object.assign(document.createElement("h1"), { className: "book-part", textContent: part }));
    return made;
  }

  async function bind(pages) {
    await window.bookFormulas?.load();
    document.querySelector("article.bd-article").replaceChildren(...pages.map(section));
    await Promise.all([...document.images].map((image) => image.decode()));
  }

  globalThis.srnnBinding = { take, bind };
})();
