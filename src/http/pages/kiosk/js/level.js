// The level meter: bars that move with the loudness of the last moments, newest in the middle.

import { element } from "./dom.js";

const BARS = 11;
const FRAME_MS = 50;

export class Level extends HTMLElement {
  #level = () => 0;
  #timer = 0;
  #past = [];

  attach(level) {
    this.#level = level;
    this.setAttribute("aria-hidden", "true");
    this.append(...Array.from({ length: BARS }, () => element("i")));
  }

  run(isRunning) {
    if (isRunning === (this.#timer !== 0)) return;
    clearInterval(this.#timer);
    this.#timer = isRunning ? setInterval(() => this.#draw(), FRAME_MS) : 0;
    this.#past = [];
  }

  #draw() {
    const newest = 0.6 * this.#level() + 0.4 * (this.#past[0] ?? 0);
    this.#past = [newest, ...this.#past].slice(0, Math.ceil(BARS / 2));
    [...this.children].forEach((bar, index) => {
      const age = Math.abs(index - (BARS - 1) / 2);
      bar.style.transform = `scaleY(${0.12 + 0.88 * (this.#past[age] ?? 0) * (1 - age * 0.13)})`;
    });
  }
}
