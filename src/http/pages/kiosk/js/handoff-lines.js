// The written conversation: lines that were sent, and real-time text in both directions. It goes from browser to browser
// while a call stands, and over the socket otherwise. Knows no element.

const TYPING_MS = 150; // the whole line goes out at most so often
const LINE_CHARS_MAX = 500; // the server's bound
const LINES_MAX = 200; // as long as a conversation gets on a screen; the oldest go first

export class Lines {
  #state;
  #socket;
  #channel = null;
  #typingTimer = 0;
  #typedAt = 0;
  #count = 0;

  constructor(state, socket) {
    this.#state = state;
    this.#socket = socket;
  }

  /** `channel`: `{text(line), line(line)}`, false when there is none just now. */
  attach(channel) {
    this.#channel = channel;
  }

  /** The visitor's line so far. */
  type(line) {
    this.#state.set({ line: line.slice(0, LINE_CHARS_MAX) });
    if (this.#typingTimer !== 0) return;
    this.#typingTimer = setTimeout(() => this.#tellTyping(), Math.max(0, this.#typedAt + TYPING_MS - performance.now()));
  }

  /** Sends the visitor's line. False when it was blank or could not go out: the field keeps it. */
  send() {
    const text = this.#state.now.line.trim();
    if (text === "" || !this.#sendLine(text)) return false;
    this.#stopTyping();
    this.#state.set({ line: "" });
    return true;
  }

  /** A line that was sent. The server may tell one again after a lost link. */
  take(message) {
    const { lines } = this.#state.now;
    if (message.text === "" || (message.id !== "" && lines.some(({ id }) => id === message.id))) return;
    this.#state.set({ lines: [...lines, message].slice(-LINES_MAX), ...(message.from === "agent" ? { theirLine: "" } : {}) });
  }

  /** What came over the call's channel: `{text}` or `{line}`. */
  hear({ text, line }) {
    if (line !== undefined) this.#takeOwn("agent", line);
    else this.#state.set({ theirLine: text });
  }

  forget() {
    this.#stopTyping();
    this.#typedAt = 0;
  }

  #sendLine(text) {
    if (!this.#channel?.line(text)) return this.#socket.send({ type: "usher.handoff.message", text });
    this.#takeOwn("visitor", text);
    return true;
  }

  /** The channel's lines have no id: they come once. */
  #takeOwn(from, text) {
    this.#count += 1;
    this.take({ id: `channel-${this.#count}`, from, text });
  }

  #tellTyping() {
    this.#stopTyping();
    this.#typedAt = performance.now();
    const { line: text, handoff } = this.#state.now;
    if (handoff && !this.#channel?.text(text)) this.#socket.send({ type: "usher.handoff.typing", text });
  }

  #stopTyping() {
    clearTimeout(this.#typingTimer);
    this.#typingTimer = 0;
  }
}
