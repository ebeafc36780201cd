"use strict";

// What the page has heard: the last status, and the figures of the last five minutes.
const MEMORY = 300;
const memory = { rate: [], bytes: [], lag: [], backlog: [], steps: new Map() };
let last = null;
let selected = null;
let drawn = "";

const byId = (id) => document.getElementById(id);
const LOSSES = /^(dropped_|elements_in_no_window$|letters_of_other_steps$|failed_refreshes$|vanished_files$|cut_lines$|connections_lost$)/;

// ---- numbers and times as people read them

function count(n) {
  if (n < 10000) return n < 10 && n % 1 ? n.toFixed(1) : Math.round(n).toLocaleString("en");
  const units = [[1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "k"]];
  const [size, unit] = units.find(([size]) => n >= size);
  return (n / size).toPrecision(3) + " " + unit;
}

function bytes(n) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const power = n < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(n) / 10));
  return (power ? (n / 1024 ** power).toFixed(2) : Math.round(n)) + " " + units[power];
}

function span(seconds) {
  const sign = seconds < 0 ? "−" : "";
  const s = Math.abs(seconds);
  if (s < 1) return sign + Math.round(s * 1000) + " ms";
  if (s < 60) return sign + s.toFixed(1) + " s";
  if (s < 3600) return sign + Math.floor(s / 60) + " min " + Math.floor(s % 60) + " s";
  if (s < 172800) return sign + Math.floor(s / 3600) + " h " + Math.floor((s / 60) % 60) + " min";
  return sign + count(Math.floor(s / 86400)) + " days";
}

function instant(text) {
  return text === "beginning" ? "at the beginning" : text === "end" ? "at the end" : text.replace("T", " ").replace("Z", " UTC");
}

const lagOf = (step) => step.watermark_lag_seconds === null ? "" : span(step.watermark_lag_seconds);
const rateOf = (step) => count(step.elements_per_second) + "/s";
const flows = (step) => step.elements_per_second > 0;

function backlog(step) {
  const waits = step.has_back_pressure ? ", senders wait" : "";
  return step.queued_packets ? `${count(step.queued_packets)} packets, ${bytes(step.queued_bytes)}${waits}` : "";
}

function metric(value) {
  const [[kind, found]] = Object.entries(value);
  if (kind !== "distribution") return found.toLocaleString("en");
  const mean = found.count ? count(found.sum / found.count) : "none";
  return `${count(found.count)} values from ${count(found.min)} to ${count(found.max)}, mean ${mean}`;
}

const percent = (share) => (100 * share).toFixed(share < 0.1 ? 1 : 0) + " %";

// ---- elements as people read them

const timeOf = ({ timestamp }) => timestamp === "beginning" ? "" : instant(timestamp);

function windowOf({ windows }) {
  const [first, ...others] = windows.filter(({ start, end }) => start !== "beginning" || end !== "end");
  if (!first) return "";
  return `[${instant(first.start)}, ${instant(first.end)})${others.length ? ` and ${others.length} more` : ""}`;
}

function paneOf({ pane }) {
  if (!pane) return "";
  const facts = [pane.timing, `pane ${pane.index}`, pane.is_last && "the last", pane.is_retraction && "taken back"];
  return facts.filter(Boolean).join(", ");
}

// ---- elements of the page

const SVG = "http://www.w3.org/2000/svg";

function make(parent, name, attributes = {}, text = "") {
  const isSvg = parent.namespaceURI === SVG || name === "svg";
  const element = isSvg ? document.createElementNS(SVG, name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text) element.textContent = text;
  parent.append(element);
  return element;
}

function sparkline(parent, values, label) {
  const svg = make(parent, "svg", { class: "spark", viewBox: `0 0 ${MEMORY} 20`, preserveAspectRatio: "none", role: "img", "aria-label": label });
  const highest = Math.max(...values, 1e-9);
  const first = MEMORY - values.length;
  const points = values.map((value, i) => `${first + i},${(19 - (18 * Math.max(value, 0)) / highest).toFixed(1)}`);
  make(svg, "polyline", { points: points.join(" ") });
}

function rows(table, content) {
  const body = byId(table).tBodies[0];
  const labels = [...byId(table).tHead.rows[0].cells].map((cell) => cell.textContent);
  body.replaceChildren();
  for (const { name, place, cells, className } of content) {
    const row = make(body, "tr", { class: className || "" });
    const head = make(row, "th", { scope: "row" }, name);
    if (place) make(head, "span", { class: "quiet" }, place);
    cells.forEach((cell, i) => {
      const { text, kind } = typeof cell === "string" ? { text: cell, kind: "" } : cell;
      make(row, "td", { class: kind, "data-label": labels[i + 1] }, text);
    });
  }
}

