/** Source text and places in it, as messages name them: `board.dts:12:5`. */

/** What a preprocessor's line marker says of the lines behind it: `# 12 "board.dts"`. */
interface LineMarker {
  /** Where the next line starts. */
  readonly offset: number;
  readonly path: string;
  readonly line: number;
}

export interface Position {
  readonly path: string;
  /** Both from 1; columns count bytes. */
  readonly line: number;
  readonly column: number;
}

/** One source file. Its text holds a byte in each character, so that strings keep the bytes they were written with. */
export class DtsFile {
  readonly path: string;
  readonly text: string;
  #lineStarts: number[] | undefined;
  readonly #markers: LineMarker[] = [];

  constructor(path: string, text: string) {
    this.path = path;
    this.text = text;
  }

  mark(marker: LineMarker): void {
    this.#markers.push(marker);
  }

  #lineOf(offset: number): { index: number; start: number } {
    this.#lineStarts ??= [0, ...[...this.text.matchAll(/\n/g)].map(({ index }) => index + 1)];
    const index = lastAtOrBelow(this.#lineStarts, offset, (start) => start);
    return { index, start: this.#lineStarts[index]! };
  }

  position(offset: number): Position {
    const { index, start } = this.#lineOf(offset);
    const column = offset - start + 1;
    const marker = this.#markers[lastAtOrBelow(this.#markers, offset, (one) => one.offset)];
    if (!marker) return { path: this.path, line: index + 1, column };
    return { path: marker.path, line: marker.line + index - this.#lineOf(marker.offset).index, column };
  }
}

/** Index of the last item whose key is not above the value; -1 when there is none. */
function lastAtOrBelow<T>(items: readonly T[], value: number, key: (item: T) => number): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (key(items[middle]!) <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

export interface Place {
  readonly file: DtsFile;
  readonly offset: number;
}

export function placeText({ file, offset }: Place): string {
  const { path, line, column } = file.position(offset);
  return `${path}:${line}:${column}`;
}
