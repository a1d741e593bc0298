// Captions of what is spoken: every clause as its sound begins, the newest two lines in view. The answer itself is what
// screen readers read, so this is hidden from them.

import { element } from "./dom.js";
import { differs } from "./state.js";
import { LANGUAGES } from "./strings.js";
import { View } from "./view.js";

export class Captions extends View {
  build() {
    this.className = "captions";
    this.dataset.testid = "captions";
    this.setAttribute("aria-hidden", "true");
  }

  show(now, before) {
    if (!differs(now, before, "captions", "speaking")) return;
    if (now.captions.length < this.childElementCount) this.replaceChildren();
    for (const clause of now.captions.slice(this.childElementCount)) this.append(element("span", { dir: "auto", text: this.#joined(clause) }));
    this.lang = LANGUAGES[now.turn?.language]?.tag ?? "";
    for (const span of this.children) span.toggleAttribute("data-now", span === this.lastElementChild);
    this.scrollTop = this.scrollHeight;
  }

  /** Clauses of a language that parts words with spaces come with or without one between them. */
  #joined(clause) {
    const touches = /[\p{L}\p{N}.,;!?]$/u.test(this.textContent) && /^\p{L}/u.test(clause);
    return touches && !/^\p{Script=Han}/u.test(clause) ? ` ${clause}` : clause;
  }
}
