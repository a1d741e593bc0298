// What the person puts on the visitor's screen: a source, a card, a map or a clip; and the dot where they point.

import { button, element, icon, words } from "./dom.js";
import { differs } from "./state.js";
import { LANGUAGES, strings } from "./strings.js";
import { languageOf } from "./handoff-event.js";
import { View } from "./view.js";

const ICONS = { source: "source", card: "card", map: "place", clip: "video" };

export class HandoffShown extends View {
  build() {
    this.hidden = true;
  }

  show(now, before) {
    this.hidden = now.shown === null;
    if (differs(now, before, "shown", "language")) this.replaceChildren(...(now.shown ? [this.#card(now)] : []));
  }

  #card({ shown, handoff, language }) {
    const say = strings(language).handoff;
    const close = button({ label: say.closeShown, iconId: "close", id: "handoff-shown-close", onPress: () => this.page.handoff.closeShown() });
    const from = element("p", { class: "eyebrow", text: say.shown(handoff?.agent || say.someone) });
    const title = element("h2", { lang: tag(shown.title) }, words(shown.title));
    const head = element("div", { class: "shown-head" }, icon(ICONS[shown.kind]), element("div", {}, from, title), close);
    const text = shown.text === "" ? null : element("p", { class: "shown-text", tabindex: "0", dir: "auto", lang: tag(shown.text), text: shown.text });
    return element("article", { class: "handoff-shown", "data-kind": shown.kind }, head, picture(shown, say), text);
  }
}

/** A picture or a clip of this appliance; in its place a sentence when it does not come. */
function picture({ kind, url, alt, title }, say) {
  if (!url) return null;
  const missing = (event) => event.target.replaceWith(element("p", { class: "hint", text: alt || say.notShown }));
  if (kind !== "clip") return element("img", { src: url, alt: alt || title, on: { error: missing } });
  const clip = element("video", { src: url, "aria-label": alt || title, controls: true, autoplay: true, loop: true, playsinline: true, on: { error: missing } });
  clip.muted = true; // two people are talking
  return clip;
}

function tag(text) {
  return LANGUAGES[languageOf(text)].tag;
}

/** The dot lies over everything and takes no touch. */
export class HandoffPointer extends View {
  build() {
    this.setAttribute("aria-hidden", "true");
  }

  show({ pointer }) {
    this.hidden = pointer === null;
    if (pointer === null) return;
    this.style.left = `${pointer.x * 100}vw`;
    this.style.top = `${pointer.y * 100}vh`;
  }
}
