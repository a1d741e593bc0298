// Plots as SVG: stacked bars and lines. Drawn anew when the width changes; a pointer or the arrow keys read a point out.

import { element, shape } from "/shared/dom.js";
import { labelled, ticks, timeLabel } from "./chart-scale.js";

const HEIGHT = 190;
const MARGIN = { top: 10, right: 4, bottom: 24, left: 44 };
const LETTER_PX = 6.4;
const BAR_MAX = 26;

/**
 * A plot. `kind`: "bars" (stacked) or "lines". `series`: [{name, tone 1..7, values: [number|null]}]. `times`: one RFC 3339 string a
 * value. `format(value)` writes a value, `clock` the times. `label` says in one sentence what is seen.
 */
export function chart({ kind, series, times, stepS, format, clock, label, isWhole = true, testid }) {
  const svg = shape("svg", { class: "plot", role: "img", "aria-label": label, height: HEIGHT, tabindex: "0" });
  const values = series.map(() => element("b"));
  const time = element("b", { class: "chart-time" });
  const said = element("output", { class: "unseen", "aria-live": "polite" });
  const legend = element(
    "ul",
    { class: "legend" },
    ...series.map((one, index) => element("li", {}, element("i", { class: `tone-${one.tone} ${kind}` }), element("span", { text: one.name }), values[index])),
  );
  const figure = element("figure", { class: "chart", testid }, element("figcaption", { class: "chart-legend" }, legend, time, said), svg);
  const plot = { kind, series, times, stepS, format, clock, isWhole, svg, values, time, said, at: null };
  new ResizeObserver(() => draw(plot)).observe(figure);
  svg.addEventListener("pointermove", (event) => point(plot, nearest(plot, event.offsetX)));
  svg.addEventListener("pointerleave", () => point(plot, null));
  svg.addEventListener("blur", () => point(plot, null));
  svg.addEventListener("keydown", (event) => step(plot, event));
  return figure;
}

function draw(plot) {
  const width = Math.floor(plot.svg.parentElement.clientWidth);
  if (width === 0 || width === plot.width) return;
  plot.width = width;
  plot.svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
  plot.svg.setAttribute("width", String(width));
  const { times, series } = plot;
  const heights = times.map((_, index) => (plot.kind === "bars" ? sum(series, index) : Math.max(...series.map((one) => one.values[index] ?? 0))));
  const marks = ticks(Math.max(0, ...heights), 5, plot.isWhole);
  plot.left = Math.max(MARGIN.left - 14, ...marks.map((value) => plot.format(value).length * LETTER_PX + 12));
  const inner = { width: width - plot.left - MARGIN.right, height: HEIGHT - MARGIN.top - MARGIN.bottom };
  plot.slot = inner.width / Math.max(1, times.length);
  plot.x = (index) => plot.left + (index + 0.5) * plot.slot;
  plot.y = (value) => MARGIN.top + inner.height * (1 - value / marks.at(-1));
  plot.cursor = shape("line", { class: "cursor", y1: MARGIN.top, y2: HEIGHT - MARGIN.bottom, visibility: "hidden" });
  plot.svg.replaceChildren(...grid(plot, marks, width), ...below(plot, inner.width), plot.cursor, ...(plot.kind === "bars" ? bars(plot) : lines(plot)));
}

function grid(plot, marks, width) {
  return marks.flatMap((value) => {
    const text = shape("text", { class: "tick", x: plot.left - 8, y: plot.y(value) + 4, "text-anchor": "end" });
    text.textContent = plot.format(value);
    return [shape("line", { class: value === 0 ? "axis" : "grid", x1: plot.left, x2: width - MARGIN.right, y1: plot.y(value), y2: plot.y(value) }), text];
  });
}

function below(plot, innerWidth) {
  return labelled(plot.times.length, innerWidth).map((index) => {
    const text = shape("text", { class: "tick", x: plot.x(index), y: HEIGHT - 6, "text-anchor": "middle" });
    text.textContent = timeLabel(plot.times[index], plot.stepS, plot.clock);
    return text;
  });
}

function bars(plot) {
  const width = Math.max(1, Math.min(BAR_MAX, plot.slot * 0.72));
  return plot.times.flatMap((_, index) => {
    let from = 0;
    return plot.series.flatMap((one) => {
      const value = one.values[index] ?? 0;
      if (value <= 0) return [];
      const [low, high] = [plot.y(from), plot.y(from + value)];
      from += value;
      return [
        shape("rect", { class: `fill-${one.tone}`, x: plot.x(index) - width / 2, y: high, width, height: Math.max(0.5, low - high - (low - high > 3 ? 1 : 0)), rx: 1 }),
      ];
    });
  });
}

/** Lines break where nothing was measured. */
function lines(plot) {
  return plot.series.flatMap((one) => {
    const runs = [[]];
    one.values.forEach((value, index) => (value === null || value === undefined ? runs.push([]) : runs.at(-1).push([plot.x(index), plot.y(value)])));
    return runs
      .filter((run) => run.length > 0)
      .map((run) =>
        run.length === 1
          ? shape("circle", { class: `fill-${one.tone}`, cx: run[0][0], cy: run[0][1], r: 2.5 })
          : shape("polyline", { class: `stroke-${one.tone}`, points: run.map((spot) => spot.map((part) => part.toFixed(1)).join(",")).join(" ") }),
      );
  });
}

function point(plot, index) {
  plot.at = index;
  const isOn = index !== null && index in plot.times;
  plot.cursor?.setAttribute("visibility", isOn ? "visible" : "hidden");
  plot.values.forEach((node, series) => {
    node.textContent = isOn ? plot.format(plot.series[series].values[index]) : "";
  });
  plot.time.textContent = isOn ? timeLabel(plot.times[index], plot.stepS, plot.clock) : "";
  if (!isOn) return;
  plot.cursor.setAttribute("x1", plot.x(index));
  plot.cursor.setAttribute("x2", plot.x(index));
}

function step(plot, event) {
  const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!by) return;
  event.preventDefault();
  const index = Math.max(0, Math.min(plot.times.length - 1, (plot.at ?? (by > 0 ? -1 : plot.times.length)) + by));
  point(plot, index);
  plot.said.textContent = `${timeLabel(plot.times[index], plot.stepS, plot.clock)}: ${plot.series.map((one) => `${one.name} ${plot.format(one.values[index])}`).join(", ")}`;
}

function nearest(plot, x) {
  return Math.max(0, Math.min(plot.times.length - 1, Math.floor((x - plot.left) / plot.slot)));
}

function sum(series, index) {
  return series.reduce((total, one) => total + (one.values[index] ?? 0), 0);
}
