// The ways to people as one card: which are open, and who is there.

import { element } from "/shared/dom.js";
import { number } from "./format.js";
import { card, empty, tag } from "./parts.js";
import { word } from "./strings.js";
import { LINKS } from "./strings-links.js";

const TONES = { staffed: "good", empty: "warn", down: "bad" };

/** `say` is the frame's words; `links` as the health reply has them. */
export function linksCard(say, links, language) {
  const own = LINKS[language] ?? LINKS.en;
  if (links.length === 0) return card({ title: own.title, testid: "links" }, empty("handoff", own.none, own.noneNote));
  const row = (one) =>
    element(
      "div",
      { class: "row" },
      element(
        "div",
        { class: "grow" },
        element("b", { class: "small", text: word(own, "names", one.name) }),
        element("span", { class: "fine soft breaks", text: detail(say, own, one, language) }),
      ),
      tag(word(own, "states", one.state), TONES[one.state]),
    );
  return card({ title: own.title, className: "flush", testid: "links" }, element("div", { class: "rows" }, ...links.map(row)));
}

function detail(say, own, { state, agents }, language) {
  if (state !== "staffed") return word(own, "notes", state);
  const people = Object.entries(agents).filter(([, count]) => count > 0);
  return people.map(([code, count]) => own.people(number(count, language), word(say, "languageNames", code))).join(own.comma);
}
