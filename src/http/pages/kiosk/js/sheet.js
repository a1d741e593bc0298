// A sheet over the page: everything but the rail with its person button waits behind it.

import { element } from "./dom.js";
import { View } from "./view.js";

export class Sheet extends View {
  #returnTo = null;

  build() {
    this.hidden = true;
    this.className = "over";
    this.sheet = element("div", { class: "sheet", role: "dialog", tabindex: "-1" });
    this.append(this.sheet);
    this.addEventListener("click", (event) => event.target === this && this.leave());
    this.addEventListener("keydown", (event) => event.key === "Escape" && this.leave());
  }

  /** What closes it. */
  leave() {}

  /** Changes what stands on it; the focus stays inside. */
  fill(...nodes) {
    const hadFocus = this.sheet.contains(document.activeElement);
    this.sheet.replaceChildren(...nodes);
    if (hadFocus) this.sheet.focus({ focusVisible: false });
  }

  /** Shows or hides it, and brings the focus there and back. */
  reveal(isOpen) {
    if (isOpen === !this.hidden) return;
    this.hidden = !isOpen;
    if (isOpen) {
      this.#returnTo = document.activeElement;
      this.sheet.focus({ focusVisible: false });
      return;
    }
    this.sheet.replaceChildren();
    const target = this.#returnTo?.isConnected ? this.#returnTo : document.querySelector("main");
    requestAnimationFrame(() => this.hidden && target.focus({ preventScroll: true, focusVisible: false })); // after the page behind it is no longer inert
  }
}
