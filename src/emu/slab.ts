const SLAB_SIZE = 1 << 20;

let slab = new Uint8Array(0);
let used = 0;

/** A copy of some bytes in a large shared buffer: a buffer of its own for every copy costs ten times the copying. */
export function copyOf(bytes: Uint8Array): Uint8Array {
  const { length } = bytes;
  if (length > SLAB_SIZE / 4) return bytes.slice();
  if (used + length > slab.length) {
    slab = new Uint8Array(SLAB_SIZE);
    used = 0;
  }
  const copy = slab.subarray(used, used + length);
  copy.set(bytes);
  used += Math.ceil(length / 8) * 8;
  return copy;
}
