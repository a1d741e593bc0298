// The contact card: where, when and under which number a person is found.

import { element, icon, words } from "./dom.js";
import { pick, strings } from "./strings.js";

/** `contact`: `{title, place, hours, phone}`, texts plain or by language; null shows the general advice. */
export function contactCard(contact, language) {
  const say = strings(language);
  const title = pick(contact?.title, language) || say.contactTitle;
  const lines = [
    ["place", say.place, pick(contact?.place, language)],
    ["clock", say.hours, pick(contact?.hours, language)],
    ["call", say.phone, contact?.phone ?? ""],
  ].filter(([, , text]) => text !== "");
  const body = lines.length > 0 ? element("dl", {}, ...lines.map(([iconId, term, text]) => line(iconId, term, text))) : element("p", { text: say.contactFallback });
  return element("section", { class: "card", testid: "contact-card" }, element("h2", {}, words(title)), body);
}

function line(iconId, term, text) {
  const value = element("dd", { class: iconId === "call" ? "phone" : null }, words(text, iconId === "call" ? { dir: "ltr" } : {}));
  return element("div", {}, element("dt", { text: term }), value, element("dd", { class: "badge", "aria-hidden": "true" }, icon(iconId)));
}
