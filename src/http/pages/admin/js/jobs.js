// The jobs of the server and the uploads of this page: asks for them once a second while one runs, and says who waits that it is over.

const BUSY_MS = 1_000;
const IDLE_MS = 20_000;
const DONE_STAYS_MS = 9_000;
const KEPT_AS = "usher.admin.jobs-closed";

export class Jobs {
  #state;
  #api;
  #timer = null;
  #waiters = new Map();
  #closed = new Set(JSON.parse(sessionStorage.getItem(KEPT_AS) ?? "[]"));
  #seenRunning = new Set();
  #isFirst = true;

  constructor(state, api) {
    this.#state = state;
    this.#api = api;
  }

  start() {
    this.#isFirst = true;
    this.#ask();
  }

  stop() {
    clearTimeout(this.#timer);
    for (const [id, resolve] of this.#waiters) this.#resolve(id, resolve, { id, state: "gone" });
    this.#state.set({ jobs: [] });
  }

  /** Starts a job by a call and resolves with the job when it is over; `kind` is how the tray names it until the server does. */
  async run(method, path, body, kind) {
    return this.#follow(await this.#api.send(method, path, body), kind);
  }

  /** Sends a file. Shows how much has gone; when the reply is a job, follows it. */
  async upload(path, file, kind) {
    const id = `upload-${crypto.randomUUID?.() ?? Math.random()}`;
    const show = (done) => this.#put({ id, kind: "upload", state: "running", done, total: file.size, unit: "bytes", what: file.name });
    show(0);
    try {
      const reply = await this.#api.upload(path, file, show);
      return reply?.id ? await this.#follow(reply, kind) : reply;
    } finally {
      this.#drop(id);
    }
  }

  close(id) {
    this.#closed.add(id);
    sessionStorage.setItem(KEPT_AS, JSON.stringify([...this.#closed].slice(-100)));
    this.#drop(id);
  }

  #follow(reply, kind) {
    this.#put({ id: reply.id, kind, state: "running", done: 0, total: null, unit: "steps", what: "" });
    // A device's test shows itself on its own page.
    if (kind !== "try") this.#state.set({ tray: true });
    this.#wake(BUSY_MS / 3);
    return new Promise((resolve) => this.#waiters.set(reply.id, resolve));
  }

  async #ask() {
    clearTimeout(this.#timer);
    const jobs = this.#state.now.link === "up" ? await this.#api.get("jobs").catch(() => null) : null;
    if (jobs) this.#take(jobs);
    const isBusy = this.#state.now.jobs.some((job) => job.state === "running" && job.kind !== "upload") || this.#waiters.size > 0;
    if (this.#state.now.view === "admin") this.#wake(isBusy ? BUSY_MS : IDLE_MS);
  }

  #wake(ms) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(), ms);
  }

  #take(jobs) {
    for (const job of jobs) {
      if (job.state === "running") this.#seenRunning.add(job.id);
      else if (this.#isFirst && job.state === "done") this.#closed.add(job.id);
      else this.#over(job);
    }
    this.#isFirst = false;
    const uploads = this.#state.now.jobs.filter((job) => job.kind === "upload");
    this.#state.set({ jobs: [...uploads, ...jobs.filter((job) => !this.#closed.has(job.id))] });
    // A server that was restarted knows the old jobs no more.
    for (const [id, resolve] of this.#waiters) if (!jobs.some((job) => job.id === id)) this.#resolve(id, resolve, { id, state: "gone" });
  }

  #over(job) {
    const resolve = this.#waiters.get(job.id);
    if (resolve) this.#resolve(job.id, resolve, job);
    if (job.state === "done" && (this.#seenRunning.delete(job.id) || resolve)) setTimeout(() => this.close(job.id), job.kind === "try" ? 0 : DONE_STAYS_MS);
  }

  #resolve(id, resolve, job) {
    this.#waiters.delete(id);
    resolve(job);
  }

  #put(job) {
    this.#state.set({ jobs: [...this.#state.now.jobs.filter((other) => other.id !== job.id), job] });
  }

  #drop(id) {
    const jobs = this.#state.now.jobs.filter((job) => job.id !== id);
    this.#state.set({ jobs, tray: this.#state.now.tray && jobs.length > 0 });
  }
}
