// What was said, in order, as it was written; below it the visitor's line while it is being typed.

import { button, element } from "/shared/dom.js";
import { differs } from "/shared/state.js";
import { View } from "/shared/view.js";
import { timeOfDay } from "./clock.js";
import { current, isOpen } from "./model.js";
import { LANGUAGES, languageTag, strings } from "./strings.js";

/** Nearer to the end than this, pixels, the agent is reading along. */
const NEAR_PX = 80;

export class Log extends View {
  build() {
    // The role stands here and not on the list, which would cease to be one.
    this.setAttribute("role", "log");
    this.setAttribute("aria-live", "polite");
    this.lines = element("ol", { class: "lines", testid: "log" });
    this.typingName = element("span", { class: "soft" });
    this.typingText = element("span", { dir: "auto", testid: "their-typing" });
    this.typing = element("div", { class: "line visitor typing", "aria-live": "off" }, element("div", { class: "bubble" }, this.typingText), this.typingName);
    this.append(this.lines, this.typing);
    this.drawn = new Map(); // id -> {message, node}
    this.isNear = true;
    this.addEventListener("scroll", () => (this.isNear = this.scrollHeight - this.scrollTop - this.clientHeight < NEAR_PX));
    // What makes the log smaller (a call, a form) must not hide the newest line.
    new ResizeObserver(() => this.#follow()).observe(this);
  }

  show(now, before) {
    const one = current(now);
    this.hidden = !one || !(isOpen(one) || one.state === "wrap_up");
    if (this.hidden || !differs(now, before, "cases", "current", "language")) return;
    const isOther = before.current !== now.current || now.language !== before.language;
    const say = strings(now.language);
    if (isOther || !this.#continues(one)) this.#clear();
    this.setAttribute("aria-label", `${say.conversation} ${one.code}`);
    this.#draw(say, one, LANGUAGES[now.language].clock);
    this.#type(say, one);
    if (isOther) this.isNear = true;
    this.#follow();
  }

  #clear() {
    this.lines.replaceChildren();
    this.drawn.clear();
  }

  /** Whether what is drawn is how the conversation begins; after a reconnect lines may stand in another order. */
  #continues(one) {
    return [...this.drawn.keys()].every((id, place) => one.messages[place]?.id === id);
  }

  #draw(say, one, clock) {
    for (const message of one.messages) {
      const before = this.drawn.get(message.id);
      if (before?.message === message) continue;
      const node = message.from === "note" ? noteLine(say, message) : this.#line(say, one, message, clock);
      if (before) before.node.replaceWith(node);
      else this.lines.append(node);
      this.drawn.set(message.id, { message, node });
    }
  }

  #line(say, one, message, clock) {
    const text = element("div", { class: "bubble", lang: languageTag(one.language), dir: "auto", text: message.text });
    const states = { sending: say.sending, failed: say.notSent };
    const state = states[message.status] ?? timeOfDay(message.at, clock);
    const again = message.status === "failed" && button({ label: say.sendAgain, className: "quiet small", testid: "send-again", onPress: () => this.page.desk.sendAgain(message.id) });
    return element("li", { class: `line ${message.from} ${message.status ?? ""}`, "data-status": message.status ?? "sent" }, element("span", { class: "unseen", text: say.from[message.from] }), text, element("span", { class: "soft meta", text: state }), again);
  }

  #type(say, one) {
    this.typing.hidden = !one.typing;
    this.typingName.textContent = say.typing;
    this.typingText.textContent = one.typing;
    this.typingText.lang = languageTag(one.language);
  }

  #follow() {
    if (this.isNear) this.scrollTop = this.scrollHeight;
  }
}

function noteLine(say, { key, code }) {
  const text = code ? say[key]?.[code] ?? code : say[key];
  return element("li", { class: "line note", text });
}
