// The scoreboard as an instrument: what is filtered, sorted and judged anew here is the table that the page has without it.
"use strict";

// Judgement, as in srnn_lib/claimbook/decisions.py. A number that is none is null, as in the stored data.

const srnnAccepts = {
  min: (value, bound) => value >= bound,
  max: (value, bound) => value <= bound,
  above: (value, bound) => value > bound,
  below: (value, bound) => value < bound,
  equals: (value, bound) => value === bound,
};

// A bound under a tolerance that is `factor` times as wide. See "What the slider does" below.
function srnnMoved(bounds, factor) {
  const lower = "min" in bounds ? "min" : "above", upper = "max" in bounds ? "max" : "below";
  if (lower in bounds && upper in bounds) {
    const middle = (bounds[lower] + bounds[upper]) / 2, half = (bounds[upper] - bounds[lower]) / 2;
    return factor === 1 ? bounds : {...bounds, [lower]: middle - factor * half, [upper]: middle + factor * half};
  }
  const moved = {};
  for (const [kind, bound] of Object.entries(bounds)) {
    const grows = (kind === "max" || kind === "below") === bound > 0;
    moved[kind] = kind === "equals" ? bound : srnnScaled(bound, grows ? factor : 1 / factor);
  }
  return moved;
}

// Zero and one say which of two things is larger, and stay. Between them, odds are multiplied.
function srnnScaled(bound, by) {
  const size = Math.abs(bound);
  if (by === 1 || size === 0 || size === 1) return bound;
  return Math.sign(bound) * (size < 1 ? (size * by) / (1 - size + size * by) : size * by);
}

function srnnResult(check, factor = 1) {
  if (!check.n || check.value === null) return "nothing";
  const bounds = srnnMoved(check.bounds, factor);
  const exact = "equals" in bounds;
  const low = exact ? check.value : check.low === null ? -Infinity : Math.min(check.low, check.value);
  const high = exact ? check.value : check.high === null ? Infinity : Math.max(check.high, check.value);
  const accepts = (value) => Number.isFinite(value) && Object.entries(bounds).every(([k, b]) => srnnAccepts[k](value, b));
  if (accepts(low) && accepts(high)) return "holds";
  const ends = (kinds) => kinds.filter((kind) => kind in bounds).map((kind) => bounds[kind]);
  const start = Math.max(low, ...ends(["min", "above", "equals"]));
  const end = Math.min(high, ...ends(["max", "below", "equals"]));
  return start > end || (start === end && !accepts(start)) ? "fails" : "undecided";
}

function srnnWord(checks, factor = 1) {
  const core = new Set(checks.filter((check) => !check.side).map((check) => srnnResult(check, factor)));
  if (!core.size) return "not testable";
  if (core.has("holds") && core.has("fails")) return "partly";
  const alone = {holds: "reproduced", fails: "not reproduced", nothing: "open"};
  return core.size === 1 ? alone[[...core][0]] ?? "undecided" : "undecided";
}

globalThis.srnnJudge = {moved: srnnMoved, result: srnnResult, word: srnnWord};

// The page

