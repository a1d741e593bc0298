// The microphone button's manners: hold and let go, or tap and tap again; and the hands-free stream. Knows no element.

import { Microphone } from "./microphone.js";

const TAP_MS_MAX = 350; // shorter than this is a tap: it latches
const SAID_MS_MIN = 400; // less sound than this is a slip of the finger
const LISTEN_MS_MAX = 30_000; // what the hearing models take in one piece

export class Talk {
  #state;
  #sound;
  #conversation;
  #pressedAt = 0;
  #saidMs = 0;
  #limit = 0;
  #attempt = 0;

  constructor(state, sound, conversation) {
    this.#state = state;
    this.#sound = sound;
    this.#conversation = conversation;
    state.watch((now, before) => {
      if (before.handsFree && !now.handsFree) this.#release();
    });
  }

  /** Finger or key down. */
  press() {
    const { listening, handsFree } = this.#state.now;
    if (handsFree) return this.toggleHandsFree();
    if (listening) return this.finish();
    this.#pressedAt = performance.now();
    return this.#listen();
  }

  /** Finger or key up: a short press goes on listening until the next one. */
  release() {
    const { listening } = this.#state.now;
    if (listening !== "hold" && listening !== "opening") return;
    if (performance.now() - this.#pressedAt > TAP_MS_MAX) this.finish();
    else if (listening === "hold") this.#state.set({ listening: "latched" });
    this.#pressedAt = 0;
  }

  /** What was said is sent; too little is dropped with a hint. */
  async finish() {
    clearTimeout(this.#limit);
    this.#attempt += 1;
    const { listening } = this.#state.now;
    if (listening !== "hold" && listening !== "latched") {
      this.#state.set({ listening: null });
      return;
    }
    const attempt = this.#attempt;
    await this.#sound.microphone.finish();
    if (attempt !== this.#attempt || !this.#state.now.listening) return;
    if (this.#saidMs >= SAID_MS_MIN) this.#conversation.commitSound();
    else this.#giveUp("tooShort");
  }

  /** Forgets what was said so far. */
  cancel() {
    clearTimeout(this.#limit);
    this.#attempt += 1;
    if (!this.#state.now.listening) return;
    this.#sound.microphone.pause();
    this.#giveUp(null);
  }

  async toggleHandsFree() {
    if (this.#state.now.handsFree) {
      this.#conversation.setHandsFree(false);
      return;
    }
    this.cancel();
    if (!(await this.#open())) return;
    this.#conversation.setHandsFree(true);
    this.#sound.microphone.start((samples) => this.#conversation.sendSound(samples));
  }

  async #listen() {
    this.#attempt += 1;
    const attempt = this.#attempt;
    this.#saidMs = 0;
    this.#conversation.interrupt();
    this.#state.set({ listening: "opening" });
    if (!(await this.#open())) return;
    if (attempt !== this.#attempt || !this.#state.now.listening) return;
    this.#state.set({ listening: this.#pressedAt > 0 ? "hold" : "latched" });
    this.#sound.microphone.start((samples) => this.#hear(samples));
    this.#limit = setTimeout(() => this.finish(), LISTEN_MS_MAX);
  }

  #hear(samples) {
    this.#saidMs += samples.length / 24;
    this.#conversation.sendSound(samples);
  }

  async #open() {
    try {
      if (!Microphone.isPossible) throw new Error("this page may not use a microphone: serve it from localhost or over https");
      await this.#sound.microphone.open();
      return true;
    } catch (error) {
      console.warn("usher: no microphone:", error.message);
      this.#giveUp("noMicrophone");
      return false;
    }
  }

  #giveUp(key) {
    this.#conversation.dropSound();
    this.#state.set({ listening: null });
    if (key) this.#conversation.report(key);
  }

  #release() {
    clearTimeout(this.#limit);
    this.#attempt += 1;
    this.#sound.closeMicrophone();
  }
}
