/** What a port has sent, as its handle shows it. */
export interface Written {
  readonly bytes: Uint8Array;
  /** As UTF-8; a character whose last bytes are still to come is left out. */
  readonly text: string;
  /** `text` by lines, without their ends; a last line without end counts too. */
  readonly lines: readonly string[];
}

/** Adds to a port's handle what was written, which is looked up each time. */
export function withWritten<T extends object>(handle: T, bytes: () => Uint8Array): T & Written {
  const text = () => new TextDecoder().decode(bytes(), { stream: true });
  const lines = () => {
    const all = text().split(/\r?\n/);
    if (all.at(-1) === '') all.pop();
    return all;
  };
  const shown = (get: () => unknown) => ({ get, enumerable: true });
  const written = { bytes: shown(bytes), text: shown(text), lines: shown(lines) };
  return Object.defineProperties(handle, written) as T & Written;
}
