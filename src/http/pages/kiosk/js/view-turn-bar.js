// The controls of an answer or a topic: back, repeat, stop, volume, and the end of the visit.

import { button, element, icon, setAttribute, setIcon } from "./dom.js";
import { strings } from "./strings.js";
import { View } from "./view.js";

export class TurnBar extends View {
  build() {
    const { conversation } = this.page;
    this.className = "turn-bar";
    this.setAttribute("role", "toolbar");
    this.back = button({ label: "", iconId: "back", testid: "back", onPress: () => conversation.back() });
    this.again = button({ label: "", iconId: "repeat", testid: "repeat", onPress: () => conversation.repeat() });
    this.halt = button({ label: "", iconId: "stop", testid: "stop", onPress: () => conversation.stop() });
    this.range = element("input", { type: "range", min: 0, max: 100, step: 10, testid: "volume", on: { input: () => conversation.setVolume(Number(this.range.value)) } });
    this.loudness = element("label", { class: "volume" }, icon("speaker"), this.range);
    this.finish = button({ label: "", iconId: "erase", className: "finish", testid: "finish", onPress: () => conversation.end() });
    this.append(this.back, this.again, this.halt, this.loudness, this.finish);
  }

  show(now) {
    this.#name(strings(now.language));
    const hasVoice = now.speaks.includes(now.turn?.language ?? now.language);
    this.again.hidden = now.view !== "turn" || !hasVoice;
    this.halt.hidden = now.view !== "turn";
    this.loudness.hidden = now.view !== "turn" || !hasVoice;
    this.again.disabled = !now.turn?.final || now.turn.failure !== null || now.thinking || now.speaking;
    this.halt.disabled = !now.speaking && !now.thinking && now.turn?.final !== false;
    this.range.value = now.volume;
    this.range.style.setProperty("--filled", `${now.volume}%`);
    setIcon(this.loudness.firstElementChild, now.volume === 0 ? "speaker-off" : "speaker");
  }

  #name(say) {
    for (const [node, label] of [[this.back, say.back], [this.again, say.repeat], [this.halt, say.stop], [this.finish, say.finish]]) {
      node.lastElementChild.textContent = label;
    }
    setAttribute(this.range, "aria-label", say.volume);
    setAttribute(this, "aria-label", say.controls);
  }
}
