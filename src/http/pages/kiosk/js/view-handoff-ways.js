// When no person can come: the counter, a call back, a ticket. Also what was booked.

import { button, element, setIcon, words } from "./dom.js";
import { contactCard } from "./contact-card.js";
import { differs, handoffPanel } from "./state.js";
import { strings } from "./strings.js";
import { View } from "./view.js";

export class HandoffWays extends View {
  build() {
    const { handoff } = this.page;
    this.heading = element("h1");
    this.text = element("p", { class: "hint", dir: "auto" });
    this.ways = element("div", { class: "ways" });
    this.book = button({ label: "", iconId: "call", className: "primary large", id: "handoff-callback-open", onPress: () => handoff.open("callback") });
    this.take = button({ label: "", iconId: "ticket", className: "large", id: "handoff-ticket", onPress: () => handoff.takeTicket() });
    this.leave = button({ label: "", iconId: "back", className: "large", id: "handoff-leave", onPress: () => this.#leave() });
    const buttons = element("div", { class: "panel-buttons" }, this.book, this.take, this.leave);
    this.append(element("div", { class: "panel-head" }, this.heading, this.text), this.ways, buttons);
  }

  show(now, before) {
    this.hidden = handoffPanel(now) !== "ways";
    if (this.hidden) return this.ways.replaceChildren();
    if (!differs(now, before, "handoff", "language", "handoffPage")) return undefined;
    const say = strings(now.language).handoff;
    const { state, message, alternatives, actions } = now.handoff;
    this.heading.textContent = state === "callback_booked" ? say.bookedTitle : state === "offered" ? say.otherWays : say.unavailable;
    this.text.textContent = message || say.unavailableText;
    this.#showWays(alternatives, now.language, say);
    this.book.hidden = !actions.includes("callback");
    this.take.hidden = !actions.includes("ticket");
    const isBooked = state === "callback_booked";
    const leave = isBooked ? say.done : now.handoffPage === "ways" ? say.back : say.leave;
    setIcon(this.leave.firstElementChild, isBooked ? "done" : "back");
    this.leave.classList.toggle("primary", isBooked);
    for (const [node, label] of [[this.book, say.bookCall], [this.take, say.takeTicket], [this.leave, leave]]) node.lastElementChild.textContent = label;
    return undefined;
  }

  #showWays(alternatives, language, say) {
    const { counter, ticket } = alternatives ?? {};
    this.ways.replaceChildren(...[ticket && ticketCard(ticket, say), counter && contactCard(counter, language)].filter(Boolean));
  }

  /** An offer is still open behind this page; everything else ends here. */
  #leave() {
    const { handoff, state } = this.page;
    if (state.now.handoffPage === "ways") handoff.open(null);
    else handoff.leave();
  }
}

/** The square code goes in as a picture, so that nothing in it can run. */
function ticketCard({ code, qr }, say) {
  const source = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(qr)}`;
  const square = qr === "" ? null : element("img", { src: source, alt: say.ticketAlt(code) });
  const text = element("div", {}, element("h2", { text: say.ticket }), element("p", { class: "ticket-code", id: "handoff-ticket-code" }, words(code, { dir: "ltr" })), element("p", { text: say.ticketText }));
  return element("section", { class: "card ticket" }, square, text);
}
