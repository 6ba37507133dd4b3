// The table of events, its plots, and one event opened. It filters and shows; every number was rounded before.
// Texts come from models: they are put into the page as text (textContent), never as markup.
const read = (name) => JSON.parse(document.getElementById(`${name}-data`).textContent);
const element = (id) => document.getElementById(id);
const held = read("events");
const CELLS = [["base", "base"], ["base", "tuned"], ["tuned", "base"], ["tuned", "tuned"]];
const NOTHING = "–";

const shown = (number) => (number === null ? NOTHING : number.toFixed(3).replace("-", "−"));

function make(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in made) made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

const visible = (text) =>
  text === "" ? "(empty)" : text.replace(/\n/g, "↵").replace(/\t/g, "⇥").replace(/^ | $/g, "␣");

// ------------------------------------------------------------------ rows

function rowsOf(pair) {
  return pair.rows.map((values) => {
    const row = Object.fromEntries(held.columns.map((name, place) => [name, values[place]]));
    const [prompt_id, category, template, text] = held.prompts[row.prompt];
    const known = { pair, family: pair.label, prompt_id, category, template, text };
    const effects = Object.fromEntries(held.effects.map((name, place) => [name, row.effects[place] ?? null]));
    const classes = row.base_class === null ? null : `${row.base_class} → ${row.tuned_class}`;
    const consistent = row.consistent === null ? null : row.consistent ? "yes" : "no";
    const state = row.reason === null ? "measured" : row.reason;
    const key = `${encodeURIComponent(pair.name)}/${encodeURIComponent(prompt_id)}`;
    return { ...row, ...known, ...effects, classes, consistent, state, key };
  });
}

const events = held.pairs.flatMap(rowsOf);
const byKey = new Map(events.map((row) => [row.key, row]));

// ----------------------------------------------------------------- table

const FILTERS = { family: "Family", category: "Category", classes: "Token classes", consistent: "Consistent", state: "State" };
const chosen = {};
const brushed = { brush_position: [], brush_shift: [], category: [] };

function passes(row) {
  const within = Object.keys(FILTERS).every((name) => !chosen[name] || (row[name] ?? NOTHING) === chosen[name]);
  const after = chosen.from === undefined || (row.step !== null && row.step >= chosen.from);
  const before = chosen.to === undefined || (row.step !== null && row.step <= chosen.to);
  return within && after && before && isBrushed(row);
}

function isBrushed(row) {
  const inside = [...brushed.brush_position, ...brushed.brush_shift].every((one) =>
    one.fields.every(({ field }, place) => {
      const [low, high] = [Math.min(...one.values[place]), Math.max(...one.values[place])];
      return row[field] !== null && low <= row[field] && row[field] <= high;
    }),
  );
  return inside && (!brushed.category.length || brushed.category.some((one) => one.values.includes(row.category)));
}

function addFilters(refresh, showAll) {
  const form = element("filters");
  for (const [name, title] of Object.entries(FILTERS)) {
    const values = [...new Set(events.map((row) => row[name] ?? NOTHING))].sort();
    const select = make("select", { name }, make("option", { value: "" }, "all"));
    select.append(...values.map((value) => make("option", { value }, value)));
    select.addEventListener("change", () => { chosen[name] = select.value; refresh(); });
    form.append(make("label", {}, title, select));
  }
  for (const [name, title] of [["from", "Position from"], ["to", "to"]]) {
    const input = make("input", { name, type: "number", min: 0, step: 1 });
    input.addEventListener("input", () => { chosen[name] = input.value === "" ? undefined : Number(input.value); refresh(); });
    form.append(make("label", {}, title, input));
  }
  const clear = make("button", { type: "reset" }, "Show all");
  form.append(clear);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => { for (const name of Object.keys(chosen)) delete chosen[name]; showAll(); });
}

const number = (name, title) => ({
  data: name, title, type: "num", className: "n", searchable: false, orderSequence: ["desc", "asc", ""],
  render: (value, kind) => (kind === "display" ? shown(value) : value ?? Number.NEGATIVE_INFINITY),
});

function columnsFor(DataTable) {
  // Escaped for the search, too: DataTables reads what is searched as markup, to resolve its entities.
  const text = DataTable.render.text();
  const words = (name, title) => ({ data: name, title, type: "string", defaultContent: NOTHING, render: { ...text, _: (value) => value ?? "" } });
  const token = (name, title) => ({
    data: name, title, type: "string", className: "token",
    render: { ...text, display: (value) => (value === null ? NOTHING : text.display(visible(value))), _: (value) => value ?? "" },
  });
  const link = (cell, value, row) => cell.replaceChildren(make("a", { href: `#event=${row.key}` }, value));
  const step = { data: "step", title: "Position", type: "num", className: "n", render: (value, kind) => value ?? (kind === "display" ? NOTHING : -1) };
  return [
    words("family", "Family"),
    { ...words("prompt_id", "Prompt"), createdCell: link },
    words("category", "Category"),
    step,
    token("base_text", "Base token"),
    token("tuned_text", "Tuned token"),
    words("classes", "Classes"),
    words("consistent", "Consistent"),
    number("interaction", "Interaction"),
    number("portable", "Portable"),
    number("matched", "Matched"),
    number("native_shift", "Native shift"),
    number("late_main", "Late main"),
    number("upstream_main", "Upstream main"),
    words("state", "State"),
    ...["text", "continuation", "base_went_on", "tuned_went_on"].map((name) => ({ data: name, type: "string", visible: false, orderable: false, defaultContent: "", render: text })),
  ];
}

