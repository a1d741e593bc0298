// Lines on their way to a visitor: kept until the server repeats them, said once more when the socket comes back, never lost.

import { withCase, withLine } from "./model.js";

/** A line that the server has not repeated for so long is shown as not sent. */
const ANSWER_MS_MAX = 8_000;

/** Sent at most so often without being asked: at once, and again after a reconnect. */
const TRIES_MAX = 2;

export class Outbox {
  #state;
  #socket;
  #timers = new Map();

  constructor(state, socket) {
    this.#state = state;
    this.#socket = socket;
  }

  /** Writes a line to the visitor of `id`. The server takes one id once, so that saying it again does no harm. */
  write(id, text) {
    const message = { id: freshId(), from: "agent", text, at: new Date().toISOString(), status: "sending", tries: 0 };
    this.#state.set(withLine(this.#state.now, id, message));
    this.#send(id, message);
  }

  /** The agent asks for it. */
  again(id, messageId) {
    const message = this.#find(id, messageId);
    if (message) this.#send(id, { ...message, status: "sending", tries: TRIES_MAX - 1 });
  }

  /** The case was told whole, so the socket is open: what the server does not know goes out once more. */
  resume(id) {
    for (const message of this.#state.now.cases[id]?.messages ?? []) {
      if (message.status !== "sending") continue;
      if (message.tries < TRIES_MAX) this.#send(id, message);
      else this.#fail(id, message.id);
    }
  }

  /** The server has repeated a line. */
  confirm(messageId) {
    clearTimeout(this.#timers.get(messageId));
    this.#timers.delete(messageId);
  }

  #send(id, message) {
    const { text, tries } = message;
    const isGone = this.#socket.send({ type: "message", case: id, id: message.id, text });
    this.#state.set(withLine(this.#state.now, id, { ...message, tries: tries + (isGone ? 1 : 0) }));
    this.confirm(message.id);
    // Without a socket it waits for the next one; with it, the server has so long to repeat the line.
    if (isGone) this.#timers.set(message.id, setTimeout(() => this.#late(id, message.id), ANSWER_MS_MAX));
  }

  #late(id, messageId) {
    if (this.#state.now.link === "open") this.#fail(id, messageId);
  }

  #fail(id, messageId) {
    const message = this.#find(id, messageId);
    if (message?.status !== "sending") return;
    this.#state.set(withCase(this.#state.now, id, (one) => ({ messages: one.messages.map((line) => (line === message ? { ...line, status: "failed" } : line)) })));
  }

  #find(id, messageId) {
    return this.#state.now.cases[id]?.messages.find((message) => message.id === messageId);
  }
}

/** randomUUID is not there on a page without TLS, and a desk may stand on one. */
export function freshId() {
  return [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
