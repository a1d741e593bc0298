// The top line: whether one takes visitors, who else is there, sound, language, help, the way out.

import { button, element, icon, setAttribute, setIcon } from "/shared/dom.js";
import { differs } from "/shared/state.js";
import { View } from "/shared/view.js";
import { strings } from "./strings.js";

const STATES = ["free", "busy", "away"];

export class Header extends View {
  build() {
    const { desk, gate, ringer, state } = this.page;
    this.setAttribute("role", "banner");
    this.site = element("span", { class: "site" });
    this.choices = STATES.map((value) => button({ label: "", iconId: "dot", className: `presence ${value}`, testid: `state-${value}`, onPress: () => desk.setPresence(value) }));
    this.group = element("div", { class: "segmented", role: "group" }, ...this.choices);
    this.colleagues = element("span", { class: "colleagues", testid: "colleagues" });
    const tool = (iconId, testid, onPress) => button({ iconId, label: "", className: "quiet icon-only", testid, onPress });
    this.sound = tool("speaker", "sound", () => ringer.setSound(!state.now.sound));
    this.language = button({ label: "", className: "quiet", testid: "language", onPress: () => desk.setLanguage(state.now.language === "en" ? "zh" : "en") });
    this.help = tool("keyboard", "help", () => desk.dialog("help"));
    this.out = tool("leave", "sign-out", () => gate.signOut());
    this.me = element("span", { class: "me" });
    this.append(element("div", { class: "brand" }, icon("mark", "mark"), this.site), this.group, this.colleagues,
      element("div", { class: "ends" }, this.sound, this.language, this.help, this.me, this.out));
  }

  show(now, before) {
    if (!differs(now, before, "language", "presence", "agents", "sound", "agent", "site")) return;
    const say = strings(now.language);
    this.site.textContent = now.site ? `${say.title} · ${now.site[now.language] ?? Object.values(now.site)[0]}` : say.title;
    setAttribute(this.group, "aria-label", say.state);
    this.choices.forEach((choice, place) => {
      const value = STATES[place];
      choice.lastElementChild.textContent = say.states[value];
      choice.title = say.stateNotes[value];
      setAttribute(choice, "aria-pressed", String(now.presence === value));
    });
    this.colleagues.textContent = say.colleagues(now.agents.filter((agent) => agent.state !== "away").length);
    this.colleagues.title = now.agents.map((agent) => `${agent.display}: ${say.states[agent.state] ?? agent.state}`).join("\n");
    setIcon(this.sound.firstElementChild, now.sound ? "speaker" : "speaker-off");
    setAttribute(this.sound, "aria-pressed", String(now.sound));
    this.#name(this.sound, now.sound ? say.soundOn : say.soundOff);
    this.#name(this.help, `${say.help} (?)`);
    this.#name(this.out, say.signOut);
    this.language.lastElementChild.textContent = say.language;
    setAttribute(this.language, "title", say.languageLabel);
    this.me.textContent = now.agent?.display ?? "";
  }

  #name(node, text) {
    node.title = text;
    setAttribute(node, "aria-label", text);
  }
}