async function dataTable() {
  const address = URL.createObjectURL(new Blob([read("data-table")], { type: "text/javascript" }));
  const { default: DataTable } = await import(address);
  URL.revokeObjectURL(address);
  const table = new DataTable("#table", {
    data: events, columns: columnsFor(DataTable), deferRender: true, autoWidth: false, order: [], pageLength: 15,
    lengthMenu: [15, 50, 200],
    layout: { topStart: "search", topEnd: "pageLength", bottomStart: null, bottomEnd: "paging" },
    language: { search: "Search in all texts", lengthMenu: "_MENU_ rows", zeroRecords: "No event is left; show all." },
  });
  table.search.fixed("filters", (_text, row) => passes(row));
  table.on("draw", () => {
    const count = table.rows({ search: "applied" }).count();
    element("shown").textContent = `${count} of ${events.length} prompts`;
  });
  table.on("click", "tbody tr", (event) => {
    const row = table.row(event.currentTarget).data();
    if (row && !event.target.closest("a")) location.hash = `event=${row.key}`;
  });
  addFilters(() => table.draw(), async () => { table.search(""); await draw(); table.draw(); });
  table.draw();
  return table;
}

// ----------------------------------------------------------------- plots

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
const NAMED = ["interaction", "neutral"];

function coloured(specification, { width, columns, ticks }) {
  const filled = JSON.parse(JSON.stringify(specification), (key, value) =>
    key === "value" && NAMED.includes(value) ? colour(value) : value,
  );
  const [ink, line] = [colour("muted"), colour("line")];
  const axis = { labelColor: ink, titleColor: ink, gridColor: line, domainColor: line, tickColor: line, titleFontWeight: "normal" };
  const config = {
    background: null, font: getComputedStyle(document.body).fontFamily, axis, view: { stroke: null },
    rule: { color: ink }, line: { color: colour("interaction") }, point: { color: colour("interaction"), filled: true },
  };
  if (filled.concat) for (const [place, panel] of filled.concat.entries()) Object.assign(panel, { width: width - (place === 2 ? 60 : 0), height: 200 });
  else filled.width = width;
  for (const layer of filled.layer ?? []) if (layer.encoding.x) layer.encoding.x.axis = { format: "d", values: ticks };
  return { ...filled, ...(filled.concat ? { columns } : {}), config };
}

