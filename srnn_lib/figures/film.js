// Of a film; its page puts a name for NAME.
(() => {
  const film = document.getElementById("NAME");
  const part = (selector) => film.querySelector(selector);
  const data = JSON.parse(part("script[type='application/json']").textContent);
  const [stage, play, slider, clock] = [".stage", "button", "input", "output"].map(part);
  const [nets, trails, marks] = [".nets", ".trails", ".marks"].map(part);
  const last = data.places.length - 1;
  let epoch = 0, timer = null, sight = null;

  const place = (when, net) => data.places[when].slice(2 * net, 2 * net + 2);
  const set = (node, values) => Object.entries(values).forEach(([name, value]) => node.setAttribute(name, value));
  const draw = (group, tag, values) => {
    set(group.appendChild(document.createElementNS(stage.namespaceURI, tag)), values);
  };
  const ring = (net, kind, r) => {
    const [cx, cy] = place(epoch, net);
    draw(marks, "circle", {class: kind, cx, cy, r});
  };
  const trail = (net) => {
    const points = [];
    for (let when = epoch; when >= Math.max(0, epoch - 8); when--) {
      points.push(place(when, net));
      if (data.fresh[when].includes(net)) break;
    }
    return points.join(" ");
  };
  const arrow = (attacker, victim) => {
    const [[x1, y1], [x2, y2]] = [place(epoch, attacker), place(epoch, victim)];
    const length = Math.hypot(x2 - x1, y2 - y1), share = length > 60 ? (length - 26) / length : 0;
    const [x, y] = [x1 + share * (x2 - x1), y1 + share * (y2 - y1)];
    if (share) draw(marks, "line", {class: "attack", x1, y1, x2: x, y2: y, "marker-end": "url(#NAME-head)"});
    ring(victim, "attack", 24);
  };
  const show = (number) => {
    epoch = number;
    slider.value = number;
    clock.value = `epoch ${epoch} of ${last}`;
    trails.replaceChildren();
    marks.replaceChildren();
    [...nets.children].forEach((mark, net) => {
      const [x, y] = place(epoch, net);
      set(mark, {x, y, href: `#NAME-${data.outcomes[epoch][net]}`});
      draw(trails, "polyline", {class: "trail", points: trail(net)});
    });
    data.fresh[epoch].forEach((net) => ring(net, "fresh", 32));
    data.attacks[epoch].forEach((pair) => arrow(...pair));
  };
  const stop = () => {
    sight?.disconnect();
    clearInterval(timer);
    timer = null;
    play.textContent = epoch === last ? "Play again" : "Play";
  };
  const start = () => {
    stop();
    if (epoch === last) show(0);
    play.textContent = "Pause";
    timer = setInterval(() => {
      show(epoch + 1);
      if (epoch === last) stop();
    }, 300);
  };

  show(0);
  part(".controls").hidden = false;
  play.onclick = () => (timer === null ? start() : stop());
  slider.oninput = () => {
    show(Number(slider.value));
    stop();
  };
  if (!matchMedia("(prefers-reduced-motion: reduce)").matches && "IntersectionObserver" in window) {
    sight = new IntersectionObserver((seen) => seen[0].isIntersecting && start(), {threshold: 0.7});
    sight.observe(stage);
  }
})();
