/**
 * The results of dual and triple mode in the order DMA fetches them: ADC1, ADC2, (ADC3), ADC1 … — RM0090 13.9, DMA modes.
 * A request stands for one result (mode 1) or two (modes 2 and 3).
 */

export interface StreamState {
  /** By place in the stream, modulo 8. */
  readonly results: Int32Array;
  readonly arrived: Int32Array;
  readonly fetched: Int32Array;
}

type Size = 1 | 2;

export class ResultStream {
  readonly #state: StreamState;

  constructor(state: StreamState) {
    this.#state = state;
  }

  reset(): void {
    this.#state.results.fill(0);
    this.#state.arrived.fill(0);
    this.#state.fetched[0] = 0;
  }

  /** Whether everything the next request stands for is there. */
  ready(size: Size, members: number): boolean {
    for (let i = 0; i < size; i++) if (!this.#isThere(this.#state.fetched[0]! + i, members)) return false;
    return true;
  }

  /** A further result of `converter` (0 is ADC1) would overwrite one that a request has been waiting for. */
  loses(converter: number, size: Size, members: number): boolean {
    const { arrived, fetched } = this.#state;
    const round = arrived[converter]!;
    if (round === 0) return false;
    const previous = (round - 1) * members + converter;
    const lastOfRequest = previous - (previous % size) + size - 1;
    return fetched[0]! <= previous && lastOfRequest < round * members;
  }
  put(converter: number, data: number, members: number): void {
    const place = this.#state.arrived[converter]!++ * members + converter;
    this.#state.results[place & 7] = data;
  }

  /** The result in the low bits, and the one behind it `width` bits above. */
  front(size: Size, members: number, width: 8 | 16): number {
    const { results, fetched } = this.#state;
    const first = fetched[0]!;
    const second = size === 2 && this.#isThere(first + 1, members) ? results[(first + 1) & 7]! : 0;
    return (results[first & 7]! | (second << width)) >>> 0;
  }
  /** Takes what a request stands for; gives the converters it came from. */
  fetch(size: Size, members: number): number[] {
    const first = this.#state.fetched[0]!;
    this.#state.fetched[0] = first + size;
    return Array.from({ length: size }, (_, i) => (first + i) % members);
  }

  #isThere(place: number, members: number): boolean {
    return this.#state.arrived[place % members]! > Math.floor(place / members);
  }
}
