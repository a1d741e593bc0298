// What the server says of what it sees and shows, as state (docs/realtime.md). Sends nothing.

import { joinMedia, readMedia, readMediaFailed, readPhone, readPresence, readSeen } from "./sight-event.js";

export class SightReplies {
  #state;
  #turns;
  #reading;
  #phone;
  #idle;

  constructor(state, turns, reading, phone, idle) {
    this.#state = state;
    this.#turns = turns;
    this.#reading = reading;
    this.#phone = phone;
    this.#idle = idle;
  }

  /** What this appliance may use the page's camera for. */
  onSession(camera) {
    const before = this.#state.now.camera;
    const [reading, presence] = [camera?.reading === true, camera?.presence === true];
    if (reading !== before.reading || presence !== before.presence) this.#state.set({ camera: Object.freeze({ reading, presence }) });
    if (!reading) this.#reading.close();
  }

  /** The server began a response that nothing on the page had asked for. */
  onResponse() {
    this.#reading.onResponse();
  }

  /** False for an event of other parts. */
  onEvent(event) {
    switch (event.type) {
      case "usher.camera.frame":
        this.#reading.onFrame(event);
        return true;
      case "usher.seen":
        this.#onSeen(event);
        return true;
      case "usher.presence":
        this.#onPresence(readPresence(event));
        return true;
      case "usher.media":
        this.#onMedia(event, (media) => joinMedia(media, readMedia(event.media)));
        return true;
      case "usher.media_failed":
        this.#onMedia(event, (media) => failed(media, readMediaFailed(event)));
        return true;
      case "usher.phone":
        this.#phone.onPhone(readPhone(event));
        return true;
      default:
        return false;
    }
  }

  #onSeen(event) {
    const { turn } = this.#state.now;
    const isAwaited = turn?.way === "shown" && this.#turns.isAwaiting;
    if (turn && (isAwaited || this.#turns.isCurrent(event.response_id))) this.#state.set({ turn: { ...turn, seen: readSeen(event) } });
  }

  #onMedia(event, change) {
    const { turn } = this.#state.now;
    if (turn && this.#turns.isCurrent(event.response_id)) this.#state.set({ turn: { ...turn, media: change(turn.media) } });
  }

  /** Who left is warned at once, not after the idle time; who comes back is not warned any more. */
  #onPresence(presence) {
    if (presence === null || !this.#state.now.watching) return;
    this.#state.set({ presence });
    if (presence === "nobody") this.#idle.leave();
    else this.#idle.comeBack();
  }
}

function failed(media, { url, message }) {
  return media.map((item) => (item.url === url ? { ...item, failure: message } : item));
}
