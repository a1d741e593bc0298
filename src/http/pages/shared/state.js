// What a page knows, in one frozen object, and who is told when it changes. Knows neither the socket nor the screen.

/** A state with watchers. `set` takes a patch; watchers run once per turn of the event loop with (now, before). */
export class State {
  #now;
  #told;
  #watchers = [];
  #pending = false;

  constructor(initial) {
    this.#now = Object.freeze({ ...initial });
    this.#told = this.#now;
  }

  get now() {
    return this.#now;
  }

  set(patch) {
    const changed = Object.entries(patch).some(([key, value]) => this.#now[key] !== value);
    if (!changed) return;
    this.#now = Object.freeze({ ...this.#now, ...patch });
    if (this.#pending) return;
    this.#pending = true;
    queueMicrotask(() => this.#tell());
  }

  /** Calls `watcher(now, before)` at once and after every change. */
  watch(watcher) {
    this.#watchers.push(watcher);
    watcher(this.#now, {});
  }

  #tell() {
    this.#pending = false;
    const before = this.#told;
    this.#told = this.#now;
    for (const watcher of this.#watchers) watcher(this.#told, before);
  }
}

/** Whether any of `keys` differs between two states. */
export function differs(now, before, ...keys) {
  return keys.some((key) => now[key] !== before[key]);
}
