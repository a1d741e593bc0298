// A visitor who left: after the site's idle time, or when the camera sees nobody, a warning, then the wipe. Knows no element.

import { isHeld, isTouched } from "./state.js";

/** WCAG 2.2, success criterion 2.2.1: at least 20 seconds to ask for more time. */
export const WARNING_SECONDS = 20;

export class Idle {
  #state;
  #wipe;
  #quietSince = performance.now();
  #warnedAt = null;
  #isGone = false; // the camera sees nobody, and nothing was touched since

  /** Calls `wipe()` when the warning has run out. */
  constructor(state, wipe) {
    this.#state = state;
    this.#wipe = wipe;
    for (const sign of ["pointerdown", "keydown", "input", "wheel"]) addEventListener(sign, (event) => this.#onSign(event), { capture: true, passive: true });
    setInterval(() => this.#tick(), 250);
  }

  /** The visitor is here. */
  stay() {
    this.#quietSince = performance.now();
    this.#warnedAt = null;
    this.#isGone = false;
    this.#state.set({ idleSeconds: null });
  }

  /** The camera sees nobody any more: the warning comes now. */
  leave() {
    this.#isGone = true;
  }

  /** The camera sees somebody: whoever left is back. */
  comeBack() {
    if (this.#isGone) this.stay();
  }

  /** Touching anything says "I am here", but the warning's own buttons say what they say. */
  #onSign(event) {
    const inWarning = event.target instanceof Element && event.target.closest("usher-idle .buttons");
    if (!inWarning && event.key !== "Tab") this.stay();
  }

  #tick() {
    const { now } = this.#state;
    const isAtWork = !this.#isGone && (now.thinking || now.speaking);
    if (now.listening || isAtWork || (isHeld(now) && now.link === "open") || !isTouched(now)) {
      this.#isGone = false;
      if (now.idleSeconds === null) this.#quietSince = performance.now();
      else this.stay();
      return;
    }
    const quietSeconds = (performance.now() - this.#quietSince) / 1000;
    if (this.#warnedAt === null && (this.#isGone || quietSeconds >= now.site.idleSeconds)) this.#warnedAt = performance.now();
    if (this.#warnedAt !== null) this.#countDown();
  }

  #countDown() {
    const left = Math.ceil(WARNING_SECONDS - (performance.now() - this.#warnedAt) / 1000);
    if (left > 0) {
      this.#state.set({ idleSeconds: left });
      return;
    }
    this.stay();
    this.#wipe();
  }
}
