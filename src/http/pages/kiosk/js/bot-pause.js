// While a person has the visit, usher neither speaks nor listens; afterwards it does again what it did before.

import { isBotOn } from "./state.js";

export class BotPause {
  #sound;
  #turns;
  #talk;
  #conversation;
  #wasHandsFree = false;

  constructor(state, { sound, turns, talk, conversation }) {
    this.#sound = sound;
    this.#turns = turns;
    this.#talk = talk;
    this.#conversation = conversation;
    state.watch((now, before) => {
      if (now.link === "lost") this.#wasHandsFree = false; // a new visit of the server starts with the button
      if (isBotOn(now) === isBotOn(before)) return;
      if (isBotOn(now)) this.#resume();
      else this.#pause(now);
    });
  }

  #pause({ handsFree }) {
    this.#wasHandsFree = handsFree;
    this.#turns.silence();
    this.#talk.cancel();
    if (handsFree) this.#conversation.setHandsFree(false);
    this.#sound.closeMicrophone();
  }

  #resume() {
    if (this.#wasHandsFree) this.#talk.toggleHandsFree();
    this.#wasHandsFree = false;
  }
}
