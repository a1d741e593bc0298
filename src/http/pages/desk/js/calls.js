// The agent's voice and video with a visitor: makes the call that a case's mode asks for, and ends it with it.

import { Call } from "/shared/call.js";
import { isOpen, note, withCase, withLine } from "./model.js";

/** Signals kept while the socket is down; a negotiation has about thirty. */
const SIGNALS_MAX = 64;

/** Over a bus the visitor's first signals may overtake the word that there is a call; older ones are of a call that ended, ms. */
const EARLY_MS_MAX = 2000;

export class Calls {
  #state;
  #send;
  #listener = null;
  #id = null; // the case of the call
  #call = null;
  #mode = "text"; // what is shared, or being opened
  #unsent = [];
  #early = []; // `{id, data, at}`: signals of a call that has not begun here

  /** `send(event)` answers whether the socket took it. */
  constructor(state, send) {
    this.#state = state;
    this.#send = send;
    state.watch((now, before) => now !== before && this.#follow(now));
  }

  /** `listener`: `{typed(case, text), said(case, message)}`. */
  attach(listener) {
    this.#listener = listener;
  }

  /** The call on the screen, if any: its streams and counters. */
  get call() {
    return this.#call;
  }

  signal(id, data) {
    if (id === this.#id) this.#call.receive(data);
    else this.#early = [...this.#early, { id, data, at: performance.now() }].slice(-SIGNALS_MAX);
  }

  /** The agent's line so far; false when no call carries it. */
  typing(id, text) {
    return id === this.#id && this.#call.text(text);
  }

  mute(kind, isMuted) {
    if (!this.#call) return;
    this.#call.mute(kind, isMuted);
    this.#patch({ [kind === "audio" ? "muted" : "dark"]: isMuted });
  }

  #follow(now) {
    if (now.link === "open") this.#resend();
    const one = now.cases[this.#id];
    const goesOn = one && isOpen(one) && one.mode !== "text" && now.link !== "replaced" && now.view === "desk";
    if (this.#call && !goesOn) this.#hangUp();
    const due = Object.values(now.cases).find((other) => isOpen(other) && other.mode !== "text");
    if (!this.#call && due && now.link === "open") this.#begin(due.id);
    else if (this.#call && one.mode !== this.#mode) this.#share(one.mode);
  }

  #begin(id) {
    this.#id = id;
    this.#call = new Call({
      polite: false,
      ice: this.#state.now.ice,
      send: (data) => this.#signal({ type: "signal", case: id, data }),
      onstate: (state) => this.#tell(id, state),
      ontrack: (_stream, kinds) => this.#patch({ kinds }),
      ontext: (words) => this.#hear(id, words),
    });
    this.#state.set(withCase(this.#state.now, id, { call: { state: "connecting", kinds: [], muted: false, dark: false } }));
    this.#share(this.#state.now.cases[id].mode);
    const early = this.#early.filter((one) => one.id === id && performance.now() - one.at < EARLY_MS_MAX);
    this.#early = [];
    early.forEach((one) => this.#call.receive(one.data));
  }

  async #share(mode) {
    this.#mode = mode;
    const call = this.#call;
    try {
      await call.share(mode);
      if (call === this.#call) this.#patch({ sharing: mode });
    } catch {
      if (call === this.#call) this.#giveUp("noDevices");
    }
  }

  #tell(id, state) {
    if (this.#id !== id) return;
    if (state === "failed") this.#giveUp("callFailed");
    else this.#patch({ state });
  }

  /** Back to writing, with a sentence that says so. The server hears it and tells the visitor's page. */
  #giveUp(key) {
    const id = this.#id;
    this.#hangUp();
    this.#state.set(withLine(this.#state.now, id, note(key), { mode: "text", offered: null }));
    this.#signal({ type: "media", case: id, mode: "text" });
  }

  #hangUp() {
    const [call, id] = [this.#call, this.#id];
    this.#call = this.#id = null;
    this.#mode = "text";
    this.#unsent = [];
    call.close();
    this.#state.set(withCase(this.#state.now, id, { call: null }));
  }

  #hear(id, { text, line }) {
    if (text !== undefined) this.#listener.typed(id, text);
    if (line) this.#listener.said(id, { id: `rtt-${crypto.getRandomValues(new Uint32Array(2)).join("")}`, from: "visitor", text: line, at: new Date().toISOString(), status: "direct" });
  }

  #signal(event) {
    if (!this.#send(event) && this.#unsent.length < SIGNALS_MAX) this.#unsent.push(event);
  }

  #resend() {
    for (const event of this.#unsent.splice(0)) this.#send(event);
  }

  #patch(patch) {
    this.#state.set(withCase(this.#state.now, this.#id, (one) => (one.call ? { call: { ...one.call, ...patch } } : {})));
  }
}
