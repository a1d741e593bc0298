// The two windows that stand before everything: the keys, and why a visitor goes back to the queue.

import { button, element } from "/shared/dom.js";
import { differs } from "/shared/state.js";
import { View } from "/shared/view.js";
import { KEYS } from "./keys.js";
import { redraw } from "./redraw.js";
import { strings } from "./strings.js";

const REASONS = ["language", "skill", "break", "other"];

/** A modal window that follows `dialog` of the state. The browser keeps the focus in it and gives it back. */
class Window extends View {
  build() {
    const { state } = this.page;
    this.window = element("dialog", { class: "window", testid: `dialog-${this.constructor.dialog}`, "aria-labelledby": `${this.constructor.dialog}-title`, on: { close: () => state.now.dialog === this.constructor.dialog && state.set({ dialog: null }) } });
    this.append(this.window);
  }

  show(now, before) {
    if (!differs(now, before, "dialog", "language", "letters")) return;
    const isOpen = now.dialog === this.constructor.dialog;
    if (isOpen) redraw(this.window, ...this.content(strings(now.language), now));
    if (isOpen && !this.window.open) this.window.showModal();
    if (!isOpen && this.window.open) this.window.close();
  }

  head(say, title) {
    const close = button({ iconId: "close", label: "", className: "quiet icon-only", testid: "close-dialog", "aria-label": say.close, onPress: () => this.window.close() });
    return element("header", {}, element("h2", { id: `${this.constructor.dialog}-title`, text: title }), close);
  }
}

export class Help extends Window {
  static dialog = "help";

  content(say, now) {
    const { keys } = this.page;
    const row = ({ id, letter, key }) => element("div", {}, element("dt", {}, letter && element("kbd", { class: now.letters ? "" : "off", text: letter }), key && element("kbd", { text: key })), element("dd", { text: say.keys[id] }));
    const box = element("input", { type: "checkbox", checked: now.letters, testid: "letters", on: { change: () => keys.setLetters(box.checked) } });
    return [this.head(say, say.help), element("p", { class: "soft", text: say.keysNote }), element("dl", { class: "keys" }, ...KEYS.map(row)), element("label", { class: "choice" }, box, element("span", { text: say.keysOn }))];
  }
}

export class GiveBack extends Window {
  static dialog = "back";

  content(say) {
    const { desk } = this.page;
    const reason = (code) => button({ label: say.backReasons[code], className: "wide", testid: `back-${code}`, onPress: () => desk.giveBack(code) });
    return [this.head(say, say.backWhy), element("p", { class: "soft", text: say.backNote }), element("div", { class: "stack" }, ...REASONS.map(reason)),
      button({ label: say.cancel, className: "quiet", testid: "back-cancel", onPress: () => this.window.close() })];
  }
}
