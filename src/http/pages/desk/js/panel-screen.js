// The kiosk's screen, small and blank but for what was put there: a click, a drag or an arrow key points at the same place of the
// real one. Nothing of the visitor's screen is sent back.

import { button, element, icon } from "/shared/dom.js";
import { languageTag } from "./strings.js";

const EVERY_MS = 60;
const STEP = 0.02; // of the screen, for one press of an arrow key
const ARROWS = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };
const UPRIGHT = { width: 1080, height: 1920 };

export class ScreenPanel {
  #page;
  #note = element("p", { class: "soft fine" });
  #shown = element("p", { class: "screen-shown" });
  #dot = element("span", { class: "finger", "aria-hidden": "true" });
  #screen;
  #where = element("p", { class: "soft", role: "status", testid: "pointing-at" });
  #clear;
  #node;
  #next = null; // the newest place that was not sent yet
  #timer = 0;

  constructor(page) {
    this.#page = page;
    const bars = ["head", "card", "dock"].map((name) => element("span", { class: `screen-${name}`, "aria-hidden": "true" }));
    this.#screen = element("div", { class: "screen", role: "application", tabindex: 0, testid: "screen", on: { pointerdown: (event) => this.#begin(event), pointermove: (event) => this.#drag(event), keydown: (event) => this.#press(event) } }, ...bars, this.#shown, this.#dot);
    this.#clear = button({ label: "", iconId: "close", testid: "stop-pointing", onPress: () => page.desk.point(null) });
    this.#node = element("div", { class: "panel" }, this.#note, this.#screen, element("div", { class: "screen-foot" }, this.#where, this.#clear));
  }

  show(say, one) {
    const { pointer, shown } = one;
    const { width, height } = one.package.screen ?? UPRIGHT;
    this.#note.textContent = say.pointNote;
    this.#screen.setAttribute("aria-label", say.kioskScreen);
    this.#screen.style.aspectRatio = `${width} / ${height}`;
    this.#where.textContent = pointer ? say.pointAt(percent(pointer.x), percent(pointer.y)) : say.pointNone;
    this.#clear.lastElementChild.textContent = say.pointClear;
    this.#clear.disabled = !pointer;
    this.#dot.hidden = !pointer;
    if (pointer) this.#place(pointer);
    const last = shown.at(-1);
    this.#shown.lang = languageTag(one.language);
    this.#shown.replaceChildren(...(last ? [icon("screen"), last.title] : []));
    return this.#node;
  }

  #begin(event) {
    this.#screen.setPointerCapture(event.pointerId);
    this.#send(this.#at(event));
  }

  #drag(event) {
    if (event.buttons > 0) this.#send(this.#at(event));
  }

  #press(event) {
    const step = ARROWS[event.key];
    if (!step) return;
    event.preventDefault();
    const { x, y } = this.#next ?? this.#now() ?? { x: 0.5, y: 0.5 };
    this.#send({ x: share(x + step[0]), y: share(y + step[1]) });
  }

  #now() {
    const { cases, current } = this.#page.state.now;
    return cases[current]?.pointer;
  }

  #at(event) {
    const box = this.#screen.getBoundingClientRect();
    return { x: share((event.clientX - box.left) / box.width), y: share((event.clientY - box.top) / box.height) };
  }

  /** At once, and then at most so often; the last place is always sent. */
  #send(place) {
    this.#dot.hidden = false;
    this.#place(place);
    this.#next = place;
    if (this.#timer) return;
    this.#flush();
    this.#timer = setTimeout(() => this.#beat(), EVERY_MS);
  }

  #beat() {
    this.#timer = 0;
    if (this.#next) this.#send(this.#next);
  }

  #flush() {
    this.#page.desk.point(this.#next);
    this.#next = null;
  }

  #place({ x, y }) {
    this.#dot.style.left = `${x * 100}%`;
    this.#dot.style.top = `${y * 100}%`;
  }
}

/** Four decimals are finer than a pixel of any kiosk. */
function share(value) {
  return Math.round(Math.min(1, Math.max(0, value)) * 10_000) / 10_000;
}

function percent(value) {
  return Math.round(value * 100);
}
