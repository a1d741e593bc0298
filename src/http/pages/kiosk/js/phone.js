// The answer for the visitor's telephone: asks for a square code and counts it down. Knows no element.

const REPLY_MS_MAX = 12_000; // a page or a file is made for it

export class Phone {
  #state;
  #socket;
  #timer = 0;

  constructor(state, socket) {
    this.#state = state;
    this.#socket = socket;
  }

  /** Asks for a code for what is on the screen. */
  ask() {
    clearTimeout(this.#timer);
    const isSent = this.#socket.send({ type: "usher.phone" });
    this.#state.set({ phone: { step: isSent ? "asked" : "failed" }, keyboard: null });
    if (isSent) this.#timer = setTimeout(() => this.#fail(), REPLY_MS_MAX);
  }

  close() {
    clearTimeout(this.#timer);
    this.#state.set({ phone: null });
  }

  /** A reply that nobody waits for any more is dropped: the sheet was closed. */
  onPhone({ seconds, ...code }) {
    clearTimeout(this.#timer);
    if (this.#state.now.phone?.step !== "asked") return;
    if (code.qr === "") return this.#state.set({ phone: { step: "failed", message: code.message } });
    return this.#state.set({ phone: { step: "shown", ...code, expiresAt: performance.now() + seconds * 1000 } });
  }

  #fail() {
    if (this.#state.now.phone?.step === "asked") this.#state.set({ phone: { step: "failed" } });
  }
}
