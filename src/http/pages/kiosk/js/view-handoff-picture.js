// Sound and picture of a call: the person large, oneself small, and what is written as captions over it.

import { element, setAttribute } from "./dom.js";
import { differs } from "./state.js";
import { LANGUAGES, strings } from "./strings.js";
import { languageOf } from "./handoff-event.js";
import { initial } from "./view-handoff.js";
import { View } from "./view.js";

const COUNT_MS = 250; // how often tests may read the number of frames anew

export class HandoffPicture extends View {
  build() {
    this.remote = element("video", { id: "handoff-remote", autoplay: true, playsinline: true, "data-frames": 0 });
    this.own = element("video", { id: "handoff-own", autoplay: true, playsinline: true, muted: true });
    this.own.muted = true; // the attribute alone is only a default: one must not hear oneself
    this.face = element("span", { class: "face large", "aria-hidden": "true" });
    this.caption = element("p", { class: "call-caption", "aria-hidden": "true", dir: "auto" });
    this.append(this.remote, this.face, this.own, this.caption);
    setInterval(() => this.#count(), COUNT_MS);
  }

  show(now, before) {
    this.hidden = now.call === null;
    this.dataset.picture = String(now.picture);
    if (differs(now, before, "call", "picture", "devices")) this.#join(now);
    if (differs(now, before, "handoff", "language")) this.#name(now);
    if (differs(now, before, "theirLine", "lines")) this.#showCaption(now);
  }

  #join({ call, devices }) {
    const { remote, local } = call === null ? { remote: null, local: null } : this.page.call;
    play(this.remote, remote);
    this.own.hidden = devices !== "video";
    play(this.own, this.own.hidden ? null : local);
  }

  #name({ handoff, language }) {
    const say = strings(language).handoff;
    setAttribute(this.remote, "aria-label", say.remote(handoff?.agent || say.someone));
    setAttribute(this.own, "aria-label", say.own);
    this.face.textContent = initial(handoff?.agent ?? "");
  }

  /** The line that is being written, else the last that was. */
  #showCaption({ theirLine, lines }) {
    const text = theirLine || (lines.at(-1)?.from === "agent" ? lines.at(-1).text : "");
    this.caption.textContent = text;
    this.caption.lang = LANGUAGES[languageOf(text)].tag;
  }

  #count() {
    if (this.hidden) return;
    this.remote.dataset.frames = String(this.remote.getVideoPlaybackQuality().totalVideoFrames);
  }
}

/** Setting the same stream again would begin it anew. */
function play(video, stream) {
  if (video.srcObject !== stream) video.srcObject = stream;
  if (stream) video.play().catch((error) => console.debug("usher: a picture waits", error.name));
}