const number = (text) => ({ text, kind: "number" });

// ---- the graph: steps in layers from top to bottom, edges that pass a layer get a place in it

const BOX = { width: 168, height: 58, gapX: 24, gapY: 52, lane: 24 };

function edgesOf(steps) {
  const edges = [];
  steps.forEach((step, to) => {
    step.inputs.forEach(({ step: from, output }) => edges.push({ from, output, to, isSide: false }));
    step.side_inputs.forEach((from) => edges.push({ from, output: 0, to, isSide: true }));
  });
  return edges;
}

function layersOf(steps, edges) {
  const depth = steps.map(() => 0);
  // Steps come in topological order, so one pass finds the longest ways.
  for (const { from, to } of [...edges].sort((a, b) => a.to - b.to)) depth[to] = Math.max(depth[to], depth[from] + 1);
  const layers = [];
  const place = (item, layer) => { (layers[layer] ||= []).push(item); return item; };
  const boxes = steps.map((_, step) => place({ step, layer: depth[step], above: [], width: BOX.width }, depth[step]));
  for (const edge of edges) {
    edge.way = [boxes[edge.from]];
    for (let layer = depth[edge.from] + 1; layer < depth[edge.to]; layer++) edge.way.push(place({ above: [], layer, width: BOX.lane }, layer));
    edge.way.push(boxes[edge.to]);
    edge.way.slice(1).forEach((item, i) => item.above.push(edge.way[i]));
  }
  return { layers, boxes };
}

function arrange({ layers, boxes }) {
  const middle = (item) => item.above.reduce((sum, above) => sum + above.x, 0) / item.above.length;
  let width = 0;
  for (const layer of layers) {
    const wish = new Map(layer.map((item, i) => [item, item.above.length ? middle(item) : i * (BOX.width + BOX.gapX)]));
    layer.sort((a, b) => wish.get(a) - wish.get(b));
    let right = -Infinity;
    for (const item of layer) {
      item.x = Math.max(wish.get(item), right + item.width / 2);
      right = item.x + item.width / 2 + BOX.gapX;
    }
    // What had to move right is shared out, so that a layer stays under what it reads.
    const shift = layer.reduce((sum, item) => sum + item.x - wish.get(item), 0) / layer.length;
    for (const item of layer) item.x -= shift;
  }
  const left = Math.min(...layers.flat().map((item) => item.x - item.width / 2));
  for (const item of layers.flat()) {
    item.x += BOX.gapX - left;
    item.y = BOX.gapX + item.layer * (BOX.height + BOX.gapY);
    width = Math.max(width, item.x + item.width / 2 + BOX.gapX);
  }
  return { width, height: BOX.gapX + layers.length * (BOX.height + BOX.gapY) - BOX.gapY + BOX.gapX, boxes };
}

function curve(way) {
  let path = `M${way[0].x},${way[0].y + BOX.height}`;
  for (let i = 1; i < way.length; i++) {
    const [from, to] = [way[i - 1], way[i]];
    const [top, bottom] = [from.y + BOX.height, to.y];
    path += ` C${from.x},${top + BOX.gapY / 2} ${to.x},${bottom - BOX.gapY / 2} ${to.x},${bottom}`;
    if (i < way.length - 1) path += ` V${bottom + BOX.height}`;
  }
  return path;
}

const short = (name, most) => (name.length <= most ? name : "…" + name.slice(1 - most));

function drawGraph(steps) {
  const edges = edgesOf(steps);
  const { width, height, boxes } = arrange(layersOf(steps, edges));
  const svg = document.createElementNS(SVG, "svg");
  for (const [key, value] of Object.entries({ width, height, viewBox: `0 0 ${width} ${height}` })) svg.setAttribute(key, value);
  for (const edge of edges) drawEdge(svg, edge);
  for (const edge of edges) drawLabel(svg, edge);
  for (const box of boxes) drawStep(svg, box, steps[box.step]);
  byId("graph").replaceChildren(svg);
  // Where the graph is wider than the screen, it begins at its first step.
  byId("graph").scrollLeft = boxes[0].x - byId("graph").clientWidth / 2;
}

