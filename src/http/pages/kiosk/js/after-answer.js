// What stands under an answer: choices, the way to a person, sources, and what else is asked about it.

import { button, element, icon, words } from "./dom.js";
import { pick, strings } from "./strings.js";
import { contactCard } from "./contact-card.js";
import { questionRow } from "./view-topic.js";

const TOPICS_MAX = 6;
const RELATED_MAX = 3;

/** The nodes for the turn of `now`, which is final. */
export function afterAnswer(page, now) {
  const { turn } = now;
  const say = strings(now.language);
  if (turn.failure) return [failed(page, say)];
  if (turn.route === "clarify") return [choices(page, turn, say)];
  if (turn.route === "decline") return [...declined(page, now, say), takeAlong(page, turn, say), sources(turn, say)].filter(Boolean);
  if (turn.route === "handoff") return [...handed(turn.handoff, now), takeAlong(page, turn, say)].filter(Boolean);
  return [takeAlong(page, turn, say), sources(turn, say), related(page, now, say)].filter(Boolean);
}

/** The answer on the visitor's telephone. */
function takeAlong(page, turn, say) {
  if (turn.answer === "") return null;
  return button({ label: say.sight.phone, iconId: "phone", className: "take-along", testid: "phone", onPress: () => page.phone.ask() });
}

/** A person is on the way, or the card says where one is. */
function handed(card, now) {
  return now.handoff && !card ? [] : [contactCard(card ?? now.site.contact, now.language)];
}

function failed(page, say) {
  return element(
    "div",
    { class: "chips" },
    button({ label: say.tryAgain, iconId: "repeat", className: "primary", testid: "try-again", onPress: () => page.conversation.again() }),
    personButton(page, say, ""),
  );
}

function choices(page, turn, say) {
  const rows = turn.choices.map(({ item, label }) =>
    element(
      "li",
      {},
      element(
        "button",
        { type: "button", class: "row", testid: `choice-${item}`, on: { click: () => page.conversation.touch(item, label) } },
        words(label),
        icon("forward"),
      ),
    ),
  );
  return element("section", { class: "after-part" }, element("h2", { class: "unseen", text: say.which }), element("ul", { class: "rows" }, ...rows));
}

/** usher does not know: a person first, then what it does know about. */
function declined(page, now, say) {
  const topics = now.site.topics.slice(0, TOPICS_MAX).map((topic) =>
    button({ label: pick(topic.label, now.language), iconId: topic.icon, testid: `try-${topic.id}`, onPress: () => page.conversation.openTopic(topic.id) }),
  );
  return [personButton(page, say, "primary large"), element("p", { class: "hint", text: say.decline }), element("div", { class: "chips" }, ...topics)];
}

function personButton(page, say, className) {
  return button({ label: say.person, iconId: "person-talking", className, testid: "person-here", onPress: () => page.conversation.person() });
}

function sources(turn, say) {
  if (turn.sources.length === 0) return null;
  const heading = element("h2", { class: "eyebrow" }, icon("source"), element("span", { text: say.sources }));
  return element("section", { class: "sources", testid: "sources" }, heading, ...turn.sources.map((source) => sourceRow(source, say)));
}

function sourceRow(source, say) {
  const section = element("span", { class: "section" }, words(source.section));
  const title = element("span", { class: "title" }, element("strong", {}, words(source.title ?? say.approved)), section);
  return element(
    "details",
    { class: "source" },
    element("summary", {}, icon(source.title ? "document" : "shield"), title, icon("more")),
    element("blockquote", { dir: "auto" }, words(source.quote), element("cite", { class: "reference" }, words(source.document))),
  );
}

/** Other questions of the topic that the answer belongs to. */
function related(page, now, say) {
  const known = [now.turn.item, ...now.turn.sources.map(({ document }) => document)].filter(Boolean);
  const topic = now.site.topics.find(({ items }) => items.some(({ item }) => known.includes(item)));
  const items = topic?.items.filter(({ item }) => !known.includes(item)).slice(0, RELATED_MAX) ?? [];
  if (items.length === 0) return null;
  const rows = items.map((item) => element("li", {}, questionRow(page, item, now.language, `related-${item.item}`)));
  return element("section", { class: "after-part" }, element("h2", { class: "eyebrow", text: say.related }), element("ul", { class: "rows" }, ...rows));
}
