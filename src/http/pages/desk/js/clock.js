// Times on the screen that count on by themselves: one timer for the whole page.

import { element, setAttribute } from "/shared/dom.js";

const TICK_MS = 500;

/** An element that shows how long ago `since` was, as minutes and seconds. Milliseconds of this computer's clock. */
export function elapsed(since, attributes = {}) {
  const node = element("time", { class: "elapsed", ...attributes });
  setSince(node, since);
  return node;
}

export function setSince(node, since) {
  setAttribute(node, "data-since", since);
  node.textContent = minutes(Date.now() - since);
}

export function startClock() {
  setInterval(() => {
    for (const node of document.querySelectorAll("[data-since]")) {
      const text = minutes(Date.now() - Number(node.dataset.since));
      if (node.textContent !== text) node.textContent = text;
    }
  }, TICK_MS);
}

/** The time of day of an ISO 8601 time, as the agent's language writes it. */
export function timeOfDay(at, clock) {
  const time = new Date(at);
  return Number.isNaN(time.getTime()) ? "" : time.toLocaleTimeString(clock, { hour: "2-digit", minute: "2-digit" });
}

/** m:ss, and h:mm:ss where it comes to that. */
function minutes(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (number) => String(number).padStart(2, "0");
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