function drawEdge(svg, { from, output, isSide, way }) {
  const edge = make(svg, "path", { class: "edge" + (isSide ? " side" : ""), d: curve(way), "data-from": from, "data-output": output });
  make(edge, "title");
}

function drawLabel(svg, { from, output, way }) {
  const end = way[way.length - 1];
  const before = way[way.length - 2];
  const label = { class: "rate", x: (end.x + before.x) / 2, y: (before.y + BOX.height + end.y) / 2 + 4, "data-from": from, "data-output": output };
  make(svg, "text", label);
}

function drawStep(svg, box, step) {
  const x = box.x - BOX.width / 2;
  const group = make(svg, "g", { class: "node", tabindex: 0, role: "button", "aria-pressed": "false", "data-step": box.step });
  make(group, "title", {}, `${step.name} (${step.place})`);
  make(group, "rect", { x, y: box.y, width: BOX.width, height: BOX.height, rx: 6 });
  make(group, "text", { x: x + 8, y: box.y + 18 }, short(step.name, 22));
  make(group, "text", { x: x + 8, y: box.y + 34, class: "small rate-line" });
  make(group, "text", { x: x + 8, y: box.y + 50, class: "small time-line" });
}

function fillGraph(steps) {
  const graph = byId("graph");
  for (const node of graph.querySelectorAll(".node")) {
    const step = steps[node.dataset.step];
    const isSelected = selected === Number(node.dataset.step);
    const kinds = ["node", flows(step) && "flows", step.is_done && "done", step.has_back_pressure && "full"];
    node.setAttribute("class", kinds.filter(Boolean).join(" "));
    node.setAttribute("aria-pressed", isSelected);
    const time = step.is_done ? "done" : step.is_idle ? "idle" : lagOf(step) ? "lag " + lagOf(step) : instant(step.output_watermark);
    node.setAttribute("aria-label", `${step.name}: ${count(step.emitted)} elements, ${rateOf(step)}, ${time}`);
    node.querySelector(".rate-line").textContent = `${count(step.emitted)} · ${rateOf(step)}`;
    node.querySelector(".time-line").textContent = step.has_back_pressure ? "back-pressure" : time;
  }
  // What a step that has no outputs makes, such as a side input, is told of the step.
  const flowOf = ({ dataset }) => steps[dataset.from].outputs[dataset.output] || steps[dataset.from];
  for (const edge of graph.querySelectorAll(".edge")) {
    const { samples = [], ...flow } = flowOf(edge);
    edge.classList.toggle("flows", flows(flow));
    edge.querySelector("title").textContent = samples.map((sample) => sample.element).join("\n");
  }
  for (const label of graph.querySelectorAll("text.rate")) {
    const flow = flowOf(label);
    label.textContent = flows(flow) ? rateOf(flow) : "";
  }
}

function select(node) {
  const step = Number(node.dataset.step);
  selected = selected === step ? null : step;
  fillGraph(last.steps);
  showDetail(last.steps);
  byId("detail").scrollIntoView({ block: "nearest" });
}

// ---- the parts of the page

function showDetail(steps) {
  const detail = byId("detail");
  const step = steps[selected];
  detail.hidden = !step;
  if (!step) return;
  detail.replaceChildren();
  make(detail, "h3", {}, step.name);
  make(detail, "p", { class: "quiet" }, step.place);
  sparkline(detail, memory.steps.get(step.name) || [], "Elements per second in the last five minutes");
  const list = make(detail, "dl");
  for (const [name, text] of factsOf(step, steps)) {
    if (!text) continue;
    make(list, "dt", {}, name);
    make(list, "dd", {}, text);
  }
  step.outputs.forEach((output, i) => showSamples(detail, output.samples, readersOf(steps, selected, i)));
}

function readersOf(steps, position, output) {
  const reads = ({ inputs }) => inputs.some((input) => input.step === position && input.output === output);
  return steps.filter(reads).map((step) => step.name).join(", ");
}

function showSamples(parent, samples, readers) {
  if (!samples.length) return;
  make(parent, "h4", {}, `Recent elements${readers && ", to " + readers}`);
  const list = make(parent, "ul", { class: "samples" });
  for (const sample of samples) {
    const item = make(list, "li");
    make(item, "code", {}, sample.element);
    make(item, "span", { class: "quiet" }, [timeOf(sample), windowOf(sample), paneOf(sample)].filter(Boolean).join("; "));
  }
}