async function plot(id, name, datasets) {
  const place = element(id);
  const room = place.clientWidth;
  const columns = room < 620 ? 1 : room < 980 ? 2 : 3;
  const width = name === "views" ? Math.floor(room / columns) - 76 : Math.min(room, 560) - 66;
  const ticks = datasets.sweep?.map((row) => row.boundary);
  const { view } = await window.vegaEmbed(place, { ...coloured(read(name), { width, columns, ticks }), datasets }, {
    actions: false, renderer: "canvas", tooltip: { theme: matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light" },
  });
  return view;
}

async function plotEvents(refresh) {
  const names = ["family", "prompt_id", "category", "step", "interaction", "native_shift", "key"];
  const measured = events.filter((row) => row.interaction !== null);
  const rows = measured.map((row) => Object.fromEntries(names.map((name) => [name, row[name]])));
  const view = await plot("views", "views", { events: rows });
  let waiting;
  for (const name of Object.keys(brushed)) {
    brushed[name] = [];
    view.addDataListener(`${name}_store`, (_name, tuples) => {
      brushed[name] = tuples.map(({ fields, values }) => ({ fields, values }));
      clearTimeout(waiting);
      waiting = setTimeout(refresh, 120);
    });
  }
  view.addEventListener("click", (_event, item) => {
    if (item?.datum?.key) location.hash = `event=${item.datum.key}`;
  });
}

// ----------------------------------------------------------------- event

const chip = (side, text) => make("span", { className: `chip ${side}`, dir: "auto" }, visible(text));

function reading(row) {
  const shared = row.continuation ?? "";
  const said = make("p", { className: "said", dir: "auto" }, row.text, make("mark", {}, shared));
  const branch = (side) =>
    make("div", { className: `branch ${side}` }, make("b", {}, side),
      make("p", { dir: "auto" }, row[`${side}_text`] === null ? null : chip(side, row[`${side}_text`]), row[`${side}_went_on`] ?? ""));
  const branches = row.continuation === null ? null : make("div", { className: "branches" }, branch("base"), branch("tuned"));
  return make("section", {}, said, branches);
}

function fourCells(row) {
  if (!row.margins.length) return make("p", { className: "caveat" }, `Excluded: ${row.state}. No cells were measured.`);
  const cell = (upstream, late) => {
    const place = CELLS.findIndex(([one, other]) => one === upstream && other === late);
    const ranks = `ranks ${row.base_ranks[place]}, ${row.tuned_ranks[place]}`;
    return make("td", {}, make("b", {}, shown(row.margins[place])), make("small", {}, "top ", make("code", { dir: "auto" }, visible(row.tops[place])), ` · ${ranks}`));
  };
  const line = (upstream, effect) =>
    make("tr", {}, make("th", { scope: "row" }, `${upstream} upstream`), cell(upstream, "base"), cell(upstream, "tuned"),
      make("td", { className: effect }, make("b", {}, shown(row[effect])), make("small", {}, effect)));
  const head = ["", "base late stack", "tuned late stack", "late effect"].map((name) => make("th", { scope: "col" }, name));
  const last = make("tr", { className: "interaction" }, make("th", { scope: "row", colSpan: 3 }, "interaction = matched − portable"),
    make("td", {}, make("b", {}, shown(row.interaction))));
  const table = make("table", { className: "cells" }, make("thead", {}, make("tr", {}, ...head)),
    make("tbody", {}, line("base", "portable"), line("tuned", "matched"), last));
  const others = ["native_shift", "late_main", "upstream_main"].map((name) => `${name.replace("_", " ")} ${shown(row[name])}`);
  const note = `Margins in logits: tuned token less base token, common tuned readout. ${others.join(", ")}. ` +
    "Ranks are of the base and of the tuned token. Of each cell the study stores the top token only.";
  return make("section", {}, make("h3", {}, "Four margins"), make("div", { className: "scroll" }, table), make("p", { className: "source" }, note));
}

function inControls(row) {
  if (!row.arms.length && !row.counted_in.length) return null;
  const lines = row.arms.map(([arm, step, value]) => {
    const [control, ...rest] = row.pair.arms[arm].split(": ");
    return make("tr", {}, make("th", { scope: "row" }, control.replaceAll("_", " ")), make("td", {}, rest.join(": ")), make("td", { className: "n" }, String(step)),
      make("td", { className: "n" }, shown(value)));
  });
  const head = ["Control", "Arm", "Position", "Interaction"].map((name, place) => make("th", { scope: "col", className: place > 1 ? "n" : "" }, name));
  const table = make("table", {}, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...lines));
  const counted = row.counted_in.map((arm) => make("li", {}, row.pair.arms[arm].replaceAll("_", " ")));
  return make("section", {}, make("h3", {}, "In the controls"), lines.length ? make("div", { className: "scroll" }, table) : null,
    make("p", { className: "source" }, "In logits; arms of the control scale are in their own units."),
    counted.length ? make("div", {}, make("p", {}, "With its own cells it counts in"), make("ul", { className: "counted" }, ...counted)) : null);
}

function opened(row) {
  const title = make("h2", { id: "event-title" }, row.family, make("small", {}, `${row.prompt_id} · ${row.category} · `, row.step === null ? "no position" : `position ${row.step}`,
    row.consistent === "no" ? " · not consistent" : ""));
  const step = (name, by) => make("button", { type: "button", onclick: () => move(by), title: `${name} in the table` }, name);
  const close = make("button", { type: "button", autofocus: true, onclick: () => element("event").close() }, "Close");
  const sweep = row.boundaries.length ? make("section", {}, make("h3", {}, "Interaction at every boundary"), make("div", { id: "sweep" }), make("p", { id: "swept", className: "source" }, boundaryWords(row))) : null;
  return [make("header", {}, title, make("div", {}, step("Previous", -1), step("Next", 1), close)), reading(row), fourCells(row), sweep, inControls(row)];
}

const boundaryWords = (row) => row.boundaries.map(([boundary, value]) => `boundary ${boundary}: ${shown(value)}`).join("; ");

let table;

function move(by) {
  const order = table.rows({ order: "applied", search: "applied" }).data().toArray();
  const next = order[order.indexOf(current()) + by];
  if (next) location.hash = `event=${next.key}`;
}

const current = () => byKey.get(location.hash.startsWith("#event=") ? location.hash.slice(7) : "");

async function follow() {
  const dialog = element("event");
  const row = current();
  if (!row) return dialog.open ? dialog.close() : undefined;
  dialog.replaceChildren(...opened(row).filter(Boolean));
  if (!dialog.open) dialog.showModal();
  dialog.scrollTop = 0;
  if (row.boundaries.length) {
    const swept = row.boundaries.map(([boundary, interaction]) => ({ boundary, interaction, own: boundary === row.pair.boundary }));
    await plot("sweep", "sweep", { sweep: swept });
  }
}

// ------------------------------------------------------------------ start

element("event").addEventListener("close", () => history.replaceState(null, "", location.pathname + location.search));
element("event").addEventListener("click", (event) => { if (event.target === event.currentTarget) event.currentTarget.close(); });
element("event").addEventListener("keydown", (event) => {
  if (event.key === "ArrowRight") move(1);
  if (event.key === "ArrowLeft") move(-1);
});
window.addEventListener("hashchange", follow);
table = await dataTable();
await follow();
const draw = () => plotEvents(() => table.draw());
await draw();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
document.documentElement.dataset.ready = "yes";
