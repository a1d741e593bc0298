// The card in the dock: the offer of a person, and the wait for one. usher goes on above and below it.

import { button, element, icon, setAttribute } from "./dom.js";
import { differs, handoffPanel } from "./state.js";
import { strings } from "./strings.js";
import { View } from "./view.js";

const DOCKED = ["offered", "requested", "queued", "ringing"];

export class HandoffWait extends View {
  build() {
    const { handoff } = this.page;
    this.setAttribute("role", "region");
    this.heading = element("h2", { id: "handoff-title", tabindex: "-1" });
    this.setAttribute("aria-labelledby", "handoff-title");
    this.text = element("p", { class: "wait-text", dir: "auto" });
    this.sent = document.createElement("usher-handoff-sent");
    this.sent.attach(this.page);
    this.accept = button({ label: "", className: "primary large", id: "handoff-accept", onPress: () => handoff.accept() });
    this.decline = button({ label: "", className: "large", id: "handoff-decline", onPress: () => handoff.decline() });
    this.cancel = button({ label: "", iconId: "close", id: "handoff-cancel", onPress: () => handoff.cancel() });
    this.callBack = button({ label: "", iconId: "call", id: "handoff-callback", onPress: () => handoff.open("callback") });
    this.ways = button({ label: "", iconId: "more", id: "handoff-ways", onPress: () => handoff.open("ways") });
    this.#arrange();
  }

  #arrange() {
    const pulse = element("span", { class: "wait-mark", "aria-hidden": "true" }, icon("person-talking"));
    this.position = figure();
    this.wait = figure();
    this.code = figure();
    this.figures = element("dl", { class: "figures" }, this.position.node, this.wait.node, this.code.node);
    this.buttons = element("div", { class: "wait-buttons" }, this.accept, this.decline, this.callBack, this.ways, this.cancel);
    this.append(element("div", { class: "wait-head" }, pulse, element("div", {}, this.heading, this.text)), this.figures, this.sent, this.buttons);
  }

  show(now, before) {
    const { handoff } = now;
    this.hidden = !DOCKED.includes(handoff?.state);
    this.dataset.page = handoffPanel(now) ?? "";
    if (this.hidden) return this.#clear();
    if (!differs(now, before, "handoff", "language")) return undefined;
    this.dataset.state = handoff.state;
    const say = strings(now.language).handoff;
    this.heading.textContent = handoff.state === "ringing" ? say.ringing(handoff.agent) : say[handoff.state];
    this.text.textContent = handoff.message;
    this.#showFigures(handoff, say);
    return this.#showButtons(handoff, say);
  }

  #showFigures({ state, position, etaSeconds, code }, say) {
    const isQueued = state === "requested" || state === "queued";
    this.position.show(say.position, isQueued && position !== null ? String(position) : "");
    this.wait.show(say.wait, !isQueued ? "" : etaSeconds === null ? say.waitUnknown : say.minutes(Math.ceil((etaSeconds - 30) / 60)));
    this.wait.node.toggleAttribute("data-unknown", etaSeconds === null);
    this.code.show(say.code, state === "offered" ? "" : code);
  }

  #showButtons({ actions, alternatives }, say) {
    const labels = [
      [this.accept, "accept", say.accept], [this.decline, "decline", say.decline],
      [this.cancel, "cancel", say.cancel], [this.callBack, "callback", say.callBack],
    ];
    for (const [node, action, label] of labels) {
      node.hidden = !actions.includes(action);
      node.lastElementChild.textContent = label;
    }
    this.ways.hidden = alternatives === null;
    this.callBack.hidden ||= alternatives !== null; // it is one of the ways
    this.ways.lastElementChild.textContent = say.otherWays;
  }

  /** No word of the visit is left in the page. */
  #clear() {
    this.text.textContent = "";
    for (const { show } of [this.position, this.wait, this.code]) show("", "");
  }
}

/** A term and its value, hidden while there is none. */
function figure() {
  const term = element("dt");
  const value = element("dd");
  const node = element("div", { hidden: true }, term, value);
  const show = (name, text) => {
    node.hidden = text === "";
    term.textContent = name;
    value.textContent = text;
    setAttribute(value, "data-long", text.length > 8);
  };
  return { node, show };
}
