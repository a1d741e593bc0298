// A technician asks this page to try its loudspeaker, microphone, camera, touch or screen: runs one part, sends what it brought,
// and goes back to the greeting. Never while somebody has a visit. Knows no element; judges nothing.

import { isTouched } from "./state.js";
import { readSelftest } from "./selftest-event.js";
import { tryCamera } from "./selftest-camera.js";
import { tryLight } from "./selftest-light.js";
import { pause } from "./selftest-pause.js";
import { tryMicrophone, trySound } from "./selftest-sound.js";
import { tryTouch } from "./selftest-touch.js";

const TRIES = { sound: trySound, microphone: tryMicrophone, camera: tryCamera, touch: tryTouch, light: tryLight };
const SHOWN_MS = { done: 1_400, failed: 3_000 }; // how it ended, before the greeting comes back
const DEVICE_FAULTS = { NotAllowedError: "refused", SecurityError: "refused", NotFoundError: "absent", OverconstrainedError: "absent", NotReadableError: "in_use", AbortError: "in_use" };

/** Someone is here, or was and the page still shows it. */
function hasVisit(now) {
  return isTouched(now) || now.turn !== null || now.thinking || now.speaking || now.listening !== null || now.idleSeconds !== null || now.personAsked;
}

export class Selftest {
  #state;
  #socket;
  #camera;
  #running = null; // {id, part, abort, isOver}: over means that only its end still shows
  #onInput = null; // what the view is told by a finger, for the part that waits for it

  constructor(state, socket, camera) {
    this.#state = state;
    this.#socket = socket;
    this.#camera = camera;
    state.watch((now) => this.#running && (hasVisit(now) || now.link !== "open") && this.#running.abort.abort());
  }

  /** The socket is open: this page can be asked. */
  ready() {
    this.#socket.send({ type: "usher.selftest.ready" });
  }

  /** False for an event of other parts. */
  onEvent(event) {
    if (event.type === "usher.selftest") this.#asked(readSelftest(event));
    else if (event.type === "usher.selftest.cancel") this.#running?.id === event.id && this.cancel();
    else return false;
    return true;
  }

  cancel() {
    this.#running?.abort.abort();
  }

  /** The view: a finger came down at `point`, or a question was answered. */
  input(value) {
    this.#onInput?.(value);
  }

  #asked(ask) {
    if (ask === null) return console.warn("usher: a self-test that this page does not know");
    if (this.#running?.isOver) this.#leave(this.#running);
    const isBusy = this.#running !== null || hasVisit(this.#state.now) || document.hidden;
    return isBusy ? this.#tell(ask, { status: "busy" }) : this.#run(ask);
  }

  async #run(ask) {
    const abort = new AbortController();
    const running = { ...ask, abort, isOver: false };
    this.#running = running;
    this.#show(ask, "opening");
    const result = await this.#try(ask, abort.signal);
    running.isOver = true;
    this.#tell(ask, result);
    if (result.status !== "cancelled") {
      this.#show(ask, result.status, { reason: result.reason });
      await pause(SHOWN_MS[result.status], abort.signal).catch(() => {});
    }
    this.#leave(running);
  }

  #leave(running) {
    if (this.#running !== running) return; // the next test has begun
    this.#running = null;
    running.abort.abort();
    this.#state.set({ selftest: null });
  }

  async #try(ask, signal) {
    const { volume } = this.#state.now;
    const tools = { ...ask, signal, volume, camera: this.#camera, show: (step, more) => this.#show(ask, step, more), onInput: (listener) => (this.#onInput = listener) };
    try {
      return { status: "done", ...(await TRIES[ask.part](tools)) };
    } catch (error) {
      if (signal.aborted) return { status: "cancelled" };
      console.warn("usher: the self-test of", ask.part, "failed:", error.name, error.message);
      return { status: "failed", reason: DEVICE_FAULTS[error.name] ?? (error instanceof RangeError ? "late" : "absent") };
    }
  }

  #show({ id, part }, step, more = {}) {
    this.#state.set({ selftest: Object.freeze({ id, part, step, ...more }) });
  }

  #tell({ id, part }, result) {
    this.#socket.send({ type: "usher.selftest.result", id, part, ...result });
  }
}
