"use strict";
// Times are in tenths of a millisecond since the beginning of the command.
const data = JSON.parse(document.getElementById("data").textContent);
const element = (id) => document.getElementById(id);
const UNIT = 10000;
// A text in the language of the page, with values in the place of their names. `texts.rs` lists them.
const say = (text, values = {}) => (data.words[text] ?? text).replace(/\{(\w+)\}/g, (_, name) => values[name]);
document.documentElement.lang = data.language;
document.title = say(document.title);
const written = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (written.nextNode()) {
  const node = written.currentNode;
  const text = node.data.trim();
  if (text && !node.parentElement.closest("script")) node.data = node.data.replace(text, () => say(text));
}
for (const group of document.querySelectorAll("[aria-label]")) group.setAttribute("aria-label", say(group.getAttribute("aria-label")));
const seconds = (time) => {
  const value = time / UNIT;
  return value >= 100 ? `${value.toFixed(0)} s` : value >= 1 ? `${value.toFixed(1)} s` : `${(value * 1000).toFixed(0)} ms`;
};
const bytes = (count) => {
  let unit = 0;
  for (; count >= 1024 && unit < 4; unit += 1) count /= 1024;
  return `${unit === 0 || count >= 100 ? count.toFixed(0) : count.toFixed(1)} ${["B", "KiB", "MiB", "GiB", "TiB"][unit]}`;
};
// What stands between two sentences.
const gap = data.language === "en" ? " " : "";
const plural = (number) => data.language === "en" && number !== 1 ? "s" : "";
const count = (number, name) => `${number.toLocaleString("en")} ${say(name)}${plural(number)}`;

const ENDS = ["answered", "throttled", "refused", "unanswered", "unread", "stopped", "not needed"];
const requests = data.requests.map(([object, step, part, began, first, last, ended, size, end, detail]) => ({
  object, step, part, began, ended, size, end: ENDS[end], detail: data.details[detail],
  local: data.steps[step].local,
  // Without a body, everything is waiting for the answer.
  first: first ?? (size > 0 ? ended : began), last: last ?? (first === null ? (size > 0 ? ended : began) : ended),
}));
const failed = (request) => request.end !== "answered" && request.end !== "not needed";
const whole = Math.max(1, data.ended);
requests.sort((one, other) => one.began - other.began);

// A later request of the same step, part and object is another attempt at it.
const earlier = new Map();
for (const request of requests) {
  const key = `${request.object} ${request.step} ${request.part}`;
  const before = earlier.get(key);
  request.attempt = before && failed(before) ? before.attempt + 1 : 1;
  // A slow part is sent a second time while the first request is in flight.
  request.pause = request.attempt > 1 ? Math.max(0, request.began - before.ended) : 0;
  earlier.set(key, request);
}

// Each request is drawn in the first row that is free.
const rows = [];
for (const request of requests) {
  let row = rows.findIndex((free) => free <= request.began);
  if (row < 0) row = rows.length;
  rows[row] = request.ended;
  request.row = row;
}

const name = (request) => data.steps[request.step].name + (request.part ? ` ${request.part}` : "");
const parts = (request) =>
  request.local ? [["reading", request.began, request.ended]] : [
    ["waiting", request.began, request.first],
    ["sending", request.first, request.last],
    ["answering", request.last, request.ended],
  ];
const kind = (request) => request.end === "throttled" ? "throttled" : "failed";

const STATES = [
  ["waiting", "waiting", "before the first byte", "making a connection, or reading the file"],
  ["sending", "sending", "from the first byte to the last", "the network, or --limit-rate: this is the part that bandwidth shortens"],
  ["answering", "answering", "from the last byte to the answer",
    "bytes that are still in buffers on the way, the distance to the region, and the server's own work"],
  ["throttled", "throttled", "ended with SlowDown or the like", "the server asks for fewer requests; cosput halves the window"],
  ["failed", "failed", "refused, broken off or stopped", "the network, or what the list below says"],
  ["reading", "reading", "on this machine, no request", "the disk: checking the file, or reading it for a checksum"],
];
const spent = Object.fromEntries(STATES.map(([state]) => [state, 0]));
for (const request of requests) {
  if (failed(request)) spent[kind(request)] += request.ended - request.began;
  else for (const [state, from, to] of parts(request)) spent[state] += to - from;
}
const busy = Math.max(1, Object.values(spent).reduce((sum, time) => sum + time, 0));