function factsOf(step, steps) {
  const names = (positions) => positions.map((position) => steps[position].name).join(", ");
  const size = step.total_bytes ? `${bytes(step.bytes_read)} of ${bytes(step.total_bytes)}` : step.bytes_read ? bytes(step.bytes_read) : "";
  return [
    ["Reads from", names(step.inputs.map((input) => input.step))], ["Side inputs", names(step.side_inputs)],
    ["Elements", `${step.emitted.toLocaleString("en")}, ${rateOf(step)}`], ["Read", size],
    ["Input watermark", instant(step.input_watermark)],
    ["Output watermark", instant(step.output_watermark) + (step.is_idle ? ", idle" : "")],
    ["Lag", lagOf(step)], ["Backlog", backlog(step)], ["Keeps", step.pending],
    ["Next window or timer", step.next_event && instant(step.next_event)],
    ["Next timer by the clock", step.next_alarm && instant(step.next_alarm)],
    ["Held back by", step.held_by && step.held_by.text],
    ["Hot keys", step.hot_keys.map(({ key, share }) => `${key} ${percent(share)}`).join(", ")],
    ...Object.entries(step.metrics).map(([name, value]) => [name, metric(value)]),
  ];
}

function showState(status) {
  const state = byId("state");
  state.textContent = status.state;
  state.className = status.state;
  byId("program").textContent = status.program;
  document.title = `${status.state}: ${status.program}`;
  byId("clock").textContent = `${span(status.elapsed_seconds)}; the clock says ${instant(status.now)}`;
}

function showProgress({ bytes_read, total_bytes, bytes_per_second }, steps, isOver) {
  const isKnown = total_bytes > 0;
  byId("progress").hidden = !isKnown;
  if (!isKnown) return;
  byId("bar").value = Math.min(1, bytes_read / total_bytes);
  const left = !isOver && bytes_per_second > 0 && bytes_read < total_bytes ? `, ${span((total_bytes - bytes_read) / bytes_per_second)} left` : "";
  const done = steps.filter((step) => step.is_done).length;
  const share = Math.floor((100 * bytes_read) / total_bytes);
  byId("progress-text").textContent =
    `${share} % read: ${bytes(bytes_read)} of ${bytes(total_bytes)}, ${bytes(bytes_per_second)}/s${left}; ${done} of ${steps.length} steps are done`;
}

function showProblems(status) {
  const problems = [];
  if (status.error) problems.push(status.error);
  for (const { text, times, last_at } of status.warnings) problems.push(`${text}\n  ${times > 1 ? times + " times, the last at " : "at "}${instant(last_at)}`);
  for (const worker of status.busy_workers) problems.push(`worker ${worker} is at work in a long bundle: what it says is old`);
  for (const step of status.steps) {
    for (const [name, value] of Object.entries(step.metrics)) {
      if (LOSSES.test(name) && value.counter) problems.push(`${step.name}: ${name} ${metric(value)}`);
    }
    if (step.has_back_pressure) problems.push(`${step.name}: back-pressure, its senders wait`);
  }
  byId("problems").hidden = !problems.length;
  const list = byId("problems").querySelector("ul");
  list.replaceChildren();
  for (const problem of problems) make(make(list, "li"), "pre", {}, problem);
}

const isSource = (step) => !step.inputs.length;
const sum = (steps, value) => steps.reduce((all, step) => all + value(step), 0);
const greatestLag = (steps) => Math.max(0, ...steps.filter((step) => !step.is_idle).map((step) => step.watermark_lag_seconds || 0));

function remember(status) {
  const push = (list, value) => { list.push(value); if (list.length > MEMORY) list.shift(); };
  const { steps, progress } = status;
  push(memory.rate, sum(steps.filter(isSource), (step) => step.elements_per_second));
  push(memory.bytes, progress.bytes_per_second);
  push(memory.lag, greatestLag(steps));
  push(memory.backlog, sum(steps, (step) => step.queued_bytes));
  for (const step of steps) {
    if (!memory.steps.has(step.name)) memory.steps.set(step.name, []);
    push(memory.steps.get(step.name), step.elements_per_second);
  }
}

function showTiles() {
  const now = (list) => list[list.length - 1];
  const tiles = [
    ["Elements read", memory.rate, count(now(memory.rate)) + "/s"], ["Bytes read", memory.bytes, bytes(now(memory.bytes)) + "/s"],
    ["Greatest lag", memory.lag, now(memory.lag) ? span(now(memory.lag)) : "none"], ["Backlog", memory.backlog, bytes(now(memory.backlog))],
  ];
  byId("tiles").replaceChildren();
  for (const [name, values, text] of tiles) {
    const tile = make(byId("tiles"), "div");
    make(tile, "dt", {}, name);
    make(tile, "dd", {}, text);
    sparkline(tile, values, `${name} in the last five minutes`);
  }
}

