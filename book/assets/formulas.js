// Sets formulas with KaTeX, which is loaded where there are some. Without scripts, a page shows their TeX.

window.bookFormulas = (() => {
  const folder = new URL("katex/", document.currentScript.src).href;
  const TEX = /^\s*\\(?:([[(])|begin)/;
  let loading = null;

  function loaded(element) {
    return new Promise((resolve, reject) => {
      Object.assign(element, { onload: resolve, onerror: reject });
      document.head.append(element);
    });
  }

  function load() {
    return loading ??= Promise.all([
      loaded(Object.assign(document.createElement("link"), { rel: "stylesheet", href: `${folder}katex.min.css` })),
      loaded(Object.assign(document.createElement("script"), { src: `${folder}katex.min.js` })),
    ]);
  }

  function setOne(formula) {
    const text = [...formula.childNodes].find((node) => node.nodeType === Node.TEXT_NODE && TEX.test(node.data));
    if (!text) return;
    const [, bracket] = text.data.match(TEX);
    const tex = bracket ? text.data.trim().slice(2, -2) : text.data;
    const made = document.createElement("span");
    katex.render(tex, made, { displayMode: bracket !== "(", throwOnError: false });
    text.replaceWith(...made.childNodes);
  }

  // Resolves when all formulas below an element are set; those of a page whose KaTeX does not come stay as TeX.
  async function set(root) {
    const formulas = [...root.querySelectorAll(".math")];
    if (!formulas.length) return;
    await load().then(() => formulas.forEach(setOne), () => console.warn("no KaTeX: formulas are shown as TeX"));
  }

  const ready = new Promise((resolve) => {
    addEventListener("DOMContentLoaded", () => set(document).then(() => document.fonts.ready).then(resolve));
  });
  return { load, set, ready };
})();
