// The square code that takes the answer along, large enough for a telephone held at a distance, and for how long it is good.

import { button, element, icon, setAttribute, words } from "./dom.js";
import { differs } from "./state.js";
import { Sheet } from "./sheet.js";
import { strings } from "./strings.js";

const TICK_MS = 500;

export class PhoneView extends Sheet {
  build() {
    super.build();
    this.dataset.testid = "phone-sheet";
    setInterval(() => this.#tick(), TICK_MS);
  }

  leave() {
    this.page.phone.close();
  }

  show(now, before) {
    if (now.phone && differs(now, before, "phone", "language")) this.#fill(now.phone, strings(now.language));
    if (differs(now, before, "phone")) this.reveal(now.phone !== null);
  }

  #fill(phone, say) {
    setAttribute(this.sheet, "aria-label", say.sight.phoneTitle);
    const close = button({ label: say.close, iconId: "close", className: "close", testid: "phone-close", onPress: () => this.leave() });
    const head = element("div", { class: "sheet-head" }, element("h2", { text: say.sight.phoneTitle }), close);
    this.fill(head, this.#card(phone, say.sight));
    this.#tick();
  }

  #card(phone, say) {
    if (phone.step === "asked") return element("div", { class: "phone-card", role: "status" }, element("span", { class: "phone-square waiting" }), element("p", { text: say.phoneAsked }));
    if (phone.step === "failed") return element("div", { class: "phone-card", role: "alert" }, element("p", { dir: "auto", text: phone.message || say.phoneFailed }), this.#again(say));
    this.left = element("p", { class: "phone-left", testid: "phone-left" });
    this.anew = this.#again(say);
    this.square = element("div", { class: "phone-square" }, code(phone.qr, say), element("span", { class: "phone-over", "aria-hidden": "true" }, icon("clock")));
    const message = element("p", { class: "phone-message", dir: "auto", text: phone.message || say.phoneScan });
    const address = phone.url === "" ? null : element("p", { class: "phone-address" }, words(phone.url, { dir: "ltr" }));
    return element("div", { class: "phone-card" }, this.square, message, address, this.left, this.anew);
  }

  #again(say) {
    return button({ label: say.phoneAgain, iconId: "repeat", className: "primary large", testid: "phone-again", onPress: () => this.page.phone.ask() });
  }

  #tick() {
    const { phone, language } = this.page.state.now;
    if (phone?.step !== "shown" || !this.left) return;
    const say = strings(language).sight;
    this.left.hidden = phone.kind === "file"; // words in a code do not expire, only the sheet closes
    const seconds = Math.max(0, Math.ceil((phone.expiresAt - performance.now()) / 1000));
    const isOver = seconds === 0;
    const text = isOver ? say.phoneOver : say.phoneLeft(`${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`);
    if (this.left.textContent !== text) this.left.textContent = text;
    setAttribute(this.square, "data-over", isOver);
    this.anew.hidden = !isOver;
  }
}

/** The square code goes in as a picture, so that nothing in it can run. */
function code(qr, say) {
  return element("img", { src: `data:image/svg+xml;charset=utf-8,${encodeURIComponent(qr)}`, alt: say.phoneAlt, testid: "phone-code" });
}
