// What was read from a picture, as a small card above the answer.

import { element, icon, words } from "./dom.js";

const ICONS = { boarding_pass: "plane", baggage_tag: "bag", travel_document: "document", queue_ticket: "ticket", link: "code", text: "document" };

/** `seen`: `{kind, title, lines, note}`; `say` the words of `strings().sight`. */
export function seenCard({ kind, title, lines, note }, say) {
  const head = element("div", { class: "seen-head" }, element("p", { class: "eyebrow", text: say.iRead }), title === "" ? null : element("h2", {}, words(title)));
  const text = lines.length === 0 ? null : element("ul", { class: "seen-lines" }, ...lines.map((line) => element("li", {}, words(line))));
  const kept = note === "" ? null : element("p", { class: "seen-note" }, icon("shield"), words(note));
  return element("section", { class: "seen", "data-kind": kind, testid: "seen" }, element("span", { class: "badge" }, icon(ICONS[kind])), head, text, kept);
}
