// The contact card as a sheet over the page. Everything but the rail with its person button waits behind it.

import { button, element, setAttribute } from "./dom.js";
import { differs } from "./state.js";
import { strings } from "./strings.js";
import { View } from "./view.js";
import { contactCard } from "./contact-card.js";

export class Contact extends View {
  build() {
    this.sheet = element("div", { class: "sheet", role: "dialog", tabindex: "-1" });
    this.append(this.sheet);
    this.addEventListener("click", (event) => event.target === this && this.page.conversation.person());
    this.addEventListener("keydown", (event) => event.key === "Escape" && this.page.conversation.person());
  }

  show(now, before) {
    this.hidden = !now.contactOpen;
    if (!differs(now, before, "contactOpen", "card", "site", "language")) return;
    if (now.contactOpen) this.#fill(now);
    else this.sheet.replaceChildren();
    if (now.contactOpen && !before.contactOpen) this.sheet.focus();
    if (!now.contactOpen && before.contactOpen) document.querySelector("usher-rail .person")?.focus({ focusVisible: false });
  }

  #fill(now) {
    const say = strings(now.language);
    setAttribute(this.sheet, "aria-label", say.contactTitle);
    const close = button({ label: say.close, iconId: "close", className: "close", testid: "contact-close", onPress: () => this.page.conversation.person() });
    this.sheet.replaceChildren(close, contactCard(now.card ?? now.site.contact, now.language));
  }
}
