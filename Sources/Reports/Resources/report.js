"use strict";
// The page is complete without this script: it lets the map show other levels, and the table of classes be sorted.
(() => {
  const read = (id) => {
    const element = document.getElementById(id);
    return element ? JSON.parse(element.textContent) : null;
  };

  // The map: a letter for each class says its side at a level; shapes are those of the legend.
  const map = read("map-data");
  const chosen = document.getElementById("map-level");
  if (map && chosen) {
    const sides = { t: "train", e: "test", r: "removed" };
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
          const title = mark.querySelector("title");
          title.textContent = title.textContent.replace(/: [a-z]+$/, ": " + sides[letter]);
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
    count.textContent = `${Math.min(limit, found.length)} of ${found.length} classes`;
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
