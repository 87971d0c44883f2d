// Puts explorables in the place of their stills. Their scripts lie beside this one, and call `mount` when they are there.
//
// A figure of the class "explorable-NAME" says where one stands; without scripts its picture and caption remain.
(() => {
  const beside = document.currentScript.src.replace(/[^/]*$/, "");

  // What a widget's model is in a notebook, with nobody on the other side.
  function model(values) {
    const listeners = {};
    return {
      get: (name) => values[name],
      set: (name, value) => {
        values[name] = value;
        (listeners[`change:${name}`] ?? []).forEach((call) => call());
      },
      on: (event, call) => (listeners[event] ??= []).push(call),
      off: (event, call) => (listeners[event] = (listeners[event] ?? []).filter((each) => each !== call)),
      save_changes: () => {},
    };
  }

  const CLASS = /^explorable-/;
  const places = (name) => document.querySelectorAll(`figure.explorable-${name}`);

  function mount(name, explorable) {
    for (const figure of places(name)) {
      const still = figure.querySelector("img");
      const el = document.createElement("div");
      el.className = "srnn-explorable-place";
      explorable.render({model: model({}), el});
      const live = (on) => {
        (on ? still : el).replaceWith(on ? el : still);
        figure.classList.toggle("srnn-live", on);
      };
      live(true);
      addEventListener("beforeprint", () => live(false));
      addEventListener("afterprint", () => live(true));
    }
  }

  function load() {
    const classes = [...document.querySelectorAll("figure[class*='explorable-']")].flatMap((figure) => [...figure.classList]);
    for (const name of new Set(classes.filter((each) => CLASS.test(each)).map((each) => each.replace(CLASS, "")))) {
      const script = document.createElement("script");
      script.src = `${beside}${name}.js`;
      document.head.append(script);
    }
  }

  globalThis.srnnExplorables = {mount, model};
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", load);
  else load();
})();