const cell = (row, text, tag = "td", style = "") => {
  const made = row.appendChild(document.createElement(tag));
  made.textContent = text;
  if (style) made.className = style;
  return made;
};
const swatch = (state) => {
  const made = document.createElement("i");
  made.style.background = `var(--${state})`;
  if (state === "throttled" || state === "failed") {
    made.style.backgroundImage = "repeating-linear-gradient(45deg, transparent 0 3px, var(--ground) 3px 4px)";
  }
  return made;
};
for (const [state, title, when, why] of STATES) {
  const item = document.createElement("li");
  item.append(swatch(state), say("{state}: {when}", { state: say(title), when: say(when) }));
  element("legend").append(item);
  const row = element("shares").tBodies[0].insertRow();
  cell(row, say(title));
  cell(row, seconds(spent[state]));
  cell(row, `${(100 * spent[state] / busy).toFixed(1)} %`);
  cell(row, say(why));
}
const item = document.createElement("li");
item.textContent = say("an edge on the left: another attempt");
element("legend").append(item);

const moved = data.samples.length ? data.samples[data.samples.length - 1][1] : 0;
const outcome = data.exit_code === 0 ? say("succeeded") : say("ended with exit code {code}", { code: data.exit_code });
element("about").textContent = say("cosput {version} to {bucket}, begun at {began}: {outcome} after {time}.", {
  version: data.version, bucket: data.bucket, began: data.began, outcome, time: seconds(whole) }) + gap +
  say("{requests}, {sent} sent, {rate}/s on average.", {
    requests: count(data.total, "request"), sent: bytes(moved), rate: bytes(moved * UNIT / whole) });
if (data.total > data.requests.length) {
  element("left-out").hidden = false;
  element("left-out").textContent = say("The first {requests} are drawn; the curves and totals of failures cover all {total}.", {
    requests: count(data.requests.length, "request"), total: data.total.toLocaleString("en") });
}
const finding = (text) => { element("findings").appendChild(document.createElement("li")).textContent = text; };
const sizes = data.samples.map((sample) => sample[2]);
if (data.throttled) {
  finding(say("The server throttled {requests}; the window was {smallest} at its smallest.", {
    requests: count(data.throttled, "request"), smallest: Math.min(...sizes) }));
}
if (data.failed) {
  finding(say("{requests} failed for another reason; the list below names the first ones.", {
    requests: count(data.failed, "request") }));
}
const paused = requests.reduce((sum, request) => sum + request.pause, 0);
if (paused) finding(say("Before further attempts, requests waited {time} in all.", { time: seconds(paused) }));
let full = 0, short = 0;
data.samples.forEach(([time, , size, flying], index) => {
  const length = time - (index ? data.samples[index - 1][0] : 0);
  if (flying < size) short += length; else full += length;
});
if (full + short > 0) {
  finding(say("The window was full {percent} % of the time.", { percent: (100 * full / (full + short)).toFixed(0) }) + gap +
    say("If it is seldom full, there was not enough to send: a slow disk or pipe, few parts, or the first and the last moments."));
}

const canvases = ["throughput", "flight", "requests"].map(element);
let [from, to] = [0, whole];
let dragged = null;
const LEFT = 76;
let colours = {};
const x = (time, width) => LEFT + (time - from) / (to - from) * (width - LEFT - 8);
const time = (position, width) => from + (position - LEFT) / (width - LEFT - 8) * (to - from);