(() => {
  const claims = globalThis.srnnClaims, article = document.querySelector("article");
  if (!claims || !article) return;

  const hinges = globalThis.srnnHinges, chapters = globalThis.srnnChapters;
  const rowOf = Object.fromEntries(claims.map((claim) => [claim.id, document.getElementById(claim.id)]));
  const known = claims.filter((claim) => rowOf[claim.id]);
  const STEPS = 16, WIDEST = 2; // of the slider, to each side; powers of two
  const PLAIN = {sort: "book", slack: "0", text: ""};
  const words = ["reproduced", "partly", "not reproduced", "undecided", "not testable", "open"];
  const fields = {
    paper: ["Paper", (claim) => [claim.paper], (name) => name],
    verdict: ["Verdict", (claim) => [claim.word], (name) => name],
    kind: ["Kind", (claim) => [claim.kind], (name) => name],
    chapter: ["Chapter", (claim) => [claim.chapter], (name) => `${known.find((each) => each.chapter === name).paper}: ${chapters[name]}`],
    hinge: ["Hinges on", (claim) => (claim.hinges.length ? claim.hinges : ["nothing"]), (name) => hinges[name] ?? "nothing varied"],
    scale: ["Scale", (claim) => [claim.scale ?? "none"], (name) => name],
  };
  const orders = {
    book: ["as in the book", null],
    verdict: ["verdict", (claim) => words.indexOf(claim.word)],
    turn: ["which turns first", (claim) => claim.turns],
    n: ["sample, largest first", (claim) => -(claim.n ?? 0)],
    id: ["id", () => 0],
  };

  const factorOf = (step) => 2 ** ((WIDEST * step) / STEPS);
  // How far the slider must go until the verdict is another one; beyond its ends if nowhere.
  function turnsAt(claim) {
    for (let step = 1; step <= STEPS; step++) {
      for (const side of [step, -step]) if (srnnWord(claim.checks, factorOf(side)) !== claim.verdict) return step;
    }
    return STEPS + 1;
  }
  for (const claim of known) {
    claim.word = claim.verdict;
    claim.turns = claim.checks.length ? turnsAt(claim) : STEPS + 1;
    claim.said = rowOf[claim.id].textContent.toLowerCase();
  }

  function made(name, attributes = {}, ...children) {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    node.append(...children);
    return node;
  }
  const control = (id, label, input) => made("div", {class: "claim-control"}, made("label", {for: id}, label), input);

  // Controls

  const form = made("form", {class: "claim-instrument", role: "search", "aria-label": "Filter the scoreboard"});
  const inputs = {text: made("input", {type: "search", id: "filter-text", autocomplete: "off"})};
  form.append(control("filter-text", "Text", inputs.text));
  const inOrder = {verdict: words, hinge: [...Object.keys(hinges), "nothing"], chapter: Object.keys(chapters)};
  for (const [name, [label, of, said]] of Object.entries(fields)) {
    const numbers = new Map();
    for (const claim of known) for (const each of of(claim)) numbers.set(each, (numbers.get(each) ?? 0) + 1);
    const listed = inOrder[name] ?? [...numbers.keys()];
    inputs[name] = made("select", {id: `filter-${name}`}, made("option", {value: ""}, "all"));
    for (const each of listed) {
      if (numbers.has(each) || name === "verdict") inputs[name].append(made("option", {value: each}, said(each)));
    }
    form.append(control(`filter-${name}`, label, inputs[name]));
  }
  inputs.sort = made("select", {id: "filter-sort"});
  for (const [name, [label]] of Object.entries(orders)) inputs.sort.append(made("option", {value: name}, label));
  form.append(control("filter-sort", "Order", inputs.sort));

  const slack = {type: "range", id: "filter-slack", min: -STEPS, max: STEPS, step: 1, value: 0};
  inputs.slack = made("input", {...slack, "aria-describedby": "slack-meaning"});
  const factorSaid = made("output", {for: "filter-slack", class: "claim-factor", "aria-live": "off"});
  const slider = control("filter-slack", "Tolerances", inputs.slack);
  slider.classList.add("claim-slider");
  slider.append(factorSaid);
  const meaning = "The slider moves all bounds at once, and judges again what was measured. A band keeps its middle; its width " +
    "is multiplied. A single bound is multiplied or divided, between 0 and 1 its odds b / (1 − b). What must be exactly so, and " +
    "bounds of 0 and 1, which say which of two is larger, stay. Claims that follow from others keep their word.";
  const explained = made("details", {class: "claim-meaning"}, made("summary", {}, "What the slider does"),
    made("p", {id: "slack-meaning"}, meaning));
  const reset = made("button", {type: "button"}, "Show all, as in the book");
  const files = ["csv", "json"].map((kind) => made("a", {href: "#", class: "claim-file", download: `claims.${kind}`}, kind.toUpperCase()));
  const shown = made("p", {class: "claim-count"});
  const spoken = made("p", {class: "visually-hidden", role: "status", "aria-live": "polite"});
  const save = made("p", {class: "claim-save"}, reset, made("span", {}, "Save what is shown: ", files[0], " ", files[1]));
  const turned = made("p", {class: "claim-turned"});
  form.append(slider, explained, shown, turned, save, spoken);

  const papers = [...article.querySelectorAll("section section")].filter((section) => section.querySelector("table.scoreboard"));
  const flat = made("div", {class: "claim-flat", hidden: ""});
  const top = papers.find((section) => !papers.some((other) => other !== section && other.contains(section)));
  top.before(form, flat);

  // Rows go into one table when they are sorted, and home when they are not.

  const homes = known.map((claim) => [rowOf[claim.id], rowOf[claim.id].parentElement]);
  const head = homes[0][1].closest("table").cloneNode(true);
  const body = head.querySelector("tbody");
  head.removeAttribute("id");
  body.replaceChildren();
  flat.append(made("div", {class: "pst-scrollable-table-container"}, head));
  const goHome = () => homes.forEach(([row, home]) => home.append(row));

  function sortInto(order) {
    const key = orders[order][1];
    flat.hidden = !key;
    if (!key) return goHome();
    const sorted = known.map((claim, place) => [key(claim), claim.id, place]);
    sorted.sort((a, b) => a[0] - b[0] || (order === "id" ? a[1].localeCompare(b[1]) : a[2] - b[2]));
    for (const [, id] of sorted) body.append(rowOf[id]);
  }

  // What the slider turns

  const described = {min: "at least", max: "at most", above: "above", below: "below", equals: "exactly"};
  const inWords = (bounds) =>
    Object.entries(bounds).map(([kind, bound]) => `${described[kind]} ${Number(bound.toPrecision(3))}`).join(" and ");
  const look = (word) => `verdict ${word.replace(" ", "-")}`;

  function judge(factor) {
    for (const claim of known) {
      claim.word = claim.checks.length ? srnnWord(claim.checks, factor) : claim.verdict;
      const row = rowOf[claim.id], cell = row.lastElementChild, other = claim.word !== claim.verdict;
      row.classList.toggle("claim-turns", other);
      cell.querySelector(".claim-turn")?.remove();
      if (!other) continue;
      const reasons = claim.checks.filter((check) => !check.side && srnnResult(check, factor) !== srnnResult(check));
      const said = reasons.map((check) => `${check.label}, wanted ${inWords(srnnMoved(check.bounds, factor))}`).join("; ");
      cell.append(made("div", {class: "claim-turn"}, "turns: ", made("span", {class: look(claim.word)}, claim.word),
        made("small", {}, said)));
    }
  }

  function sayFactor(factor) {
    const said = Number((factor < 1 ? 1 / factor : factor).toPrecision(3));
    const text = factor === 1 ? "as in the book" : `${said} times ${factor < 1 ? "stricter" : "looser"}`;
    factorSaid.textContent = text;
    inputs.slack.setAttribute("aria-valuetext", text);
    return text;
  }

  // What is shown

  let visible = known, waiting = 0;
  const state = () => Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, input.value]));
  const asked = () => Object.entries(state()).filter(([name, value]) => value !== (PLAIN[name] ?? ""));

  function isShown(claim, wanted, sought) {
    return sought.every((part) => claim.said.includes(part)) &&
      Object.entries(fields).every(([name, [, of]]) => !wanted[name] || of(claim).includes(wanted[name]));
  }

  function show() {
    const wanted = state(), factor = factorOf(Number(wanted.slack));
    const said = sayFactor(factor);
    judge(factor);
    sortInto(wanted.sort);
    const sought = wanted.text.toLowerCase().split(/\s+/).filter(Boolean);
    visible = known.filter((claim) => isShown(claim, wanted, sought));
    const inside = new Set(visible);
    for (const claim of known) rowOf[claim.id].hidden = !inside.has(claim);
    for (const section of papers) section.hidden = !section.querySelector("tr[id]:not([hidden])");
    const turns = visible.filter((claim) => claim.word !== claim.verdict);
    shown.textContent = `${visible.length} of ${known.length} claims: ${counted(visible)}.`;
    turned.textContent = factor === 1 ? "" : `Tolerances ${said}: ${turns.length} of these verdicts turn.`;
    clearTimeout(waiting);
    waiting = setTimeout(() => { spoken.textContent = `${shown.textContent} ${turned.textContent}`; }, 600);
  }
  const counted = (some) => words.map((word) => [some.filter((claim) => claim.word === word).length, word])
    .filter(([number]) => number).map(([number, word]) => `${number} ${word}`).join(", ") || "none";

  // The filter in the address, so that a link keeps it. An address with an id shows that row.

  function remember() {
    const found = new URLSearchParams(asked()).toString();
    history.replaceState(null, "", found ? `#${found}` : location.pathname + location.search);
  }

  function recall() {
    const place = decodeURIComponent(location.hash.slice(1));
    const given = place.includes("=") ? new URLSearchParams(location.hash.slice(1)) : new URLSearchParams();
    if (place && !place.includes("=") && !rowOf[place]) return;
    for (const [name, input] of Object.entries(inputs)) {
      input.value = given.get(name) ?? PLAIN[name] ?? "";
      if (input.tagName === "SELECT" && input.selectedIndex < 0) input.value = PLAIN[name] ?? "";
    }
    show();
    rowOf[place]?.scrollIntoView({block: "center"});
  }

  // Files of what is shown

  const columns = ["id", "paper", "chapter", "place", "kind", "verdict", "word", "scale", "value", "low", "high", "n", "expected",
    "statement", "criterion", "note", "hinges", "follows_from"];
  const quoted = (value) => {
    const text = Array.isArray(value) ? value.join(" ") : String(value ?? "");
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const made_of = {
    csv: (some) => [columns, ...some.map((claim) => columns.map((key) => claim[key]))].map((row) => row.map(quoted).join(",")).join("\r\n") + "\r\n",
    json: (some) => JSON.stringify(some.map(({said, turns, ...claim}) => claim), null, 1) + "\n",
  };
  files.forEach((link, place) => link.addEventListener("click", () => {
    const kind = ["csv", "json"][place];
    const blob = new Blob([made_of[kind](visible)], {type: kind === "csv" ? "text/csv" : "application/json"});
    URL.revokeObjectURL(link.href);
    link.href = URL.createObjectURL(blob);
  }));

  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", () => { show(); remember(); });
  reset.addEventListener("click", () => {
    for (const [name, input] of Object.entries(inputs)) input.value = PLAIN[name] ?? "";
    show();
    remember();
  });
  addEventListener("hashchange", recall);
  show();
  recall();
})();
