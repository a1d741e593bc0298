// The kiosk's body: pins with their state, and live tests of sound, camera, touch and light.

import { element } from "/shared/dom.js";
import { Tries } from "./devices-tries.js";
import { Page } from "./page.js";
import { actButton, card, empty, goTo, note, prose, table, tag } from "./parts.js";
import { link } from "./routes.js";
import { word } from "./strings.js";
import { DEVICES } from "./strings-devices.js";

const FRESH_MS = 1_500;
const PULSE_MS = 500;

export default class Devices extends Page {
  static words = DEVICES;

  constructor(...given) {
    super(...given);
    this.tries = new Tries(this);
    this.every(FRESH_MS, () => this.reload(true));
  }

  async load() {
    this.devices = await this.api.get("devices");
    return this.devices;
  }

  body() {
    const { say, devices } = this;
    const board = element(
      "p",
      { class: "small soft" },
      element("b", { text: devices.board.name }),
      element("span", { text: ` · ${say.backend}: ${word(say, "backends", devices.board.backend)}` }),
    );
    const connected = devices.pages > 0 ? note("good", say.connected(devices.pages)) : note("warn", say.noPages, say.noPagesNote);
    return [
      this.head(say.pages.devices, say.lead),
      this.readerNote(),
      board,
      connected,
      element("h2", { text: say.live }),
      this.tries.cards(),
      this.#pins(say, devices.pins),
    ];
  }

  #pins(say, pins) {
    if (pins.length === 0) return card({ title: say.pins }, empty("devices", say.noPins, say.noPinsNote, goTo(link("settings", "pins"), say.toPins)));
    const name = (pin) => word(say, "pinRoles", pin.role);
    const tones = { active: "good", inactive: "", unknown: "warn" };
    const test = (pin) =>
      pin.direction === "out" &&
      this.may("technician") &&
      actButton({ label: say.pulse(this.#pulseMs(pin)), iconId: "pulse", className: "small", testid: `pulse-${pin.role}`, onPress: () => this.#pulse(pin, name(pin)) });
    const columns = [
      { name: say.role, cell: (pin) => [element("b", { text: name(pin) }), pin.fault && element("p", { class: "fine bad" }, prose(pin.fault))] },
      { name: say.state, cell: (pin) => tag(say.states[pin.state], tones[pin.state]) },
      { name: say.line, className: "end", cell: (pin) => String(pin.line) },
      { name: say.direction, cell: (pin) => say.directions[pin.direction] },
      { name: say.active, cell: (pin) => say.levels[pin.active] },
      { name: say.safe, cell: (pin) => word(say, "states", pin.safe) },
      {
        name: "",
        unseen: say.actions,
        className: "act",
        cell: (pin) => test(pin) || (pin.direction === "in" && element("span", { class: "fine soft", text: say.watch })),
      },
    ];
    return card(
      { title: say.pins, className: "flush", acts: [goTo(link("settings", "pins"), say.toPins)] },
      table({ label: say.pins, columns, rows: pins, testid: "pins" }),
    );
  }

  #pulseMs(pin) {
    return Math.min(PULSE_MS, pin.pulse_ms_max ?? PULSE_MS);
  }

  async #pulse(pin, name) {
    const reply = await this.attempt(() => this.api.send("POST", `devices/pins/${encodeURIComponent(pin.role)}/test`, { ms: this.#pulseMs(pin) }));
    if (reply) this.app.tell(this.say.pulsed(name, word(this.say, "states", reply.state)));
    await this.reload();
  }
}
