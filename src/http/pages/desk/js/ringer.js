// A visitor rings: a soft double tone every two seconds and a title that blinks, so that it is noticed from another window.

import { strings } from "./strings.js";

const EVERY_MS = 2_000;
const TONES_HZ = [659.26, 880]; // e'' and a''
const KEPT_AS = "usher.desk.sound";

export class Ringer {
  #state;
  #context = null;
  #timer = 0;
  #isLit = false;

  constructor(state) {
    this.#state = state;
    state.set({ sound: localStorage.getItem(KEPT_AS) !== "off" });
    // Browsers let a page sound only after it was touched.
    for (const gesture of ["pointerdown", "keydown"]) addEventListener(gesture, () => this.#wake(), { capture: true });
    state.watch((now) => this.#follow(now));
  }

  setSound(isOn) {
    localStorage.setItem(KEPT_AS, isOn ? "on" : "off");
    this.#state.set({ sound: isOn });
    if (isOn) this.#tone();
  }

  #follow(now) {
    const rings = now.rings.some((ring) => !ring.declined);
    if (rings && !this.#timer) {
      this.#timer = setInterval(() => this.#beat(), EVERY_MS / 2);
      this.#beat();
    }
    if (!rings && this.#timer) {
      clearInterval(this.#timer);
      this.#timer = 0;
      this.#isLit = false;
    }
    this.#name();
  }

  #beat() {
    this.#isLit = !this.#isLit;
    if (this.#isLit && this.#state.now.sound) this.#tone();
    this.#name();
  }

  #name() {
    const { language, cases } = this.#state.now;
    const say = strings(language);
    const unread = Object.values(cases).reduce((sum, one) => sum + one.unread, 0);
    const title = this.#isLit ? say.ringingTitle : `${unread > 0 ? `(${unread}) ` : ""}${say.title}`;
    if (document.title !== title) document.title = title;
  }

  #wake() {
    this.#context ??= new AudioContext();
    if (this.#context.state === "suspended") this.#context.resume();
  }

  #tone() {
    if (this.#context?.state !== "running") return;
    const start = this.#context.currentTime;
    TONES_HZ.forEach((hertz, place) => this.#strike(hertz, start + place * 0.18));
  }

  #strike(hertz, at) {
    const [tone, loudness] = [this.#context.createOscillator(), this.#context.createGain()];
    tone.frequency.value = hertz;
    loudness.gain.setValueAtTime(0, at);
    loudness.gain.linearRampToValueAtTime(0.16, at + 0.02);
    loudness.gain.exponentialRampToValueAtTime(0.001, at + 0.5);
    tone.connect(loudness).connect(this.#context.destination);
    tone.start(at);
    tone.stop(at + 0.5);
  }
}
