// The camera of the page: one stream for whoever needs it, open only as long as somebody does. Knows no protocol.

const SIZES = {
  presence: { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 15 } },
  reading: { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } },
};
const FAULTS = { NotAllowedError: "refused", SecurityError: "refused", NotReadableError: "busy", AbortError: "busy" };

export class Camera {
  #users = new Map(); // name of a user -> what is called when the camera goes away
  #opening = null;
  #stream = null;
  #video = document.createElement("video");

  constructor() {
    this.#video.muted = true;
    this.#video.playsInline = true;
  }

  /** Whether this browser can give one at all: it does not on plain http from another machine. */
  static get isPossible() {
    return Boolean(navigator.mediaDevices?.getUserMedia);
  }

  get isOn() {
    return this.#stream !== null;
  }

  get stream() {
    return this.#stream;
  }

  /** The moving picture, to draw from. */
  get video() {
    return this.#video;
  }

  /**
   * Opens the camera for `user`, a name of SIZES; `onLost()` when it is unplugged. False when it was released meanwhile. Rejects as the
   * browser does: refused, absent, in use.
   */
  async hold(user, onLost) {
    this.#users.set(user, onLost);
    try {
      await (this.#opening ??= this.#open());
    } catch (error) {
      this.#users.delete(user);
      throw error;
    }
    if (this.#users.size === 0) this.#close();
    else await this.#fit();
    return this.#users.get(user) === onLost && this.isOn;
  }

  release(user) {
    if (!this.#users.delete(user) || !this.isOn) return; // still opening: `hold` looks again
    if (this.#users.size === 0) this.#close();
    else this.#fit();
  }

  async #open() {
    try {
      if (!Camera.isPossible) throw new DOMException("serve this page from localhost or over https", "NotFoundError");
      // a telephone has two: what is held up is seen by the one at its back
      const facing = this.#users.has("presence") ? {} : { facingMode: { ideal: "environment" } };
      this.#stream = await navigator.mediaDevices.getUserMedia({ video: { ...SIZES[this.#size()], ...facing } });
    } catch (error) {
      this.#opening = null;
      throw error;
    }
    this.#stream.getVideoTracks()[0].addEventListener("ended", () => this.#lose(), { once: true });
    this.#video.srcObject = this.#stream;
    await this.#video.play().catch((error) => console.debug("usher: the camera's picture waits", error.name));
  }

  /** Reading wants more pixels than noticing, and noticing alone should cost little. */
  async #fit() {
    const [track] = this.#stream?.getVideoTracks() ?? [];
    await track?.applyConstraints(SIZES[this.#size()]).catch(() => {}); // a camera of one size stays as it is
  }

  #size() {
    return ["reading", "selftest"].some((user) => this.#users.has(user)) ? "reading" : "presence";
  }

  #lose() {
    const users = [...this.#users.values()];
    this.#users.clear();
    this.#close();
    for (const onLost of users) onLost();
  }

  #close() {
    this.#stream?.getTracks().forEach((track) => track.stop());
    this.#stream = this.#opening = this.#video.srcObject = null;
  }
}

/** Why the camera did not open, in a word: `refused`, `busy` or `absent`. */
export function cameraFault(error) {
  return FAULTS[error.name] ?? "absent";
}
