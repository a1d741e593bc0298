// What every part of the screen is: an element that is given the page once and shows each state it is told.

/** Subclasses build their nodes in `build()` and bring them up to date in `show(now, before)`. */
export class View extends HTMLElement {
  /** `page`: `{state, conversation, talk, idle, sound, handoff, lines, call}`. */
  attach(page) {
    this.page = page;
    this.build();
    page.state.watch((now, before) => this.show(now, before));
  }

  build() {}

  show(_now, _before) {}
}
