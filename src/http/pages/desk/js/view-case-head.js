// Above a conversation: whose it is, what it is held in, and what may be done with it.

import { button, element, icon, setAttribute } from "/shared/dom.js";
import { differs } from "/shared/state.js";
import { View } from "/shared/view.js";
import { elapsed } from "./clock.js";
import { caseInCall, current, isEnding, isOpen } from "./model.js";
import { redraw } from "./redraw.js";
import { languageName, strings, word } from "./strings.js";

export class CaseHead extends View {
  build() {
    const { desk, state } = this.page;
    this.who = element("div", { class: "case-who" });
    this.offered = element("p", { class: "offered", role: "status", testid: "offered" });
    this.voice = button({ label: "", iconId: "mic", testid: "offer-voice", onPress: () => desk.offer("voice") });
    this.video = button({ label: "", iconId: "video", testid: "offer-video", onPress: () => desk.offer("video") });
    this.tools = button({ label: "", iconId: "tools", className: "narrow", testid: "open-tools", onPress: () => state.set({ sheet: true }) });
    this.back = button({ label: "", iconId: "back", testid: "return", onPress: () => desk.askBack() });
    this.end = button({ label: "", iconId: "done", className: "strong", testid: "end", onPress: () => desk.ending(true) });
    this.append(this.who, element("div", { class: "case-acts", role: "toolbar" }, this.voice, this.video, this.tools, this.back, this.end), this.offered);
  }

  show(now, before) {
    const one = current(now);
    this.hidden = !one || !(isOpen(one) || one.state === "wrap_up");
    if (this.hidden || !differs(now, before, "language", "cases", "current")) return;
    const say = strings(now.language);
    this.#who(say, one);
    this.#acts(say, one, now);
    this.#offer(say, one);
  }

  #who(say, one) {
    const { place, needs } = one.package;
    redraw(this.who, element("h1", { class: "code", text: one.code }), elapsed(one.since), element("span", { class: "tag", text: languageName(say, one.language) }),
      element("span", { class: `tag state-${one.state}`, text: word(say, "stages", one.state), testid: "case-state" }),
      ...(needs ?? []).map((need) => element("span", { class: "tag good", text: word(say, "needWords", need) })),
      element("span", { class: "soft place", text: place, dir: "auto", title: place }));
  }

  #acts(say, one, now) {
    const busy = caseInCall(now);
    const mayOffer = one.state === "live" && !isEnding(one) && (!busy || busy.id === one.id) && !one.offered;
    const names = [[this.voice, say.media.voice, say.offerVoice], [this.video, say.media.video, say.offerVideo], [this.tools, say.tools, say.tools], [this.back, say.backShort, say.back], [this.end, say.end, say.wrapUp]];
    for (const [node, short, whole] of names) {
      node.lastElementChild.textContent = short;
      setAttribute(node, "title", whole);
      setAttribute(node, "aria-label", whole);
    }
    this.voice.hidden = one.mode !== "text" || isEnding(one);
    this.video.hidden = one.mode === "video" || isEnding(one);
    this.voice.disabled = this.video.disabled = !mayOffer;
    this.back.hidden = this.end.hidden = this.tools.hidden = isEnding(one);
  }

  #offer(say, one) {
    this.offered.hidden = !one.offered;
    if (!one.offered) return redraw(this.offered);
    redraw(this.offered, icon(one.offered === "video" ? "video" : "mic"), element("span", { text: say.offered[one.offered] }),
      button({ label: say.takeBack, className: "quiet", testid: "take-back", onPress: () => this.page.desk.offer("text") }));
  }
}
