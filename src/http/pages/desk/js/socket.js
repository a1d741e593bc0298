// The agent's socket: JSON events both ways, opened again when it falls, until it is closed here. Knows no event's meaning.

const WAIT_MS_MIN = 300;
const WAIT_MS_MAX = 5_000; // the desk gives an agent's visitors back after ten seconds
const WAITING_BYTES_MAX = 1 << 20;

/** Calls `onEvent(event)` and, each time it falls, `onLost()`, which answers whether to try again. */
export class Socket {
  #url;
  #listener;
  #socket = null;
  #failures = 0;
  #timer = 0;

  constructor(path, listener) {
    const url = new URL(path, location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    this.#url = url;
    this.#listener = listener;
    // A network that comes back, or a computer that wakes, need not wait.
    addEventListener("online", () => this.#hasFallen && this.open());
  }

  open() {
    clearTimeout(this.#timer);
    this.#forget();
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    socket.onopen = () => (this.#failures = 0);
    socket.onmessage = (message) => this.#read(message.data);
    socket.onclose = () => this.#reopen();
  }

  /** For good: nothing is opened again. */
  close() {
    clearTimeout(this.#timer);
    this.#forget();
  }

  /** Sends one event; false when the socket is not open or nobody reads it. */
  send(event) {
    if (this.#socket?.readyState !== WebSocket.OPEN || this.#socket.bufferedAmount > WAITING_BYTES_MAX) return false;
    this.#socket.send(JSON.stringify(event));
    return true;
  }

  get #hasFallen() {
    return this.#socket?.readyState === WebSocket.CLOSED;
  }

  #forget() {
    if (!this.#socket) return;
    this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket.close();
    this.#socket = null;
  }

  #read(text) {
    let event;
    try {
      event = JSON.parse(text);
    } catch {
      console.warn("the server sent a frame that is not JSON");
      return;
    }
    if (typeof event?.type === "string") this.#listener.onEvent(event);
  }

  async #reopen() {
    const fallen = this.#socket;
    const goesOn = await this.#listener.onLost();
    if (!goesOn || this.#socket !== fallen) return;
    const wait = Math.min(WAIT_MS_MIN * 2 ** this.#failures, WAIT_MS_MAX);
    this.#failures += 1;
    this.#timer = setTimeout(() => this.open(), wait * (0.7 + 0.3 * Math.random()));
  }
}
