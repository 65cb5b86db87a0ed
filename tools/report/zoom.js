// tools/report/zoom.js -- curves over steps are zoomed along x: click one, then turn the wheel, drag, or press + - 0 and the arrows; a
// double click shows all of it. data-x of an SVG: least and greatest step, and where they lie in it. Without JavaScript nothing is missing.
(() => {
  const zoomed = new Map();      // name of a figure -> [from, to]; it outlives the figure's renewal
  const name = svg => svg.getAttribute("aria-label");
  const range = svg => svg.dataset.x.split(" ").map(Number);
  let chosen = null;

  function draw(svg) {
    const [least, greatest, left, right] = range(svg), [from, to] = zoomed.get(name(svg)) || [least, greatest];
    const place = x => left + (x - from) / (to - from) * (right - left), factor = (greatest - least) / (to - from);
    for (const each of svg.querySelectorAll("[clip-path]:not([id*=tick_] *):not(.hold)")) {      // a clip would be zoomed along
      const hold = document.createElementNS(svg.namespaceURI, "g");
      hold.setAttribute("class", "hold");
      hold.setAttribute("clip-path", each.getAttribute("clip-path"));
      each.removeAttribute("clip-path");
      each.replaceWith(hold);
      hold.append(each);
    }
    for (const hold of svg.querySelectorAll(".hold"))
      hold.firstElementChild.setAttribute("transform", `matrix(${factor} 0 0 1 ${place(least) - factor * left} 0)`);

    const ticks = [...svg.querySelectorAll("[id*=xtick_]")], axis = ticks[0].parentNode;
    for (const each of svg.querySelectorAll(".ticks")) each.remove();
    const scaled = [...axis.children].filter(each => /^\s*(1e|×)/.test(each.textContent));      // "1e5" beside the axis
    for (const each of [...ticks, ...scaled]) each.style.visibility = zoomed.has(name(svg)) ? "hidden" : "";
    if (!zoomed.has(name(svg))) return;
    const rough = (to - from) / 5, power = 10 ** Math.floor(Math.log10(rough));
    const step = Math.max(1, power * [1, 2, 5, 10].find(each => each * power >= rough));
    for (let x = Math.max(Math.ceil(from / step), 0) * step; x <= to; x += step) {
      const tick = ticks[0].cloneNode(true), text = tick.querySelector("text");
      for (const each of tick.querySelectorAll("[id]")) each.removeAttribute("id");
      tick.removeAttribute("id");
      tick.setAttribute("class", "ticks");
      tick.setAttribute("transform", `translate(${place(x) - text.getAttribute("x")} 0)`);
      tick.style.visibility = "";
      text.textContent = x;
      axis.prepend(tick);
    }
  }

  // Keeps x where it is on the page, and what is shown within what there is.
  function zoom(svg, factor, share, shift = 0) {
    const [least, greatest] = range(svg), [from, to] = zoomed.get(name(svg)) || [least, greatest];
    const width = Math.min(greatest - least, Math.max((to - from) * factor, 4)), at = from + share * (to - from);
    const start = Math.min(Math.max(at - share * width + shift * width, least), greatest - width);
    if (width >= greatest - least) zoomed.delete(name(svg));
    else zoomed.set(name(svg), [start, start + width]);
    draw(svg);
  }

  function shareAt(svg, event) {
    const [, , left, right] = range(svg), map = svg.getScreenCTM();
    return Math.min(Math.max(((event.clientX - map.e) / map.a - left) / (right - left), 0), 1);
  }

  const listen = (type, act, options) => document.addEventListener(type, event => {
    const svg = event.target.closest?.("svg[data-x]");
    if (svg) act(svg, event);
  }, options);
  listen("wheel", (svg, event) => {
    if (svg !== document.activeElement) return;      // else the page scrolls, as everywhere
    event.preventDefault();
    zoom(svg, event.deltaY < 0 ? 0.8 : 1.25, shareAt(svg, event));
  }, {passive: false});
  listen("pointerdown", svg => svg.focus({preventScroll: true}));
  listen("pointermove", (svg, event) => {
    const [, , left, right] = range(svg);
    if (event.buttons === 1 && zoomed.has(name(svg))) zoom(svg, 1, 0.5, -event.movementX / svg.getScreenCTM().a / (right - left));
  });
  listen("dblclick", svg => zoom(svg, Infinity, 0));
  listen("keydown", (svg, event) => {
    const act = {"+": [0.8, 0.5], "-": [1.25, 0.5], "0": [Infinity, 0], ArrowLeft: [1, 0.5, -0.1], ArrowRight: [1, 0.5, 0.1]}[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    zoom(svg, ...act);
  });
  listen("focusin", svg => { chosen = name(svg); });

  function begin() {
    for (const svg of document.querySelectorAll("svg[data-x]")) {
      svg.setAttribute("tabindex", "0");
      if (zoomed.has(name(svg))) draw(svg);
      if (name(svg) === chosen && document.activeElement === document.body) svg.focus({preventScroll: true});
    }
  }
  document.addEventListener("renewed", begin);
  begin();
})();
