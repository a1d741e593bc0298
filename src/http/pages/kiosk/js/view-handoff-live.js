// The conversation with a person: who it is, the picture while there is one, what is shown, and every line, also the one
// that is still being written.

import { element, icon, setAttribute, setIcon, words } from "./dom.js";
import { differs, handoffPanel } from "./state.js";
import { LANGUAGES, strings } from "./strings.js";
import { languageOf } from "./handoff-event.js";
import { initial } from "./view-handoff.js";
import { View } from "./view.js";

export class HandoffLive extends View {
  build() {
    this.face = element("span", { class: "face", "aria-hidden": "true" });
    this.name = element("h1", { dir: "auto" });
    this.status = element("p", { class: "live-status" });
    this.devices = element("p", { class: "devices", id: "handoff-devices", role: "status", hidden: true }, icon("mic"), element("span"));
    this.picture = document.createElement("usher-handoff-picture");
    this.picture.attach(this.page);
    this.shown = document.createElement("usher-handoff-shown");
    this.shown.attach(this.page);
    this.lines = element("ol", { class: "lines" });
    // read out when it is sent; letter by letter it would only disturb
    this.typing = element("p", { class: "bubble agent typing", id: "handoff-typing", "aria-live": "off", dir: "auto", hidden: true });
    this.talk = element("div", { class: "talk-lines", role: "log", "aria-live": "polite", tabindex: "0" }, this.lines, this.typing);
    // what is shown and the keyboard take room from the lines: the newest stays in view
    new ResizeObserver(() => (this.talk.scrollTop = this.talk.scrollHeight)).observe(this.talk);
    const head = element("div", { class: "live-head" }, this.face, element("div", {}, this.name, this.status), this.devices);
    this.append(head, this.picture, this.shown, this.talk);
  }

  show(now, before) {
    this.hidden = handoffPanel(now) !== "live";
    if (!now.handoff) return this.#clear();
    const say = strings(now.language).handoff;
    if (differs(now, before, "handoff", "language", "call")) this.#showPerson(now, say);
    if (differs(now, before, "devices", "language")) this.#showDevices(now, say);
    if (differs(now, before, "lines", "theirLine", "language")) this.#showLines(now);
    return undefined;
  }

  #showPerson({ handoff, call }, say) {
    this.name.textContent = handoff.agent || say.someone;
    this.face.textContent = initial(handoff.agent);
    this.status.textContent = { connecting: say.connecting, interrupted: say.interrupted }[call] ?? say.live;
    setAttribute(this.talk, "aria-label", say.conversation);
  }

  /** While a device is on, the visitor sees it, whatever else is shown. */
  #showDevices({ devices }, say) {
    const isSeen = devices === "video";
    this.devices.hidden = devices === null;
    this.devices.lastElementChild.textContent = isSeen ? say.cameraOn : say.microphoneOn;
    setIcon(this.devices.firstElementChild, isSeen ? "video" : "mic");
  }

  #showLines({ lines, theirLine }) {
    const known = this.lines.childElementCount;
    if (lines.length < known || lines[known - 1]?.id !== this.lines.lastElementChild?.dataset.line) this.lines.replaceChildren();
    this.lines.append(...lines.slice(this.lines.childElementCount).map(bubble));
    this.typing.hidden = theirLine === "";
    this.typing.textContent = theirLine;
    this.typing.lang = LANGUAGES[languageOf(theirLine)].tag;
    this.talk.scrollTop = this.talk.scrollHeight;
  }

  /** What was said to a person is nobody else's. */
  #clear() {
    for (const node of [this.lines, this.typing, this.name, this.face]) node.replaceChildren();
  }
}

function bubble({ id, from, text }) {
  return element("li", { class: `bubble ${from}`, "data-line": id, "data-from": from, lang: LANGUAGES[languageOf(text)].tag }, words(text));
}
