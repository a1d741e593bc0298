// What was changed and is not saved. Paths are names joined by points: `visit.idle_seconds`, `camera.hold-3`.

export const REMOVED = Symbol("removed");

export class Draft {
  #values;
  #changes = new Map();

  constructor(values) {
    this.#values = values;
  }

  get size() {
    return this.#changes.size;
  }

  /** The file's values are new; what was changed here stays changed. */
  renew(values) {
    this.#values = values;
  }

  /** What stands at `path` now, changes included; `REMOVED` when it shall go back to its default. */
  value(path) {
    if (this.#changes.has(path)) return this.#changes.get(path);
    const above = this.#above(path);
    if (above) {
      const whole = this.#changes.get(above);
      return whole === REMOVED ? undefined : at(whole, path.slice(above.length + 1));
    }
    return at(this.#values, path);
  }

  original(path) {
    return at(this.#values, path);
  }

  set(path, value) {
    const above = this.#above(path);
    if (above && this.#changes.get(above) !== REMOVED) return this.#changes.set(above, withPart(this.#changes.get(above), path.slice(above.length + 1), value));
    if (JSON.stringify(value) === JSON.stringify(at(this.#values, path))) return this.#changes.delete(path);
    return this.#changes.set(path, value);
  }

  remove(path) {
    this.undoBelow(path);
    if (at(this.#values, path) === undefined) this.#changes.delete(path);
    else this.#changes.set(path, REMOVED);
  }

  undo(path) {
    this.#changes.delete(path);
  }

  undoBelow(path) {
    for (const other of this.#changes.keys()) if (other.startsWith(`${path}.`)) this.#changes.delete(other);
  }

  isChanged(path) {
    return this.#changes.has(path);
  }

  paths() {
    return [...this.#changes.keys()];
  }

  clear() {
    this.#changes.clear();
  }

  /** Names below `path`, without what is removed and with what is new. */
  names(path) {
    const below = [...this.#changes.keys()]
      .filter((other) => other.startsWith(`${path}.`) && !other.slice(path.length + 1).includes("."))
      .map((other) => other.slice(path.length + 1));
    return [...new Set([...Object.keys(at(this.#values, path) ?? {}), ...below])].filter((name) => this.#changes.get(`${path}.${name}`) !== REMOVED);
  }

  /** As the server takes them. */
  changes() {
    return [...this.#changes].map(([path, value]) => (value === REMOVED ? { path, remove: true } : { path, value }));
  }

  #above(path) {
    return [...this.#changes.keys()].find((other) => path.startsWith(`${other}.`));
  }
}

function at(values, path) {
  return path.split(".").reduce((value, name) => value?.[name], values);
}

function withPart(whole, path, value) {
  const [name, ...rest] = path.split(".");
  return { ...whole, [name]: rest.length > 0 ? withPart(whole?.[name] ?? {}, rest.join("."), value) : value };
}
