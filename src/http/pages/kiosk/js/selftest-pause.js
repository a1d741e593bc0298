// Waits that can be broken off.

/** Resolves after `ms`; rejects at once when `signal` is aborted. */
export function pause(ms, signal) {
  return until((done) => {
    const timer = setTimeout(done, ms);
    return () => clearTimeout(timer);
  }, signal);
}

/** What `begin(done)` hands to `done`; rejects when `signal` is aborted. What `begin` returns is called in either case. */
export function until(begin, signal) {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const end = begin((value) => leave(() => resolve(value)));
    const onAbort = () => leave(() => reject(signal.reason));
    const leave = (how) => {
      signal.removeEventListener("abort", onAbort);
      end?.();
      how();
    };
    signal.addEventListener("abort", onAbort);
    return undefined;
  });
}

/** `promise`, or a RangeError when it takes longer than `ms`. */
export function within(ms, promise, signal) {
  const late = pause(ms, signal).then(() => {
    throw new RangeError(`nothing came within ${ms} ms`);
  });
  return Promise.race([promise, late]);
}
