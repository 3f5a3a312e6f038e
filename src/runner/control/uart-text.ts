/** Bytes of a UART on their way to a client, as text where they are UTF-8. */

export type Piece = { readonly text: string } | { readonly base64: string };

const CONTINUATION = 0x80;

/** How many bytes at the end may be the beginning of a character that is not complete. */
function unfinished(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if ((byte & 0xc0) === CONTINUATION) continue;
    const length = byte >= 0xf0 && byte < 0xf8 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc2 ? 2 : 1;
    return byte < 0xf8 && length > back ? back : 0;
  }
  return 0;
}

export class UartText {
  #bytes: number[] = [];

  add(byte: number): void {
    this.#bytes.push(byte & 0xff);
  }

  /** What is there, but for the beginning of a character; all of it where that stays alone. */
  take(): Piece[] {
    if (this.#bytes.length === 0) return [];
    const bytes = Buffer.from(this.#bytes);
    const rest = unfinished(bytes);
    if (rest === bytes.length) return [];
    const whole = bytes.subarray(0, bytes.length - rest);
    this.#bytes = [...bytes.subarray(bytes.length - rest)];
    try {
      return [{ text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(whole) }];
    } catch {
      return [{ base64: whole.toString('base64') }];
    }
  }
}
