// The agent's line while it is being typed, told whole and not too often. Knows not which way it goes.

/** Real-time text feels live up to about a third of a second; a half of that leaves the rest to the network. */
const EVERY_MS = 150;

/** The sockets' bound on a line. */
export const LINE_CHARS_MAX = 500;

export class Typing {
  #tell;
  #waiting = new Map(); // case -> text not told yet
  #last = new Map(); // case -> text told last
  #timer = 0;

  /** `tell(case, text)`. */
  constructor(tell) {
    this.#tell = tell;
  }

  say(id, text) {
    this.#waiting.set(id, text.slice(0, LINE_CHARS_MAX));
    this.#timer ||= setTimeout(() => this.#flush(), EVERY_MS);
  }

  /** The line was sent: nothing of it is still being typed. */
  clear(id) {
    this.#waiting.delete(id);
    if (!this.#last.get(id)) return;
    this.#last.delete(id);
    this.#tell(id, "");
  }

  #flush() {
    this.#timer = 0;
    for (const [id, text] of this.#waiting) {
      if (text === (this.#last.get(id) ?? "")) continue;
      this.#last.set(id, text);
      this.#tell(id, text);
    }
    this.#waiting.clear();
  }
}
