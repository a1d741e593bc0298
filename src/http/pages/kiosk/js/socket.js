// The visitor's socket: JSON events both ways, opened again when it falls. Knows no event's meaning.

const WAIT_MS_MIN = 500;
const WAIT_MS_MAX = 8_000;
// the largest picture and half a minute of sound waiting to leave mean that nobody reads: what is older is no question any more
const WAITING_BYTES_MAX = 6 << 20;

/** Calls `onOpen()`, `onEvent(event)` and `onLost()`. Every opening is a new visit for the server. */
export class Socket {
  #url;
  #listener;
  #socket = null;
  #failures = 0;

  constructor(path, listener) {
    const url = new URL(path, location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    this.#url = url;
    this.#listener = listener;
  }

  open() {
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    socket.addEventListener("open", () => {
      this.#failures = 0;
      this.#listener.onOpen();
    });
    socket.addEventListener("message", (message) => this.#read(message.data));
    socket.addEventListener("close", () => this.#reopen());
  }

  /** What was sent and has not left yet. */
  get waitingBytes() {
    return this.#socket?.bufferedAmount ?? 0;
  }

  /** Sends one event; false when the socket is not open or its buffer is full. */
  send(event) {
    if (this.#socket?.readyState !== WebSocket.OPEN || this.#socket.bufferedAmount > WAITING_BYTES_MAX) return false;
    this.#socket.send(JSON.stringify(event));
    return true;
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

  /** Waits twice as long after every failure, up to a bound, a little by chance so that kiosks do not come back in step. */
  #reopen() {
    this.#listener.onLost();
    const wait = Math.min(WAIT_MS_MIN * 2 ** this.#failures, WAIT_MS_MAX);
    this.#failures += 1;
    setTimeout(() => this.open(), wait * (0.8 + 0.4 * Math.random()));
  }
}
