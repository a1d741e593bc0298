// What the visitor holds up: the camera while its panel is open, frames for the server to look at, and a still or a file to
// read. `reading` of the state says where that stands: setting it opens and closes the camera. Knows no element.

import { cameraFault } from "./camera.js";
import { openFile, shrunk, shrunkWithin } from "./picture.js";
import { stage } from "./state.js";

const FRAME_SIDE_MAX = 1280; // px
const FRAME_QUALITY = 0.8;
const FRAME_PAUSE_MS = 150; // between two frames: the server's processor belongs to others too
const REPLY_MS_MAX = 4_000; // a frame without a reply is forgotten after this
const STILL_SIDE_MAX = 2560; // px
const STILL_CHARS_MAX = 4 << 20; // of base64, the server's bound

export class Reading {
  #state;
  #socket;
  #camera;
  #conversation;
  #timer = 0;
  #sentAt = 0;

  constructor(state, socket, camera, conversation) {
    this.#state = state;
    this.#socket = socket;
    this.#camera = camera;
    this.#conversation = conversation;
    state.watch((now, before) => this.#follow(now, before));
  }

  /** Opens the panel, or, where it stands open, closes it. */
  toggle() {
    this.#state.set({ reading: this.#state.now.reading ? null : "opening", readingNote: null, problem: null, keyboard: null });
  }

  /** After a refusal or a lost camera. */
  retry() {
    this.#state.set({ reading: "opening", readingNote: null });
  }

  close() {
    this.#state.set({ reading: null });
  }

  /** Reads what the camera sees now, with the question that stands in the ask field. */
  take() {
    return this.#ask(async () => this.#camera.video);
  }

  /** Reads a picture of the visitor's. */
  choose(file) {
    return this.#ask(() => openFile(file));
  }

  /** The server looked at a frame. */
  onFrame({ found, dark }) {
    if (this.#state.now.reading !== "on") return;
    if (found === true) {
      this.#conversation.shown();
      return;
    }
    this.#state.set({ readingNote: dark === true ? "dark" : null });
    this.#later(Math.max(0, this.#sentAt + FRAME_PAUSE_MS - performance.now()));
  }

  /** The server began an answer of its own accord: the frame's reply may come after it. */
  onResponse() {
    if (this.#state.now.reading === "on") this.#conversation.shown();
  }

  #follow(now, before) {
    if (now.reading === "opening" && before.reading !== "opening") this.#open();
    if (!now.reading && before.reading) this.#stop();
    // never a camera that runs where nobody sees that it does
    if (now.reading && (stage(now) !== "reading" || now.contactOpen)) this.close();
  }

  async #open() {
    try {
      const isHeld = await this.#camera.hold("reading", () => this.#fail("lost"));
      if (isHeld && this.#state.now.reading === "opening") this.#begin();
    } catch (error) {
      console.warn("usher: no camera:", error.name, error.message);
      this.#fail(cameraFault(error));
    }
  }

  #begin() {
    this.#state.set({ reading: "on" });
    this.#later(FRAME_PAUSE_MS);
  }

  #fail(reading) {
    this.#stop();
    if (this.#state.now.reading) this.#state.set({ reading, readingNote: null });
  }

  #stop() {
    clearTimeout(this.#timer);
    this.#camera.release("reading");
  }

  #later(wait) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#sendFrame(), wait);
  }

  async #sendFrame() {
    const image = document.hidden ? null : await shrunk(this.#camera.video, FRAME_SIDE_MAX, FRAME_QUALITY);
    if (this.#state.now.reading !== "on") return;
    const isSent = image !== null && this.#socket.send({ type: "usher.camera.frame", image });
    this.#sentAt = performance.now();
    this.#later(isSent ? REPLY_MS_MAX : 2 * FRAME_PAUSE_MS);
  }

  async #ask(open) {
    const image = await this.#still(open);
    if (image === null || !this.#state.now.reading) return; // closed meanwhile
    const isSent = this.#conversation.show(image, this.#state.now.draft);
    this.#state.set(isSent ? { draft: "" } : { readingNote: "notSent" });
  }

  /** The picture to read; null with a note why there is none. */
  async #still(open) {
    try {
      const source = await open();
      const image = await shrunkWithin(source, STILL_SIDE_MAX, STILL_CHARS_MAX);
      source.close?.();
      if (image === null) this.#state.set({ readingNote: "tooLarge" });
      return image;
    } catch (error) {
      this.#state.set({ readingNote: error instanceof RangeError ? "tooLarge" : "undecodable" });
      return null;
    }
  }
}