function begin(canvas, height) {
  const scale = window.devicePixelRatio || 1;
  const width = canvas.clientWidth;
  if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    canvas.style.height = `${height}px`;
  }
  const pen = canvas.getContext("2d");
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  pen.clearRect(0, 0, width, height);
  pen.font = "12px system-ui, sans-serif";
  return [pen, width];
}

// A round step for about `most` lines.
function step(range, most) {
  const rough = range / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((factor) => factor * power).find((round) => round >= rough);
}

function axis(pen, width, height) {
  pen.strokeStyle = colours.line;
  pen.fillStyle = colours.faint;
  pen.textAlign = "center";
  pen.textBaseline = "bottom";
  const each = step(to - from, Math.max(2, width / 110));
  for (let mark = Math.ceil(from / each) * each; mark <= to; mark += each) {
    const at = Math.round(x(mark, width)) + 0.5;
    pen.beginPath();
    pen.moveTo(at, 0);
    pen.lineTo(at, height - 18);
    pen.stroke();
    pen.fillText(`${Number((mark / UNIT).toPrecision(6))} s`, Math.min(at, width - 20), height - 2);
  }
}

// Values over time, as steps that hold until the next sample.
function curve(pen, width, height, points, most, colour, dash, fill) {
  pen.save();
  pen.beginPath();
  pen.rect(LEFT, 0, width - LEFT - 8, height);
  pen.clip();
  const y = (value) => height - 20 - value / most * (height - 28);
  pen.beginPath();
  points.forEach(([at, value], index) => {
    if (index === 0) pen.moveTo(x(at, width), y(value));
    else {
      pen.lineTo(x(at, width), y(points[index - 1][1]));
      pen.lineTo(x(at, width), y(value));
    }
  });
  pen.strokeStyle = colour;
  pen.lineWidth = 2;
  pen.setLineDash(dash);
  pen.stroke();
  if (fill && points.length) {
    pen.lineTo(x(points[points.length - 1][0], width), y(0));
    pen.lineTo(x(points[0][0], width), y(0));
    pen.globalAlpha = 0.15;
    pen.fillStyle = colour;
    pen.fill();
  }
  pen.restore();
}

function scale(pen, height, most, text) {
  pen.fillStyle = colours.faint;
  pen.textAlign = "right";
  pen.textBaseline = "middle";
  for (const value of [0, most]) pen.fillText(text(value), LEFT - 8, height - 20 - value / most * (height - 28));
}

// Throughput between samples, each over at least a 200th of the section that is shown.
function rates() {
  const least = (to - from) / 200;
  const points = [];
  let [begun, before] = [0, 0];
  for (const [at, total] of data.samples) {
    if (at - begun < least || at === begun) continue;
    points.push([begun, (total - before) * UNIT / (at - begun)]);
    [begun, before] = [at, total];
  }
  if (points.length) points.push([begun, points[points.length - 1][1]]);
  return points;
}

const HEIGHT = 110;
function drawThroughput() {
  const [pen, width] = begin(canvases[0], HEIGHT);
  axis(pen, width, HEIGHT);
  const points = rates();
  const most = Math.max(1, ...points.map((point) => point[1])) * 1.05;
  curve(pen, width, HEIGHT, points, most, colours.sending, [], true);
  scale(pen, HEIGHT, most, (value) => `${bytes(value)}/s`);
  canvases[0].setAttribute("aria-label", say("Throughput over time, at most {rate} per second", {
    rate: bytes(most / 1.05) }));
}

function drawFlight() {
  const [pen, width] = begin(canvases[1], HEIGHT);
  axis(pen, width, HEIGHT);
  const most = data.samples.reduce((largest, sample) => Math.max(largest, sample[2], sample[3]), 1);
  curve(pen, width, HEIGHT, data.samples.map((sample) => [sample[0], sample[3]]), most, colours.sending, [], true);
  curve(pen, width, HEIGHT, data.samples.map((sample) => [sample[0], sample[2]]), most, colours.throttled, [6, 4], false);
  scale(pen, HEIGHT, most, String);
  canvases[1].setAttribute("aria-label", say("Window and requests in flight over time, at most {most}", { most }));
}

