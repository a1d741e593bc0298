// Beside the conversation: the briefing again, suggestions, what can be shown, and a finger for the visitor's screen.

import { button, element, icon, setAttribute } from "/shared/dom.js";
import { differs } from "/shared/state.js";
import { View } from "/shared/view.js";
import { brief } from "./brief.js";
import { current, isEnding, isOpen } from "./model.js";
import { ScreenPanel } from "./panel-screen.js";
import { SearchPanel } from "./panel-search.js";
import { SuggestPanel } from "./panel-suggest.js";
import { redraw } from "./redraw.js";
import { strings } from "./strings.js";

const PANELS = { brief: "document", suggest: "idea", search: "search", screen: "point" };

export class Tools extends View {
  build() {
    const { desk, state } = this.page;
    this.setAttribute("role", "complementary");
    this.tabs = Object.entries(PANELS).map(([name, iconId]) =>
      element("button", { type: "button", role: "tab", id: `tool-${name}`, class: "tool-tab", "aria-controls": "tool-panel", testid: `tool-${name}`, on: { click: () => desk.show(name), keydown: (event) => this.#step(event) } }, icon(iconId), element("span")));
    this.list = element("div", { class: "tool-tabs", role: "tablist" }, ...this.tabs);
    this.close = button({ iconId: "close", label: "", className: "quiet icon-only narrow", testid: "close-tools", onPress: () => state.set({ sheet: false }) });
    this.brief = element("div", { class: "briefing small" });
    this.panels = { brief: this.brief, suggest: new SuggestPanel(this.page), search: new SearchPanel(this.page), screen: new ScreenPanel(this.page) };
    this.panel = element("div", { class: "tool-panel", role: "tabpanel", id: "tool-panel", tabindex: 0 });
    this.append(element("div", { class: "tool-head" }, this.list, this.close), this.panel);
  }

  show(now, before) {
    const one = current(now);
    this.hidden = !one || !(isOpen(one) || one.state === "wrap_up") || (isEnding(one) && one.panel !== "brief");
    if (this.hidden || !differs(now, before, "cases", "current", "language")) return;
    const say = strings(now.language);
    this.#mark(say, one);
    if (one.panel !== "brief") return this.#showPanel(this.panels[one.panel].show(say, one));
    // It may not have stood here yet when it came.
    const drawn = `${one.id} ${one.package.revision} ${now.language}`;
    if (this.brief.dataset.of !== drawn) redraw(this.brief, ...brief(one, now.language));
    this.brief.dataset.of = drawn;
    this.#showPanel(this.brief);
  }

  #mark(say, one) {
    setAttribute(this, "aria-label", say.tools);
    setAttribute(this.list, "aria-label", say.tools);
    setAttribute(this.close, "aria-label", say.close);
    Object.keys(PANELS).forEach((name, place) => {
      const isChosen = name === one.panel;
      setAttribute(this.tabs[place], "aria-selected", String(isChosen));
      setAttribute(this.tabs[place], "tabindex", isChosen ? 0 : -1);
      this.tabs[place].lastElementChild.textContent = say[name];
    });
    setAttribute(this.panel, "aria-labelledby", `tool-${one.panel}`);
  }

  #showPanel(node) {
    if (this.panel.firstElementChild !== node) this.panel.replaceChildren(node);
  }

  #step(event) {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    const at = this.tabs.indexOf(event.currentTarget);
    const next = this.tabs[(at + by + this.tabs.length) % this.tabs.length];
    next.click();
    next.focus();
  }
}
