/** Milliseconds of the host, from some instant on. Node loads what `performance` is only when it is asked for, which takes two of them. */
export function hostNow(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e3 + nanoseconds / 1e6;
}
