// Whether somebody stands before the kiosk, as the server sees it in small frames of the camera: sent where the site wants it,
// never while the page is not seen. Knows no element.

import { boxed } from "./picture.js";

const FRAME_MS = 500;
const FRAME = { width: 320, height: 240, quality: 0.6 };
const WAITING_BYTES_MAX = 64 << 10; // more than this waiting: the frame would be old when it leaves

export class Presence {
  #state;
  #socket;
  #camera;
  #timer = 0;
  #isDrawing = false;

  constructor(state, socket, camera) {
    this.#state = state;
    this.#socket = socket;
    this.#camera = camera;
    state.watch((now, before) => {
      if (isWanted(now) !== isWanted(before)) this.#follow();
    });
    navigator.mediaDevices?.addEventListener?.("devicechange", () => this.#follow());
  }

  /** Starts or stops, as the server wishes; without a camera nothing happens until one is plugged in. */
  async #follow() {
    if (!isWanted(this.#state.now)) return this.#stop();
    if (this.#timer !== 0) return undefined;
    this.#timer = setInterval(() => this.#send(), FRAME_MS);
    try {
      const watching = await this.#camera.hold("presence", () => this.#stop());
      return this.#state.set({ watching });
    } catch (error) {
      console.warn("usher: nobody is noticed without a camera:", error.name);
      return this.#stop();
    }
  }

  #stop() {
    clearInterval(this.#timer);
    this.#timer = 0;
    this.#camera.release("presence");
    this.#state.set({ watching: false, presence: null });
  }

  async #send() {
    const { link, watching } = this.#state.now;
    if (this.#isDrawing || document.hidden || link !== "open" || !watching || this.#socket.waitingBytes > WAITING_BYTES_MAX) return;
    this.#isDrawing = true;
    const image = await boxed(this.#camera.video, FRAME.width, FRAME.height, FRAME.quality).catch(() => null);
    this.#isDrawing = false;
    if (image !== null && this.#state.now.watching) this.#socket.send({ type: "usher.presence.frame", image });
  }
}

/** No camera is opened before the page can say that one is on. */
function isWanted(now) {
  return Boolean(now.camera?.presence && now.site?.notices);
}
