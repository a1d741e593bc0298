// The pictures and clips of an answer. What stands stays as it is while others come: a clip plays on.

import { button, element, icon, setAttribute, words } from "./dom.js";
import { strings } from "./strings.js";
import { View } from "./view.js";

const NONE = Object.freeze([]);

export class MediaView extends View {
  build() {
    this.figures = new Map(); // address -> figure
    this.dataset.testid = "media";
  }

  show(now, before) {
    const media = now.turn?.media ?? NONE;
    if (media !== (before.turn?.media ?? NONE)) this.#join(media);
    this.hidden = media.length === 0;
    for (const item of media) this.figures.get(item.url).tell(item, now);
  }

  #join(media) {
    for (const [url, figure] of this.figures) {
      if (media.some((item) => item.url === url)) continue;
      figure.remove();
      this.figures.delete(url);
    }
    for (const item of media) {
      if (this.figures.has(item.url)) continue;
      const figure = document.createElement(item.kind === "clip" ? "usher-clip" : "usher-figure");
      figure.attach(this.page, item);
      this.figures.set(item.url, figure);
      this.append(figure);
    }
  }
}

/** One picture with its title; a touch shows it large. */
export class Figure extends HTMLElement {
  attach(page, item) {
    this.dataset.kind = item.kind;
    this.dataset.testid = `media-${item.kind}`;
    this.picture = element("img", { src: item.url, alt: item.alt || item.title, decoding: "async", on: { load: () => this.#loaded(), error: () => this.#fail("") } });
    this.enlarge = element("button", { type: "button", class: "enlarge", testid: "enlarge", on: { click: () => page.state.set({ enlarged: item }) } }, this.picture, element("span", { class: "enlarge-mark", "aria-hidden": "true" }, icon("enlarge")));
    // a card draws its title itself
    this.heading = item.title === "" ? null : element("figcaption", { class: item.kind === "map" ? null : "unseen" }, words(item.title));
    this.dataset.loading = "";
    this.append(element("figure", {}, this.heading ?? "", this.enlarge), ...asText(item));
  }

  /** The state, after every change of it. */
  tell(item, { language }) {
    if (this.language !== language) {
      this.language = language;
      this.say = strings(language).sight;
      setAttribute(this.enlarge, "aria-label", this.say.enlarge(item.alt || item.title));
      nameText(this, this.say);
    }
    if (item.failure !== null) this.#fail(item.failure);
  }

  #loaded() {
    delete this.dataset.loading;
  }

  #fail(message) {
    this.#loaded();
    this.enlarge.replaceWith(missing(message || this.say.pictureFailed, this.picture.alt));
  }
}

/** What stands in place of a picture or clip that does not come: why, and what it would have shown. */
export function missing(message, alt) {
  return element("div", { class: "media-missing", role: "status", testid: "media-failed" }, icon("alert"), element("p", {}, words(message), alt === "" ? null : element("span", { class: "hint", dir: "auto", text: alt })));
}

/** The same in words, for who cannot see it or would rather read. */
export function asText(item) {
  const text = item.text || (item.kind === "clip" || item.kind === "map" ? item.alt : "");
  if (text === "") return [];
  const summary = element("summary", {}, icon("text-size"), element("span"), icon("more"));
  return [element("details", { class: "as-text" }, summary, element("p", { dir: "auto", text }))];
}

/** Names the switch of `asText` in `node`. */
export function nameText(node, say) {
  const label = node.querySelector(".as-text summary > span");
  if (label) label.textContent = say.asText;
}
