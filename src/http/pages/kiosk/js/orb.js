// The orb: the microphone button, alive with the sound that is really there. Draws only while there is something to show,
// at half the screen's rate: the processor belongs to the models.

import { icon, setAttribute, setIcon, element } from "./dom.js";

const FRAME_MS = 33;
const PETALS = [
  { waves: 3, speed: 0.8, reach: 0.15, alpha: 0.13 },
  { waves: 4, speed: -1.1, reach: 0.1, alpha: 0.18 },
  { waves: 5, speed: 1.4, reach: 0.055, alpha: 0.26 },
];
const POINTS = 72;
const CANVAS_SHARE = 1 / 2.1; // the button's part of the canvas, as in dock.css

export class Orb extends HTMLElement {
  #level = () => 0;
  #smooth = 0;
  #running = false;
  #drawnAt = 0;

  /** `handlers`: `level()` in `0..=1`, `onPress`, `onRelease`, `onCancel`. */
  attach({ level, ...handlers }) {
    this.#level = level;
    this.canvas = element("canvas", { "aria-hidden": "true" });
    this.face = icon("mic");
    this.button = element("button", { type: "button", testid: "mic", disabled: true }, this.face);
    this.append(this.canvas, element("span", { class: "ring", "aria-hidden": "true" }), this.button);
    this.#listen(handlers);
  }

  /** `doing` is the page's phase; `reason` a sentence when the microphone cannot be used. */
  show({ doing, reason, latched, handsFree, name }) {
    const isActive = doing === "listening" || doing === "speaking" || handsFree;
    this.dataset.phase = doing === "thinking" ? "thinking" : isActive ? "active" : "rest";
    this.button.disabled = reason !== null && doing !== "listening";
    setAttribute(this.button, "aria-label", reason ?? name);
    setAttribute(this.button, "aria-pressed", String(doing === "listening" || handsFree));
    setIcon(this.face, this.button.disabled ? (doing === "speaking" ? "speaker" : "mic-off") : latched ? "send" : handsFree ? "hands-free" : "mic");
    this.#run(isActive);
  }

  /** Finger, key, and the bare click of a screen reader or switch. */
  #listen({ onPress, onRelease, onCancel }) {
    const { button } = this;
    const isKey = (event) => (event.key === " " || event.key === "Enter") && !event.repeat;
    button.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      button.setPointerCapture(event.pointerId);
      onPress();
    });
    button.addEventListener("pointerup", onRelease);
    button.addEventListener("pointercancel", onCancel);
    button.addEventListener("contextmenu", (event) => event.preventDefault());
    button.addEventListener("keydown", (event) => {
      if (event.key === " " || event.key === "Enter") event.preventDefault();
      if (isKey(event)) onPress();
      if (event.key === "Escape") onCancel();
    });
    button.addEventListener("keyup", (event) => isKey(event) && onRelease());
    button.addEventListener("click", (event) => {
      if (event.detail > 0 || event.pointerType) return; // came with a pointer: heard already
      onPress();
      onRelease();
    });
  }

  #run(isActive) {
    if (isActive === this.#running) return;
    this.#running = isActive;
    if (isActive) requestAnimationFrame((now) => this.#frame(now));
  }

  #frame(now) {
    if (now - this.#drawnAt >= FRAME_MS) {
      this.#drawnAt = now;
      const level = this.#running ? this.#level() : 0;
      this.#smooth += (level - this.#smooth) * (level > this.#smooth ? 0.5 : 0.16);
      this.#draw(now / 1000);
    }
    if (this.#running || this.#smooth > 0.01) requestAnimationFrame((next) => this.#frame(next));
    else this.#clear();
  }

  #clear() {
    this.canvas.getContext("2d").clearRect(0, 0, this.canvas.width, this.canvas.height);
  }

  #draw(seconds) {
    const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const side = Math.round(this.canvas.clientWidth * Math.min(devicePixelRatio, 2));
    if (this.canvas.width !== side) this.canvas.width = this.canvas.height = side;
    const pen = this.canvas.getContext("2d");
    pen.clearRect(0, 0, side, side);
    pen.fillStyle = getComputedStyle(this).color;
    for (const petal of PETALS) {
      pen.globalAlpha = petal.alpha;
      pen.fill(outline(petal, side, isStill ? 0 : seconds, 0.12 + 0.88 * this.#smooth));
    }
  }
}

/** A circle that a wave runs around: the louder, the wider and the wavier. */
function outline({ waves, speed, reach }, side, seconds, strength) {
  const path = new Path2D();
  const rest = (side / 2) * CANVAS_SHARE;
  for (let point = 0; point <= POINTS; point += 1) {
    const angle = (point / POINTS) * 2 * Math.PI;
    const wave = Math.sin(waves * angle + speed * 2.4 * seconds) * 0.5 + Math.sin((waves - 1) * angle - speed * 1.7 * seconds) * 0.5;
    const radius = rest + (side / 2) * strength * reach * (2 + 0.55 * wave);
    path.lineTo(side / 2 + radius * Math.cos(angle), side / 2 + radius * Math.sin(angle));
  }
  return path;
}
