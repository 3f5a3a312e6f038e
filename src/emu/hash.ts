/**
 * A 64-bit hash of a machine's state: two lanes of multiply-and-rotate over 32-bit words. The same words in the same
 * order give the same text in every process; it is meant to find differences, not to resist attacks.
 */
export class Hasher {
  #a = 0x9e37_79b9 | 0;
  #b = 0x85eb_ca6b | 0;

  word(value: number): void {
    this.#a = Math.imul((this.#a ^ value) | 0, 0x0100_0193);
    this.#a = (this.#a << 13) | (this.#a >>> 19);
    this.#b = Math.imul((this.#b + value) | 0, 0xc2b2_ae35 | 0) ^ (this.#b >>> 15);
  }

  /** The words of a byte array; a rest of up to three bytes is padded with zeros, and the length takes part. */
  bytes(bytes: Uint8Array): void {
    this.word(bytes.length);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const whole = bytes.length & ~3;
    for (let i = 0; i < whole; i += 4) this.word(view.getInt32(i, true));
    let rest = 0;
    for (let i = whole; i < bytes.length; i++) rest |= bytes[i]! << (8 * (i - whole));
    if (whole < bytes.length) this.word(rest);
  }

  /** Every bit of a double. */
  number(value: number): void {
    const scratch = new DataView(new ArrayBuffer(8));
    scratch.setFloat64(0, value, true);
    this.word(scratch.getInt32(0, true));
    this.word(scratch.getInt32(4, true));
  }

  text(text: string): void {
    this.word(text.length);
    for (let i = 0; i < text.length; i++) this.word(text.charCodeAt(i));
  }

  /** 16 hexadecimal digits. */
  digest(): string {
    return [this.#a, this.#b].map((lane) => (lane >>> 0).toString(16).padStart(8, '0')).join('');
  }
}
