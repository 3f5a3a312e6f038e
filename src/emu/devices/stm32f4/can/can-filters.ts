/** Acceptance filters: RM0090 32.7.4. Pure: banks in, match out. */

/** The registers that describe all 28 banks. */
export interface FilterBanks {
  /** Bit masks by bank: list mode, 32-bit scale, FIFO 1, active. */
  readonly list: number;
  readonly wide: number;
  readonly fifo: number;
  readonly active: number;
  /** FiR1 and FiR2 of a bank. */
  first(bank: number): number;
  second(bank: number): number;
}

export interface FilterMatch {
  readonly fifo: 0 | 1;
  /** Filter match index: the number of the filter within its FIFO. */
  readonly index: number;
}

const bit = (word: number, n: number): 0 | 1 => ((word >>> n) & 1) as 0 | 1;

/** Identifier, IDE and RTR as a 16-bit filter holds them: STID, RTR, IDE, EXID 17:15 (figure 341). */
export function narrowId(head: number): number {
  return ((head >>> 16) & 0xffe0) | (bit(head, 1) << 4) | (bit(head, 2) << 3) | ((head >>> 18) & 7);
}

/** Filters of a bank by mode and scale: how many numbers it takes. */
function filtersIn(list: number, wide: number): 1 | 2 | 4 {
  if (wide) return list ? 2 : 1;
  return list ? 4 : 2;
}

/** The filter of a bank that lets a frame pass, by its place in the bank; −1 for none. Bit 0 of a wide filter holds nothing. */
function matchIn(head: number, list: number, wide: number, one: number, two: number): number {
  if (wide) {
    const id = head & ~1;
    if (!list) return ((id ^ one) & two & ~1) === 0 ? 0 : -1;
    return id === (one & ~1) ? 0 : id === (two & ~1) ? 1 : -1;
  }
  const id = narrowId(head);
  const halves = [one & 0xffff, one >>> 16, two & 0xffff, two >>> 16];
  if (list) return halves.indexOf(id);
  if (((id ^ halves[0]!) & halves[1]!) === 0) return 0;
  return ((id ^ halves[2]!) & halves[3]!) === 0 ? 1 : -1;
}

/**
 * What a frame matches among the banks from `from` up to, not including, `to`. 32.7.4, filter priority rules: 32-bit before
 * 16-bit scale, then lists before masks, then the lower number. Numbers count inactive banks, too, for each FIFO by itself.
 */
export function matchFilters(banks: FilterBanks, head: number, from: number, to: number): FilterMatch | undefined {
  const numbers = [0, 0];
  let best: FilterMatch | undefined;
  let bestRank = -1;
  for (let bank = from; bank < to; bank++) {
    const [list, wide, fifo] = [bit(banks.list, bank), bit(banks.wide, bank), bit(banks.fifo, bank)];
    const rank = wide * 2 + list;
    if (rank > bestRank && bit(banks.active, bank)) {
      const place = matchIn(head, list, wide, banks.first(bank), banks.second(bank));
      if (place >= 0) {
        best = { fifo, index: numbers[fifo]! + place };
        bestRank = rank;
      }
    }
    numbers[fifo]! += filtersIn(list, wide);
  }
  return best;
}
