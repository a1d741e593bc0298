// Where the agent writes. The field is one; what stands in it belongs to the visitor on the screen.

import { button, element, setAttribute } from "/shared/dom.js";
import { differs } from "/shared/state.js";
import { View } from "/shared/view.js";
import { current, isEnding, isOpen } from "./model.js";
import { languageTag, strings } from "./strings.js";
import { LINE_CHARS_MAX } from "./typing.js";

export class Composer extends View {
  build() {
    const { desk } = this.page;
    this.className = "composer";
    this.field = element("textarea", { rows: 1, maxlength: LINE_CHARS_MAX, dir: "auto", enterkeyhint: "send", testid: "composer", on: { input: () => desk.draft(this.field.value), keydown: (event) => this.#press(event) } });
    this.send = button({ label: "", iconId: "send", className: "primary", testid: "send", onPress: () => this.#send() });
    this.notice = element("p", { class: "soft fine", testid: "composer-note" });
    this.append(element("div", { class: "composer-row" }, this.field, this.send), this.notice);
  }

  show(now, before) {
    const one = current(now);
    this.hidden = !one || (!isOpen(one) && one.state !== "briefing") || isEnding(one);
    if (this.hidden) return;
    const say = strings(now.language);
    const isLocked = !isOpen(one);
    const was = before.cases?.[one.id];
    if (this.field.value !== one.draft) this.field.value = one.draft;
    this.#fit();
    this.field.disabled = isLocked;
    this.send.disabled = isLocked || one.draft.trim() === "";
    this.field.lang = languageTag(one.language);
    this.send.lastElementChild.textContent = say.send;
    this.notice.hidden = isLocked;
    const hint = one.state === "lost_link" ? say.composerLost : say.sendNote;
    if (this.notice.textContent !== hint) this.notice.textContent = hint;
    setAttribute(this.field, "aria-label", `${say.writeTo} ${one.code}`);
    setAttribute(this.field, "placeholder", isLocked ? say.composerLocked : say.writeTo);
    // Opening the conversation, or coming to another one, is a wish to write.
    const hasOpened = isOpen(one) && (was?.state === "briefing" || differs(now, before, "current"));
    if (hasOpened && matchMedia("(hover: hover)").matches) this.field.focus({ preventScroll: true });
  }

  #press(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.#send();
  }

  #send() {
    this.page.desk.send();
    this.field.focus({ preventScroll: true });
  }

  /** As high as the text, up to what the style sheet allows. */
  #fit() {
    this.field.style.height = "auto";
    this.field.style.height = `${this.field.scrollHeight + 2}px`;
  }
}
