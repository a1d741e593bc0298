// The self-test over the whole screen: that a technician is at work, what is tried, what to do, and the way out. In every language
// of the site, the page's own first: nobody has chosen one.

import { button, element, icon, setAttribute, setIcon } from "./dom.js";
import { differs } from "./state.js";
import { LANGUAGES } from "./strings.js";
import { SELFTEST_STRINGS } from "./strings-selftest.js";
import { View } from "./view.js";

const ICONS = { sound: "speaker", microphone: "mic", camera: "camera", touch: "scan", light: "contrast" };

export class SelftestView extends View {
  build() {
    const { selftest } = this.page;
    this.hidden = true;
    this.dataset.testid = "selftest";
    for (const [name, value] of Object.entries({ role: "dialog", "aria-modal": "true", "aria-labelledby": "selftest-title", tabindex: "-1" })) setAttribute(this, name, value);
    this.heading = element("h1", { id: "selftest-title" });
    this.soon = element("p", { class: "soon" });
    this.piece = element("h2");
    this.face = icon("wrench");
    this.step = element("p", { class: "step", role: "status", testid: "selftest-step" });
    this.cancel = button({ label: "", iconId: "close", className: "large", testid: "selftest-cancel", onPress: () => selftest.cancel() });
    const head = element("header", {}, element("span", { class: "badge" }, icon("wrench")), this.heading, this.soon);
    this.card = element("section", {}, element("span", { class: "what" }, this.face, this.piece), this.step, this.#aids(), this.#progress());
    this.append(head, this.card, element("footer", {}, this.cancel), this.#target());
    this.addEventListener("pointerdown", (event) => this.#down(event));
    this.addEventListener("keydown", (event) => event.key === "Escape" && selftest.cancel());
  }

  /** What a part needs on the card: a meter, a picture, two answers. */
  #aids() {
    const { selftest } = this.page;
    this.meter = element("usher-level");
    this.meter.attach(() => this.page.state.now.selftest?.level?.() ?? 0);
    this.video = element("video", { autoplay: true, playsinline: true });
    this.video.muted = true;
    this.yes = button({ label: "", iconId: "done", className: "primary large", testid: "selftest-yes", onPress: () => selftest.input("yes") });
    this.no = button({ label: "", iconId: "alert", className: "large", testid: "selftest-no", onPress: () => selftest.input("no") });
    this.answers = element("div", { class: "answers" }, this.yes, this.no);
    return element("div", { class: "aids" }, this.meter, this.video, this.answers);
  }

  #progress() {
    this.bar = element("i");
    return element("span", { class: "progress", "aria-hidden": "true" }, this.bar);
  }

  #target() {
    this.count = element("b");
    this.target = element("span", { class: "target", testid: "selftest-target" }, this.count);
    this.trail = element("div", { class: "trail" });
    return element("div", { class: "targets", "aria-hidden": "true" }, this.trail, this.target);
  }

  show(now, before) {
    const { selftest } = now;
    const wasHidden = this.hidden;
    this.hidden = selftest === null;
    this.meter.run(selftest?.step === "listening");
    this.#join(selftest);
    if (this.hidden) return;
    if (differs(now, before, "selftest", "language", "site")) this.#fill(selftest, now);
    if (wasHidden) this.focus({ focusVisible: false });
  }

  /** The camera's picture, as long as it is looked at. */
  #join(selftest) {
    const stream = selftest?.step === "looking" ? this.page.camera.stream : null;
    if (this.video.srcObject === stream) return;
    this.video.srcObject = stream;
    if (stream) this.video.play().catch((error) => console.debug("usher: the camera's picture waits", error.name));
  }

  #fill(selftest, now) {
    const { part, step, reason } = selftest;
    const says = languages(now).map((language) => ({ language, say: SELFTEST_STRINGS[language] }));
    const first = says[0].say;
    Object.assign(this.dataset, { part, step });
    setIcon(this.face, step === "done" ? "done" : step === "failed" ? "alert" : ICONS[part]);
    put(this.heading, says, (say) => say.title);
    put(this.soon, says, (say) => say.soon);
    put(this.piece, says, (say) => say.parts[part]);
    put(this.step, says, (say) => [say.steps[step], say.reasons[reason]].filter(Boolean).join(" "));
    put(this.yes.lastElementChild, says, (say) => say.yes);
    put(this.no.lastElementChild, says, (say) => say.no);
    put(this.cancel.lastElementChild, says, (say) => say.cancel);
    setAttribute(this.video, "aria-label", first.picture);
    this.#run(selftest);
    this.style.setProperty("--colour", selftest.colour ?? "");
    if (step === "touching") this.#aim(selftest, first);
  }

  /** The bar runs once for every step that knows how long it takes. */
  #run({ step, seconds }) {
    this.bar.getAnimations().forEach((animation) => animation.cancel());
    this.bar.parentElement.hidden = !seconds || step === "touching";
    if (seconds) this.bar.animate([{ transform: "scaleX(0)" }, { transform: "scaleX(1)" }], { duration: seconds * 1000, fill: "forwards" });
  }

  #aim({ target, done, of }, say) {
    const place = (node, { x, y }) => Object.assign(node.style, { left: `${x}px`, top: `${y}px` });
    place(this.target, target);
    this.count.textContent = say.count(done.length + 1, of);
    this.trail.replaceChildren(...done.map((attempt) => {
      const dot = element("span", { class: attempt.touched ? "reached" : "passed" });
      place(dot, attempt.target);
      return dot;
    }));
  }

  /** Where the glass says that it was touched; the way out is no target. */
  #down(event) {
    const isWayOut = event.target instanceof Element && event.target.closest("footer");
    if (this.dataset.step === "touching" && !isWayOut) this.page.selftest.input({ x: event.clientX, y: event.clientY });
  }
}

/** The page's language, then the site's others. */
function languages({ language, site }) {
  return [...new Set([language, ...site.languages])].filter((code) => code in SELFTEST_STRINGS);
}

/** One line for each language, each marked as what it is. */
function put(node, says, pick) {
  const lines = says.map(({ language, say }) => ({ tag: LANGUAGES[language].tag, text: pick(say) })).filter(({ text }) => text);
  if (node.textContent === lines.map(({ text }) => text).join("")) return;
  node.replaceChildren(...lines.map(({ tag, text }) => element("span", { lang: tag, text })));
}
