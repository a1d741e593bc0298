// The lowest line, the same on every screen: language, larger text, contrast, and the person button in its corner.

import { button, element, setAttribute } from "./dom.js";
import { differs } from "./state.js";
import { LANGUAGES, strings } from "./strings.js";
import { View } from "./view.js";

export class Rail extends View {
  build() {
    const { state, conversation } = this.page;
    this.setAttribute("role", "navigation");
    this.languages = element("div", { class: "languages", role: "group" });
    this.larger = button({ iconId: "text-size", className: "icon-only", testid: "text-larger", onPress: () => state.set({ larger: !state.now.larger }) });
    this.contrast = button({ iconId: "contrast", className: "icon-only", testid: "contrast", onPress: () => state.set({ contrast: !state.now.contrast }) });
    this.person = button({ label: "", iconId: "person-talking", className: "person", testid: "person", onPress: () => conversation.person() });
    this.append(this.languages, this.larger, this.contrast, this.person);
  }

  show(now, before) {
    if (differs(now, before, "site", "language", "personAsked")) this.#name(now);
    setAttribute(this.larger, "aria-pressed", String(now.larger));
    setAttribute(this.contrast, "aria-pressed", String(now.contrast));
    setAttribute(this.person, "aria-expanded", String(now.contactOpen || now.handoff !== null));
    setAttribute(this.person, "aria-busy", now.personAsked ? "true" : null);
  }

  #name(now) {
    const say = strings(now.language);
    for (const node of [this.larger, this.contrast]) setAttribute(node, "aria-label", node === this.larger ? say.larger : say.contrast);
    for (const node of [this.larger, this.contrast]) node.title = node.getAttribute("aria-label");
    this.person.lastElementChild.textContent = say.person;
    setAttribute(this.person, "aria-label", now.personAsked ? say.personAsking : null);
    setAttribute(this.languages, "aria-label", say.languages);
    setAttribute(this, "aria-label", say.settings);
    if (this.languages.childElementCount !== now.site.languages.length) this.#offer(now.site.languages);
    for (const node of this.languages.children) setAttribute(node, "aria-pressed", String(node.dataset.language === now.language));
    this.languages.hidden = now.site.languages.length < 2;
  }

  #offer(languages) {
    const buttons = languages.map((code) => {
      const { name, short, tag } = LANGUAGES[code];
      const choose = () => this.page.conversation.setLanguage(code);
      return button({ label: short, title: name, lang: tag, testid: `language-${code}`, "data-language": code, onPress: choose });
    });
    this.languages.replaceChildren(...buttons);
  }
}