const rowHeight = () => Math.max(2, Math.min(18, Math.floor(600 / Math.max(1, rows.length))));
function drawRequests() {
  const each = rowHeight();
  const height = rows.length * each + 24;
  const [pen, width] = begin(canvases[2], height);
  axis(pen, width, height);
  pen.fillStyle = colours.faint;
  pen.textAlign = "right";
  pen.textBaseline = "top";
  pen.fillText(say("{rows} at once", { rows: rows.length }), LEFT - 8, 2);
  pen.save();
  pen.beginPath();
  pen.rect(LEFT, 0, width - LEFT - 8, height);
  pen.clip();
  const painted = new Float64Array(rows.length).fill(-1);
  const tall = each > 4 ? each - 1 : each;
  // The bars of one colour are filled together, because a change of the colour takes long.
  const bars = Object.fromEntries([...STATES.map(([state]) => [state, []]), ["edge", []]]);
  for (const request of requests) {
    if (request.began > to) break;
    if (request.ended < from) continue;
    const [left, right] = [x(request.began, width), x(request.ended, width)];
    // What is smaller than a pixel is drawn once, unless it failed.
    if (right < painted[request.row] && !failed(request)) continue;
    painted[request.row] = Math.max(right, left + 0.7);
    const top = request.row * each;
    if (failed(request)) bars[kind(request)].push(left, Math.max(1.5, right - left), top);
    else {
      for (const [state, start, end] of parts(request)) {
        const wide = x(end, width) - x(start, width);
        if (wide > 0.2) bars[state].push(x(start, width), Math.max(0.7, wide), top);
      }
    }
    if (request.attempt > 1) bars.edge.push(left, 2, top);
  }
  for (const [state, list] of Object.entries(bars)) {
    pen.fillStyle = state === "throttled" || state === "failed" ? hatched(pen, colours[state]) : colours[state] ?? colours.text;
    for (let bar = 0; bar < list.length; bar += 3) pen.fillRect(list[bar], list[bar + 2], list[bar + 1], tall);
  }
  pen.restore();
  canvases[2].setAttribute("aria-label", say(
    "{requests} over time in {rows}; the table below lists the failed and the slowest", {
      requests: count(requests.length, "request"), rows: count(rows.length, "row") }));
}

// Stripes, for those who do not tell the colours apart.
function hatched(pen, colour) {
  const tile = document.createElement("canvas");
  tile.width = tile.height = 6;
  const stripe = tile.getContext("2d");
  stripe.fillStyle = colour;
  stripe.fillRect(0, 0, 6, 6);
  stripe.strokeStyle = colours.ground;
  stripe.lineWidth = 1.3;
  stripe.beginPath();
  for (const start of [-6, 0, 6]) {
    stripe.moveTo(start, 6);
    stripe.lineTo(start + 6, 0);
  }
  stripe.stroke();
  return pen.createPattern(tile, "repeat");
}

let waiting = false;
function draw() {
  waiting = false;
  const style = getComputedStyle(document.documentElement);
  for (const colour of ["ground", "text", "faint", "line", ...STATES.map(([state]) => state)]) {
    colours[colour] = style.getPropertyValue(`--${colour}`).trim();
  }
  drawThroughput();
  drawFlight();
  drawRequests();
}
function redraw() {
  if (!waiting) requestAnimationFrame(draw);
  waiting = true;
}
function show(begins, ends) {
  const length = Math.min(whole, Math.max(10, ends - begins));
  from = Math.max(0, Math.min(begins, whole - length));
  to = from + length;
  redraw();
}
const zoom = (factor) => {
  const [middle, half] = [(from + to) / 2, (to - from) / 2 * factor];
  show(middle - half, middle + half);
};
const move = (part) => show(from + (to - from) * part, to + (to - from) * part);
const ACTIONS = { in: () => zoom(0.5), out: () => zoom(2), earlier: () => move(-0.5), later: () => move(0.5),
  all: () => show(0, whole) };
