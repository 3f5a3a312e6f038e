import type { DeviceContext } from '../../../device.js';
import { i32 } from '../../../state.js';
import type { VirtioBackend, VirtioDevice, VirtioTransport } from './backend.js';

export interface VirtioEntropyOptions {
  /** Where the numbers start: the same seed gives the same numbers after every reset. Default 1. */
  readonly seed?: number;
}

/** Bytes given for one request at most; a device may give fewer than there is room for (virtio 1.1 5.4.6). */
const MOST = 65_536;
const STATE = { generator: i32(4) } as const;

/** A source of random numbers (virtio 1.1 5.4) that are the same in every run: a generator with a seed. */
export function virtioEntropy({ seed = 1 }: VirtioEntropyOptions = {}): VirtioBackend<object> {
  return {
    name: 'virtio-rng',
    deviceId: 4,
    features: [],
    queues: 1,
    configLength: 0,
    state: STATE,
    create: (d, transport) => new Entropy(d, transport, seed),
  };
}

class Entropy implements VirtioDevice<object> {
  readonly handle = {};
  readonly #state: Int32Array;
  readonly #transport: VirtioTransport;
  readonly #seed: number;

  constructor(d: DeviceContext, transport: VirtioTransport, seed: number) {
    this.#state = (d as unknown as DeviceContext<Record<never, never>, typeof STATE>).state.generator;
    this.#transport = transport;
    this.#seed = seed;
  }

  config(): Uint8Array {
    return new Uint8Array(0);
  }
  /** Only the machine's reset starts the numbers anew: a driver that resets the device gets others than before. */
  reset(by: 'machine' | 'driver'): void {
    if (by === 'machine') seedInto(this.#state, this.#seed);
  }
  serve(queue: number): number | undefined {
    const chain = this.#transport.take(queue);
    if (chain === undefined) return undefined;
    const bytes = new Uint8Array(Math.min(chain.writableLength, MOST));
    for (let i = 0; i < bytes.length; i += 4) {
      const word = this.#next();
      for (let j = 0; j < 4 && i + j < bytes.length; j++) bytes[i + j] = word >>> (8 * j);
    }
    chain.write(0, bytes);
    this.#transport.give(queue, chain, bytes.length);
    return bytes.length;
  }

  /** xoshiro128++ (Blackman and Vigna, 2019). */
  #next(): number {
    const s = this.#state;
    const result = (rotated((s[0]! + s[3]!) | 0, 7) + s[0]!) | 0;
    const shifted = s[1]! << 9;
    s[2]! ^= s[0]!;
    s[3]! ^= s[1]!;
    s[1]! ^= s[2]!;
    s[0]! ^= s[3]!;
    s[2]! ^= shifted;
    s[3] = rotated(s[3]!, 11);
    return result;
  }
}

/** Four words that are not all zero, by SplitMix32. */
function seedInto(words: Int32Array, seed: number): void {
  let state = seed | 0;
  for (let i = 0; i < words.length; i++) {
    state = (state + 0x9e37_79b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0_aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a_2d97);
    words[i] = mixed ^ (mixed >>> 15);
  }
}

function rotated(word: number, count: number): number {
  return (word << count) | (word >>> (32 - count));
}
