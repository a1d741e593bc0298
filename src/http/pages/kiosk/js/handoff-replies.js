// What the server says of the hand-over, as state (docs/handoff.md). Sends nothing.

import { readHandoff, readMessage, readPointer, readShown, readTyping } from "./handoff-event.js";
import { NO_HANDOFF } from "./state.js";

const OVER = ["bot", "closed", "abandoned"];
const WAITING = ["requested", "queued", "ringing"];
const TALK = ["live", "lost_link"];
const RETOLD_MS_MAX = 3_000; // a new socket hears at once what still goes on

export class HandoffReplies {
  #state;
  #lines;
  #call;
  #timer = 0;

  constructor(state, lines, call) {
    this.#state = state;
    this.#lines = lines;
    this.#call = call;
  }

  /** A new socket: what it is not told of soon is over. */
  onSession() {
    clearTimeout(this.#timer);
    if (this.#state.now.handoff) this.#timer = setTimeout(() => this.#forget(), RETOLD_MS_MAX);
  }

  onEvent(event) {
    switch (event.type) {
      case "usher.handoff":
        return this.#onHandoff(readHandoff(event));
      case "usher.handoff.message":
        return this.#lines.take(readMessage(event));
      case "usher.handoff.typing":
        return this.#state.set({ theirLine: readTyping(event) });
      case "usher.handoff.signal":
        return this.#call.receive(event.data);
      case "usher.handoff.shown":
        return this.#state.set({ shown: readShown(event), pointer: null });
      case "usher.handoff.pointer":
        return this.#state.set({ pointer: readPointer(event) });
      default:
        return undefined;
    }
  }

  /** The event is the whole state, so it may come twice: what the visitor is doing with it stays. */
  #onHandoff(handoff) {
    clearTimeout(this.#timer);
    if (OVER.includes(handoff.state)) return this.#forget();
    const { handoffPage, handoff: before } = this.#state.now;
    if (before && before.case !== handoff.case) this.#forget();
    const isWaited = handoff.sent && !handoff.sent.released && handoff.sent.releaseInMs !== null;
    return this.#state.set({
      handoff,
      handoffPage: stays(handoffPage, handoff, before) ? handoffPage : null,
      releaseAt: isWaited ? performance.now() + handoff.sent.releaseInMs : null,
      personAsked: false,
      contactOpen: false,
      ...(handoff.state === before?.state ? {} : { problem: null, keyboard: null }),
      ...(TALK.includes(handoff.state) ? {} : { theirLine: "", shown: null, pointer: null }),
    });
  }

  /** The person is gone, and every word with them. */
  #forget() {
    this.#call.close();
    this.#lines.forget();
    this.#state.set({ ...NO_HANDOFF, keyboard: null });
  }
}

/** Whether a page that the visitor opened still makes sense. */
function stays(page, handoff, before) {
  if (page === "review") return handoff.sent !== null && WAITING.includes(handoff.state);
  if (page === "callback") return handoff.actions.includes("callback") && handoff.state === before?.state;
  return page === "ways" && handoff.alternatives !== null && handoff.state === before?.state;
}