for (const [id, action] of Object.entries(ACTIONS)) element(id).addEventListener("click", action);
const KEYS = { "+": "in", "=": "in", "-": "out", ArrowLeft: "earlier", ArrowRight: "later", "0": "all" };
canvases[2].addEventListener("keydown", (event) => {
  if (KEYS[event.key]) {
    event.preventDefault();
    ACTIONS[KEYS[event.key]]();
  }
});

const ended = ({ end, detail }, both) => detail ? say(both, { end: say(end), detail }) : say(end);
const describe = (request) => {
  const times = parts(request).map(([state, start, end]) => `${say(state)} ${seconds(end - start)}`).join(say(", "));
  const again = request.attempt > 1 ? say(", attempt {attempt} after a pause of {pause}", {
    attempt: request.attempt, pause: seconds(request.pause) }) : "";
  const size = request.size ? say(", ") + bytes(request.size) : "";
  return say("{request} of {object}{size}{again}: began at {began}; {times}; {end}", {
    request: name(request), object: data.objects[request.object], size, again, began: seconds(request.began), times,
    end: ended(request, "{end} ({detail})") });
};
// The section that is being chosen lies above the chart, so that nothing is drawn again meanwhile.
const select = (canvas) => {
  const selection = element("selection");
  selection.hidden = false;
  selection.style.left = `${canvas.offsetLeft + Math.min(...dragged)}px`;
  selection.style.width = `${Math.abs(dragged[1] - dragged[0])}px`;
  selection.style.top = `${canvas.offsetTop}px`;
  selection.style.height = `${canvas.offsetHeight}px`;
};
for (const canvas of canvases) {
  canvas.addEventListener("pointerdown", (event) => {
    dragged = [event.offsetX, event.offsetX];
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (dragged) {
      dragged[1] = event.offsetX;
      select(canvas);
    } else if (canvas === canvases[2]) {
      const [row, at] = [Math.floor(event.offsetY / rowHeight()), time(event.offsetX, canvas.clientWidth)];
      const close = (to - from) / canvas.clientWidth;
      const found = requests.find((request) => request.row === row && request.began - close <= at && at <= request.ended + close);
      if (found) element("detail").textContent = describe(found);
    }
  });
  canvas.addEventListener("pointerup", () => {
    if (!dragged) return;
    const [left, right] = dragged.map((position) => time(position, canvas.clientWidth)).sort((one, other) => one - other);
    const far = Math.abs(dragged[1] - dragged[0]) > 4;
    dragged = null;
    element("selection").hidden = true;
    if (far) show(left, right);
  });
  canvas.addEventListener("dblclick", ACTIONS.all);
}

const LISTED = 25;
const slowest = [...requests].filter((request) => !failed(request) && !request.local)
  .sort((one, other) => other.ended - other.began - (one.ended - one.began)).slice(0, LISTED);
for (const request of [...requests.filter(failed).slice(0, 4 * LISTED), ...slowest]) {
  const row = element("list").tBodies[0].insertRow();
  cell(row, seconds(request.began));
  cell(row, name(request));
  cell(row, data.objects[request.object], "td", "name");
  cell(row, request.attempt);
  const states = request.local ? [["", request.began, request.ended]] : parts(request);
  for (let index = 0; index < 3; index += 1) cell(row, states[index] ? seconds(states[index][2] - states[index][1]) : "");
  cell(row, ended(request, "{end}: {detail}"));
}

new ResizeObserver(redraw).observe(document.body);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
draw();
document.documentElement.dataset.requests = requests.length;
document.documentElement.dataset.rows = rows.length;
