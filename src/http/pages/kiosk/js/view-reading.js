// The camera's panel: what it sees, large, that it is on, and the two ways to have something read. Without a camera it says
// why, and the way through a file remains.

import { button, element, icon, setAttribute } from "./dom.js";
import { differs, stage } from "./state.js";
import { strings } from "./strings.js";
import { View } from "./view.js";

const EXAMPLES = { plane: ["plane", "bag", "document", "code"], other: ["ticket", "document", "cash", "code"] };
const FAULTS = { refused: "refused", absent: "absent", busy: "busy", lost: "lostCamera" };

export class ReadingView extends View {
  build() {
    const { reading } = this.page;
    this.dataset.testid = "camera";
    setAttribute(this, "role", "region");
    this.heading = element("h1", { tabindex: "-1" });
    this.hint = element("p", { class: "hint" });
    this.leave = button({ label: "", iconId: "close", testid: "camera-close", onPress: () => reading.close() });
    this.take = button({ label: "", iconId: "scan", className: "primary large", testid: "camera-take", onPress: () => reading.take() });
    this.again = button({ label: "", iconId: "repeat", className: "large", testid: "camera-retry", onPress: () => reading.retry() });
    this.file = element("input", { type: "file", accept: "image/*", hidden: true, testid: "camera-file", on: { change: () => this.#chosen() } });
    this.choose = button({ label: "", iconId: "picture", className: "large", testid: "camera-choose", onPress: () => this.file.click() });
    this.examples = element("ul", { class: "examples" });
    const head = element("div", { class: "reading-head" }, element("div", {}, this.heading, this.hint), this.leave);
    this.append(head, this.#lens(), this.examples, element("div", { class: "panel-buttons" }, this.take, this.again, this.choose, this.file));
    this.addEventListener("keydown", (event) => event.key === "Escape" && reading.close());
  }

  #lens() {
    this.video = element("video", { autoplay: true, playsinline: true, testid: "camera-video", on: { resize: () => this.#fit() } });
    this.video.muted = true;
    this.on = element("p", { class: "camera-on", testid: "camera-on" }, element("i"), element("span"));
    this.fault = element("p", { testid: "camera-fault", role: "alert" });
    const trouble = element("div", { class: "lens-fault" }, icon("camera-off"), this.fault);
    this.note = element("p", { class: "lens-note", testid: "camera-note", role: "status" });
    const guide = element("span", { class: "guide", "aria-hidden": "true" }, element("i"));
    this.lens = element("div", { class: "lens" }, this.video, guide, trouble, this.on, this.note);
    return this.lens;
  }

  show(now, before) {
    const isOpen = stage(now) === "reading";
    this.hidden = !isOpen;
    if (differs(now, before, "reading")) this.#join(now);
    if (isOpen) this.#word(now, before);
    if (isOpen && stage(before) !== "reading") this.heading.focus({ focusVisible: false });
    if (!isOpen && before.site && stage(before) === "reading") this.#giveBack();
  }

  #join({ reading }) {
    const stream = reading === "on" ? this.page.camera.stream : null;
    if (this.video.srcObject !== stream) this.video.srcObject = stream;
    if (stream) this.video.play().catch((error) => console.debug("usher: the camera's picture waits", error.name));
  }

  /** The panel's picture has the camera's own shape: what is seen is what is read. */
  #fit() {
    const { videoWidth, videoHeight } = this.video;
    if (videoWidth > 0 && videoHeight > 0) this.lens.style.aspectRatio = `${videoWidth} / ${videoHeight}`;
  }

  #word(now, before) {
    const say = strings(now.language);
    const fault = FAULTS[now.reading];
    this.lens.dataset.state = fault ? "fault" : now.reading;
    this.lens.dataset.note = now.readingNote ?? "";
    this.fault.textContent = now.reading === "opening" ? say.sight.opening : say.sight[fault] ?? "";
    this.note.textContent = say.sight.notes[now.readingNote] ?? "";
    this.heading.textContent = fault ? say.sight.instead : say.sight.holdUp[kindOf(now.site)];
    this.hint.textContent = fault ? say.sight.notKept : say.sight.holdUpHint;
    this.examples.hidden = Boolean(fault);
    this.take.disabled = now.reading !== "on";
    this.take.hidden = Boolean(fault);
    this.again.hidden = !fault;
    this.choose.classList.toggle("primary", Boolean(fault));
    if (differs(now, before, "language", "site") || stage(before) !== "reading") this.#name(now, say);
  }

  #name({ site }, say) {
    const kind = kindOf(site);
    this.on.lastElementChild.textContent = say.sight.cameraOn;
    for (const [node, label] of [[this.leave, say.close], [this.take, say.sight.take], [this.again, say.sight.retry], [this.choose, say.sight.choose]]) node.lastElementChild.textContent = label;
    setAttribute(this, "aria-label", say.sight.showName);
    setAttribute(this.video, "aria-label", say.sight.picture);
    this.examples.replaceChildren(...EXAMPLES[kind].map((id, index) => element("li", {}, icon(id), element("span", { text: say.sight.examples[kind][index] }))));
  }

  #chosen() {
    const [file] = this.file.files;
    this.file.value = ""; // the same file may be chosen again
    if (file) this.page.reading.choose(file);
  }

  /** The focus goes back to where the panel was opened, unless something else has taken it. */
  #giveBack() {
    if (document.activeElement === document.body || this.contains(document.activeElement)) document.querySelector(".show-me")?.focus({ focusVisible: false });
  }
}

/** An airport's visitors hold up other things than a bank's. */
function kindOf({ theme }) {
  return theme.mark === "plane" ? "plane" : "other";
}
