// The package as a person reads it: first what is needed, then what is known, last what is not. Builds nodes, keeps nothing.

import { element } from "/shared/dom.js";
import { timeOfDay } from "./clock.js";
import { LANGUAGES, languageName, languageTag, strings, word } from "./strings.js";

/** The sections of a briefing in reading order; empty ones are left out. */
export function brief(one, language) {
  const say = strings(language);
  const { package: known } = one;
  const tag = languageTag(known.language);
  return [
    needLine(say, known, tag),
    glance(say, known),
    listed(say.tried, "tried", known.tried, (tried) => [quoted(tried.what, tag), outcome(say, tried.outcome)]),
    listed(say.facts, "facts", known.facts, (fact) => [quoted(fact.text, tag), source(say, fact.source ?? fact)]),
    listed(say.shown, "shown", known.shown, (shown) => [quoted(shown.title, tag), source(say, { document: shown.document })]),
    listed(say.errands, "errands", known.errands, (errand) => [quoted(errand.what, tag), outcome(say, errand.outcome)]),
    transcript(say, known, tag, LANGUAGES[language].clock),
    mood(say, known),
    withheld(say, known),
    versions(say, known),
  ];
}

function needLine(say, { need }, tag) {
  const text = need ? element("p", { class: "need", lang: tag, dir: "auto", text: need, testid: "need" }) : element("p", { class: "need soft", text: say.noNeed, testid: "need" });
  return element("section", { class: "brief-need" }, element("h3", { text: say.need }), text);
}

function glance(say, known) {
  const pair = (name, ...value) => element("div", {}, element("dt", { text: name }), element("dd", {}, ...value));
  const tags = (items, family, look) => items.map((item) => element("span", { class: `tag ${look}`, text: word(say, family, item) }));
  const needs = known.needs?.length > 0 ? tags(known.needs, "needWords", "good") : [element("span", { class: "soft", text: say.noNeeds })];
  return element("dl", { class: "glance" },
    pair(say.visitorLanguage, element("b", { text: languageName(say, known.language) })),
    pair(say.needs, ...needs),
    pair(say.rule, word(say, "rules", known.rule)),
    known.risks?.length > 0 && pair(say.risks, ...tags(known.risks, "rules", "bad")),
    pair(say.place, element("span", { text: known.place, dir: "auto" })),
    known.topic && pair(say.columns.topic, word(say, "topics", known.topic)));
}

function listed(title, testid, items, show) {
  if (!items?.length) return null;
  return element("section", { testid: `brief-${testid}` }, element("h3", { text: title }), element("ul", { class: "points" }, ...items.map((item) => element("li", {}, ...show(item)))));
}

function quoted(text, tag) {
  return element("span", { class: "quoted", lang: tag, dir: "auto", text });
}

function outcome(say, code) {
  return element("span", { class: `tag ${code === "declined" || code === "failed" ? "warn" : ""}`, text: word(say, "outcomesTried", code) });
}

function source(say, { document, section }) {
  const text = say.source(document, section);
  return text ? element("cite", { text, dir: "auto" }) : null;
}

function transcript(say, { transcript: lines }, tag, clock) {
  if (!lines?.length) return null;
  const line = ({ at, from, text }) => element("li", { class: `said ${from}` }, element("time", { datetime: at, text: timeOfDay(at, clock) }), element("b", { text: word(say, "from", from) }), quoted(text, tag));
  return element("section", { testid: "brief-transcript" }, element("h3", { text: say.transcript }), element("ol", { class: "transcript" }, ...lines.map(line)));
}

function mood(say, { mood: read }) {
  if (!read?.signals?.length) return null;
  const percent = say.frustration(Math.round((read.frustration ?? 0) * 100));
  return element("section", { testid: "brief-mood" }, element("h3", { text: say.moodTitle }),
    element("p", { class: "tags" }, ...read.signals.map((signal) => element("span", { class: "tag warn", text: word(say, "moods", signal) })), element("span", { class: "soft", text: percent })),
    element("p", { class: "soft fine", text: say.moodNote }));
}

function withheld(say, { withheld: kept }) {
  if (!kept?.length) return null;
  const line = ({ what, why }) => element("li", {}, element("span", { text: word(say, "whats", what) }), element("span", { class: "soft", text: word(say, "whys", why) }));
  return element("section", { testid: "brief-withheld" }, element("h3", { text: say.withheld }), element("ul", { class: "pairs" }, ...kept.map(line)));
}

function versions(say, known) {
  const rows = Object.entries(known.versions ?? {}).flatMap(([name, version]) => [element("dt", { text: name }), element("dd", { text: version })]);
  return element("details", { class: "fold", testid: "brief-versions" }, element("summary", { text: `${say.versions} · ${say.revision(known.revision)}` }), element("dl", { class: "versions" }, ...rows));
}