function showSteps(steps) {
  rows("steps", steps.map((step) => ({
    name: step.name, place: step.place, className: step.is_done ? "done" : "",
    cells: [
      number(step.emitted.toLocaleString("en")), number(rateOf(step)), step.is_done ? "done" : instant(step.output_watermark) + (step.is_idle ? ", idle" : ""),
      number(lagOf(step)), { text: backlog(step), kind: step.has_back_pressure ? "bad" : "" },
      step.pending || "", step.held_by && !isSource(step) ? step.held_by.text : "",
    ],
  })));
}

// A folder may have thousands of files that are read at once.
const MOST_READINGS = 50;

function activity({ is_idle, pause_until }, now) {
  const waits = pause_until && Date.parse(pause_until) > Date.parse(now);
  return is_idle ? "idle" : waits ? "waiting until " + instant(pause_until) : "reading";
}

function showSources(steps, now) {
  const all = steps.flatMap((step) => step.readings.map((reading) => ({ step, reading })));
  byId("sources-section").hidden = !all.length;
  const shown = all.slice(0, MOST_READINGS).map(({ step, reading }) => ({
    name: step.name,
    cells: [reading.place, instant(reading.watermark), activity(reading, now)],
  }));
  if (all.length > MOST_READINGS) shown.push({ name: `and ${all.length - MOST_READINGS} more`, cells: ["in status.json", "", ""] });
  rows("sources", shown);
}

function showElements(status) {
  const outputs = status.steps.flatMap((step, position) => step.outputs.map((output, i) => ({ step, position, output, i })));
  const shown = outputs.filter(({ output }) => output.samples.length);
  byId("elements-section").hidden = status.has_samples && !shown.length;
  byId("no-elements").hidden = status.has_samples;
  byId("elements").hidden = !shown.length;
  rows("elements", shown.map(({ step, position, output, i }) => {
    const sample = output.samples[output.samples.length - 1];
    const readers = readersOf(status.steps, position, i);
    const cells = [{ text: sample.element, kind: "element" }, timeOf(sample), windowOf(sample), paneOf(sample)];
    return { name: step.name, place: readers && "to " + readers, cells };
  }));
}

function showHotKeys(steps) {
  const all = steps.flatMap((step) => step.hot_keys.map(({ key, share }) => ({ step, key, share })));
  byId("keys-section").hidden = !all.length;
  rows("keys", all.map(({ step, key, share }) => ({ name: step.name, cells: [{ text: key, kind: "element" }, number(percent(share))] })));
}

function showMetrics(steps) {
  const all = steps.flatMap((step) => Object.entries(step.metrics).map(([name, value]) => ({ name, cells: [step.name, metric(value)] })));
  byId("metrics-section").hidden = !all.length;
  rows("metrics", all);
}

function show(status, isOver) {
  last = status;
  remember(status);
  showState(status);
  showProgress(status.progress, status.steps, isOver);
  showProblems(status);
  showTiles();
  showElements(status);
  showHotKeys(status.steps);
  const shape = JSON.stringify(status.steps.map(({ name, inputs, side_inputs }) => [name, inputs, side_inputs]));
  if (shape !== drawn) drawGraph(status.steps);
  drawn = shape;
  fillGraph(status.steps);
  showDetail(status.steps);
  showSteps(status.steps);
  showSources(status.steps, status.now);
  showMetrics(status.steps);
}

// ---- listening

function listen() {
  const events = new EventSource("events" + location.search);
  events.addEventListener("status", (event) => show(JSON.parse(event.data), false));
  events.addEventListener("end", (event) => {
    events.close();
    const status = JSON.parse(event.data);
    show(status, true);
    byId("state").textContent = `${status.state}: the run has ended, this is its last state`;
  });
  events.addEventListener("error", () => {
    byId("state").textContent = last ? "connection lost: this is the last known state" : "no connection";
    byId("state").className = "lost";
  });
}

byId("graph").addEventListener("click", (event) => {
  const node = event.target.closest(".node");
  if (node) select(node);
});
byId("graph").addEventListener("keydown", (event) => {
  const node = event.target.closest(".node");
  if (!node || (event.key !== "Enter" && event.key !== " ")) return;
  event.preventDefault();
  select(node);
});
listen();
