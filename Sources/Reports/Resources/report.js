"use strict";
// The page is complete without this script: it draws the main chart for other choices and says the values at a level, lets the
// map show other levels, and the table of classes be sorted.
(() => {
  const read = (id) => {
    const element = document.getElementById(id);
    return element ? JSON.parse(element.textContent) : null;
  };

  // A link to a level opens it.
  const open = () => {
    const level = document.getElementById(location.hash.slice(1));
    if (level instanceof HTMLDetailsElement) level.open = true;
  };
  addEventListener("hashchange", open);
  open();

  const explore = (data, plot) => {
    const namespace = plot.querySelector("svg").namespaceURI;
    const part = (id) => document.getElementById(`explorer-${id}`);
    const [form, legend, table] = [part("switches"), part("legend"), part("table")];
    const names = ["show", "metric", "gallery", "direction"];
    const choice = Object.fromEntries([...names.map((name, place) => [name, data.first[place]]), ["axis", data.axes[0].id]]);
    const hidden = new Set();
    let level = null;

    const key = (changed) => names.map((name) => ({ ...choice, ...changed })[name]).join(" ");
    const lines = () => data.curves[key({})];
    const word = (list, id) => data[list].find((entry) => entry.id === id).title;
    const heading = () => [word("metrics", choice.metric), data.headings[choice.show]].filter(Boolean).join(": ");
    const number = (value, digits = 3) => value.toFixed(digits).replace("-", "\u2212");
    const value = (x) => (choice.show !== "score" && x > 0 ? "+" : "") + number(x);
    const distance = (x) => number(x, Math.abs(x) >= 100 ? 1 : Math.abs(x) >= 1 ? 2 : 4);
    const text = (line, place) => {
      if (!line || line.values[place] === null) return "\u2013";
      const margin = line.margins[place];
      return value(line.values[place]) + (margin === null ? "" : ` \u00b1 ${number(margin)}`);
    };
    const svg = (name, attributes, parent, content) => {
      const element = document.createElementNS(namespace, name);
      for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
      if (content !== undefined) element.textContent = content;
      parent.append(element);
      return element;
    };
    const html = (name, parent, content, className) => {
      const element = document.createElement(name);
      if (content !== undefined) element.textContent = content;
      if (className) element.className = className;
      parent.append(element);
      return element;
    };
    const shown = () => data.subjects.map((subject, place) => ({ ...subject, place, line: lines()[place] }))
      .filter((subject) => subject.line && !hidden.has(subject.place));

    // An axis that ends where the data do, with ticks at round values between.
    const axis = (values, start, end, count) => {
      let [low, high] = [Math.min(...values), Math.max(...values)];
      if (!(high - low > 1e-9 * Math.max(Math.abs(low), Math.abs(high), 1e-9))) {
        const room = Math.abs(low) / 10 || 1;
        [low, high] = [low - room, high + room];
      }
      let step = 0;
      const ticks = [];
      for (const steps of [count, Math.max(count, 6)]) {
        if (ticks.length > 1) break;
        const rough = (high - low) / steps;
        const power = 10 ** Math.floor(Math.log10(rough));
        step = [1, 2, 5, 10].map((x) => x * power).find((x) => x >= rough * (1 - 1e-9));
        ticks.length = 0;
        for (let i = Math.ceil(low / step - 1e-9); i <= high / step + 1e-9; i += 1) ticks.push(i * step);
      }
      const digits = Math.min(Math.max(0, -Math.floor(Math.log10(step) + 1e-9)), 9);
      return {
        low, high, ticks, label: (tick) => number(tick, digits).replace(/^\u2212(0(\.0*)?)$/, "$1"),
        at: (x) => start + (x - low) / (high - low) * (end - start),
      };
    };

    // What is drawn now: the place of each level, and what shows the chosen one.
    let drawing = null;
    const draw = () => {
      const width = Math.max(plot.clientWidth, 240);
      const isNarrow = width < 560;
      const height = isNarrow ? 320 : Math.round(Math.min(Math.max(width * 0.46, 330), 470));
      const [left, right, top, bottom] = [isNarrow ? 44 : 56, width - 14, 52, height - (isNarrow ? 42 : 46)];
      const subjects = shown();
      const values = subjects.flatMap(({ line }) => line.values.flatMap((x, i) =>
        x === null ? [] : [x - (line.margins[i] ?? 0), x + (line.margins[i] ?? 0)]));
      if (choice.show === "score") values.forEach((x, i) => { values[i] = Math.min(Math.max(x, 0), 1); });
      if (choice.show !== "score") values.push(0);
      const places = data.levels.map((level) => level[choice.axis]);
      const x = axis(places, left, right, isNarrow ? 4 : 8);
      const y = axis(values.length ? values : [0, 1], bottom, top, 6);
      const clipped = (value) => Math.min(Math.max(value, y.low), y.high);

      const root = document.createElementNS(namespace, "svg");
      for (const [name, value] of Object.entries({
        viewBox: `0 0 ${width} ${height}`, width, height, role: "img",
        "aria-label": `${heading()}, ${word("galleries", choice.gallery)}, at ${places.length} levels over the `
          + `${data.axisTitles[choice.axis][0]}. The values are in the table below.`,
      })) root.setAttribute(name, value);
      // Bands of many models would add up to one dark area.
      root.style.setProperty("--shade", Math.min(0.13, 0.6 / subjects.length));
      for (const tick of y.ticks) {
        svg("line", { class: "grid", x1: left, x2: right, y1: y.at(tick), y2: y.at(tick) }, root);
        svg("text", { class: "faint", x: left - 8, y: y.at(tick) + 4, "text-anchor": "end", "font-size": 12 }, root, y.label(tick));
      }
      const dots = [];
      const taken = [[], []];
      const order = places.map((_, i) => i).sort((a, b) => places[a] - places[b]);
      for (const i of [order[0], order[order.length - 1], ...order.slice(1, -1)]) {
        const px = x.at(places[i]);
        svg("line", { class: "grid", x1: px, x2: px, y1: top - 8, y2: bottom }, root);
        const row = taken.findIndex((row) => !row.some((other) => Math.abs(other - px) < 17));
        if (row < 0 || dots[i]) continue;
        taken[row].push(px);
        const dot = svg("g", {}, root);
        svg("title", {}, dot, data.levels[i].id);
        svg("circle", { class: "dot", cx: px, cy: top - 17 - 17 * row, r: 8 }, dot);
        svg("text", { class: "ink", x: px, y: top - 13.2 - 17 * row, "text-anchor": "middle", "font-size": 10.5 }, dot,
          data.levels[i].number);
        dots[i] = dot;
      }
      svg("line", { class: "axis", x1: left, x2: right, y1: bottom, y2: bottom }, root);
      if (y.low < 0 && y.high > 0) svg("line", { class: "axis", x1: left, x2: right, y1: y.at(0), y2: y.at(0) }, root);
      for (const tick of x.ticks) {
        svg("line", { class: "axis", x1: x.at(tick), x2: x.at(tick), y1: bottom, y2: bottom + 5 }, root);
        svg("text", { class: "faint", x: x.at(tick), y: bottom + 19, "text-anchor": "middle", "font-size": 12 }, root, x.label(tick));
      }
      svg("text", { class: "ink", x: (left + right) / 2, y: bottom + 38, "text-anchor": "middle", "font-size": 13 }, root,
        data.axisTitles[choice.axis][isNarrow ? 1 : 0]);
      const crosshair = svg("line", { class: "crosshair", y1: top - 8, y2: bottom, visibility: "hidden" }, root);
      // The first model is drawn last, on top.
      const marks = [];
      for (const { series, dash, mark, line, place } of [...subjects].reverse()) {
        const points = line.values.map((value, i) => [x.at(places[i]), value, line.margins[i], i])
          .filter(([, value]) => value !== null).sort((a, b) => a[0] - b[0]);
        if (points.length > 1 && points.every(([, , margin]) => margin !== null)) {
          const edge = (sign) => points.map(([px, value, margin]) => `${px},${y.at(clipped(value + sign * margin))}`);
          svg("polygon", { class: `${series} area`, points: [...edge(1), ...edge(-1).reverse()].join(" ") }, root);
        }
        svg("polyline", {
          class: `${series} line`, points: points.map(([px, value]) => `${px},${y.at(value)}`).join(" "),
          ...(dash ? { "stroke-dasharray": dash } : {}),
        }, root);
        for (const [px, value, , i] of points) {
          const transform = `translate(${px} ${y.at(value)})`;
          marks.push({ i, transform, element: svg("path", { class: `${series} mark`, d: mark, transform }, root), place });
        }
      }
      plot.replaceChildren(root, ...(plot.querySelector(".tip") ? [plot.querySelector(".tip")] : []));
      plot.classList.add("drawn");
      drawing = { x, places, crosshair, marks, dots, width, top };
      point(level);
    };

    // Shows the values at a level; null for none.
    const tip = html("div", plot, undefined, "tip");
    tip.hidden = true;
    const columns = [...document.querySelectorAll("#explorer .strip li")];
    const point = (chosen) => {
      level = chosen;
      const { x, places, crosshair, marks, dots, width, top } = drawing;
      crosshair.setAttribute("visibility", chosen === null ? "hidden" : "visible");
      for (const { i, transform, element } of marks) element.setAttribute("transform", transform + (i === chosen ? " scale(1.5)" : ""));
      dots.forEach((dot, i) => dot?.classList.toggle("chosen", i === chosen));
      columns.forEach((column, i) => column.classList.toggle("chosen", i === chosen));
      tip.hidden = chosen === null;
      if (chosen === null) return;
      const px = x.at(places[chosen]);
      crosshair.setAttribute("x1", px);
      crosshair.setAttribute("x2", px);
      const entries = shown().filter(({ line }) => line.values[chosen] !== null)
        .sort((a, b) => b.line.values[chosen] - a.line.values[chosen]);
      const head = `${data.levels[chosen].id}, distance ${distance(data.levels[chosen].fid)}`
        + (choice.axis === "excess" ? `, ${distance(places[chosen])} above random sides` : "")
        + (choice.axis === "order" ? `, ${distance(places[chosen])} by ${data.axes[0].title}` : "");
      tip.replaceChildren();
      html("p", tip, head);
      const list = html("div", tip);
      for (const { name, place, line } of entries) {
        list.append(legend.children[place].querySelector("svg").cloneNode(true));
        html("span", list, name);
        html("b", list, text(line, chosen));
      }
      const side = px + 14 + tip.offsetWidth <= width ? px + 14 : px - 14 - tip.offsetWidth;
      tip.style.left = `${Math.max(0, Math.min(side, width - tip.offsetWidth))}px`;
      tip.style.top = `${top}px`;
      plot.setAttribute("aria-valuenow", chosen + 1);
      plot.setAttribute("aria-valuetext", `${head}: `
        + (entries.map(({ name, line }) => `${name} ${text(line, chosen)}`).join(", ") || "no values"));
    };

    const update = () => {
      // What is not there for the other choices cannot be chosen.
      for (const input of form.querySelectorAll("input[type=radio]")) {
        input.disabled = input.name !== "axis" && !(key({ [input.name]: input.value }) in data.curves)
          && !(key({ [input.name]: input.value, direction: "mean" }) in data.curves);
        input.checked = choice[input.name] === input.value;
      }
      part("title").textContent = heading();
      part("caption").textContent = data.captions[`${choice.show} ${choice.gallery}`];
      const current = lines();
      [...legend.children].forEach((button, place) => { button.hidden = !current[place]; });
      [...table.tBodies[0].rows].forEach((row, place) => {
        current.forEach((line, subject) => { row.cells[subject + 2].textContent = text(line, place); });
      });
      draw();
    };
    form.addEventListener("change", ({ target }) => {
      choice[target.name] = target.value;
      // The catalogue has no single directions; other choices may lack a metric's gallery.
      if (!(key({}) in data.curves)) choice.direction = "mean";
      for (const name of ["show", "gallery", "metric"]) {
        if (key({}) in data.curves || name === target.name) continue;
        const id = Object.keys(data.curves).map((k) => k.split(" ")[names.indexOf(name)])
          .find((id) => key({ [name]: id }) in data.curves);
        if (id !== undefined) choice[name] = id;
      }
      for (const select of form.querySelectorAll("select")) select.value = choice[select.name];
      update();
    });
    form.addEventListener("submit", (event) => event.preventDefault());
    [...legend.children].forEach((button, place) => button.addEventListener("click", () => {
      if (!hidden.delete(place)) hidden.add(place);
      button.setAttribute("aria-pressed", !hidden.has(place));
      draw();
    }));

    // Mouse, touch and pen: the level nearest to the pointer. A touch stays until the next one elsewhere.
    const nearest = (event) => {
      const at = event.clientX - plot.getBoundingClientRect().left;
      const gaps = drawing.places.map((place) => Math.abs(drawing.x.at(place) - at));
      return gaps.indexOf(Math.min(...gaps));
    };
    for (const name of ["pointermove", "pointerdown"]) plot.addEventListener(name, (event) => point(nearest(event)));
    plot.addEventListener("pointerleave", (event) => { if (event.pointerType === "mouse") point(null); });
    document.addEventListener("pointerdown", (event) => { if (level !== null && !plot.contains(event.target)) point(null); });
    columns.forEach((column, i) => {
      column.addEventListener("pointerenter", (event) => { if (event.pointerType === "mouse") point(i); });
      column.addEventListener("pointerleave", (event) => { if (event.pointerType === "mouse") point(null); });
    });
    // The keyboard: arrows go from level to level, as on a slider.
    plot.tabIndex = 0;
    for (const [name, value] of Object.entries({
      role: "slider", "aria-label": "Values at a level", "aria-valuemin": 1, "aria-valuemax": data.levels.length,
      "aria-valuenow": 1, "aria-valuetext": "no level chosen; use the arrow keys",
    })) plot.setAttribute(name, value);
    plot.addEventListener("keydown", (event) => {
      const last = data.levels.length - 1;
      const order = data.levels.map((_, i) => i).sort((a, b) => drawing.places[a] - drawing.places[b]);
      const now = order.indexOf(level);
      const next = {
        ArrowRight: now + 1, ArrowUp: now + 1, ArrowLeft: now < 0 ? last : now - 1, ArrowDown: now < 0 ? last : now - 1, Home: 0,
        End: last,
      }[event.key];
      if (event.key === "Escape") point(null);
      else if (next !== undefined) point(order[Math.min(Math.max(next, 0), last)]);
      else return;
      event.preventDefault();
    });
    plot.addEventListener("blur", () => point(null));

    form.hidden = false;
    legend.hidden = false;
    update();
    let width = plot.clientWidth;
    new ResizeObserver(() => {
      if (plot.clientWidth === width || plot.clientWidth === 0) return;
      width = plot.clientWidth;
      draw();
    }).observe(plot);
  };
  const curves = read("explorer-data");
  if (curves) explore(curves, document.getElementById("explorer-plot"));

  // The map: a letter for each class says its side at a level; shapes are those of the legend.
  const map = read("map-data");
  const chosen = document.getElementById("map-level");
  if (map && chosen) {
    const sides = { t: "train", e: "test", r: "removed" };
    const rename = (mark, letter) => {
      const title = mark.querySelector("title");
      title.textContent = title.textContent.replace(/: [a-z]+$/, ": " + sides[letter]);
    };
    const show = () => {
      const letters = map.levels[chosen.selectedIndex].sides;
      document.querySelectorAll("#map svg").forEach((svg) => {
        const legend = [...svg.children].filter((child) => child.matches("path.mark"));
        const shapes = { t: legend[0], e: legend[1], r: legend[2] };
        [...svg.querySelector("g.classes").children].forEach((mark, number) => {
          const letter = letters[number];
          for (const name of ["class", "d", "fill", "fill-opacity"]) {
            mark.setAttribute(name, shapes[letter].getAttribute(name));
          }
          rename(mark, letter);
        });
        svg.querySelectorAll("g.pictures > g").forEach((picture) => {
          const letter = letters[picture.dataset.place];
          const frame = picture.querySelector(".frame");
          frame.setAttribute("class", `${shapes[letter].getAttribute("class").split(" ")[0]} line frame ${sides[letter]}`);
          frame.setAttribute("stroke", shapes[letter].getAttribute("fill"));
          rename(picture, letter);
        });
      });
      const count = (letter) => letters.split(letter).length - 1;
      document.getElementById("map-counts").textContent =
        `${count("t")} train, ${count("e")} test and ${count("r")} removed classes`;
    };
    chosen.addEventListener("change", show);
    document.getElementById("map-controls").hidden = false;
    if (chosen.selectedIndex >= 0) show();
  }

  // The table of classes.
  const data = read("class-data");
  const body = document.querySelector("#class-table tbody");
  if (!data || !body) return;
  const [model, level, filter] = ["class-model", "class-level", "class-filter"].map((id) => document.getElementById(id));
  const more = document.getElementById("class-more");
  const count = document.getElementById("class-count");
  const headers = [...document.querySelectorAll("#class-table thead th")];
  let order = { column: 2, descending: false };
  let limit = 200;

  // Means over the tasks of the chosen level or of all, each query counting alike.
  const rows = () => {
    const sums = new Map();
    for (const task of data.tasks) {
      if (task.model !== model.selectedIndex) continue;
      if (level.selectedIndex > 0 && task.level !== level.selectedIndex - 1) continue;
      for (const [number, queries, ...values] of task.rows) {
        const sum = sums.get(number) ?? { queries: 0, values: values.map(() => 0), known: values.map(() => 0) };
        sum.queries += queries;
        values.forEach((value, place) => {
          if (value === null) return;
          sum.values[place] += queries * value;
          sum.known[place] += queries;
        });
        sums.set(number, sum);
      }
    }
    return [...sums].map(([number, sum]) => {
      const [recall, precision, frozen] = sum.values.map((value, place) =>
        sum.known[place] ? value / sum.known[place] : null);
      const lead = recall === null || frozen === null ? null : recall - frozen;
      return [data.classes[number], sum.queries, recall, precision, frozen, lead];
    });
  };
  const compare = (a, b) => {
    const [x, y] = [a[order.column], b[order.column]];
    if (x === null || y === null) return (x === null) - (y === null);
    const way = typeof x === "string" ? (x < y ? -1 : x > y ? 1 : 0) : x - y;
    return (order.descending ? -way : way) || (a[0] < b[0] ? -1 : 1);
  };
  const update = () => {
    const text = filter.value.trim().toLowerCase();
    const found = rows().filter((row) => row[0].toLowerCase().includes(text)).sort(compare);
    body.replaceChildren(...found.slice(0, limit).map((row) => {
      const line = document.createElement("tr");
      row.forEach((value, column) => {
        const cell = document.createElement(column ? "td" : "th");
        if (column) cell.className = "number"; else cell.scope = "row";
        cell.textContent = value === null ? "–" : column > 1 ? value.toFixed(3).replace("-", "−") : value;
        line.append(cell);
      });
      return line;
    }));
    count.textContent = found.length ? `${Math.min(limit, found.length)} of ${found.length} classes` : "no class has that name";
    more.hidden = found.length <= limit;
    headers.forEach((header, column) => {
      const way = order.descending ? "descending" : "ascending";
      header.setAttribute("aria-sort", column === order.column ? way : "none");
    });
  };
  headers.forEach((header, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = header.textContent;
    header.replaceChildren(button);
    button.addEventListener("click", () => {
      order = { column, descending: column === order.column ? !order.descending : false };
      update();
    });
  });
  for (const control of [model, level]) control.addEventListener("change", update);
  filter.addEventListener("input", update);
  more.addEventListener("click", () => { limit = Infinity; update(); });
  document.getElementById("class-controls").hidden = false;
  update();
})();
