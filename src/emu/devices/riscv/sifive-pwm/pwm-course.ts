/** The course of the PWM counter and its comparators as plain arithmetic (FE310 20.3 to 20.8). */

export interface PwmSettings {
  /** Bits of the comparators. */
  readonly width: number;
  /** log2 of the clocks of a step. */
  readonly scale: number;
  /** The counter goes back to 0 behind comparator 0's match. */
  readonly zerocmp: boolean;
  /** A bit a comparator. */
  readonly center: number;
  readonly compare: readonly number[];
}

/** What the comparators look at (20.5). */
export function scaled({ width, scale }: PwmSettings, count: number): number {
  return Math.floor(count / 2 ** scale) % 2 ** width;
}

/** 20.8: a centred comparator looks at the complement in the second half of the round. */
function isMirrored({ width, center }: PwmSettings, index: number, s: number): boolean {
  return ((center >>> index) & 1) !== 0 && s >= 2 ** (width - 1);
}

/** Comparators that have elapsed at a count: at or above their values (20.6). */
export function elapsedMask(settings: PwmSettings, count: number): number {
  const s = scaled(settings, count);
  const complement = 2 ** settings.width - 1 - s;
  let mask = 0;
  for (const [index, value] of settings.compare.entries()) {
    if ((isMirrored(settings, index, s) ? complement : s) >= value) mask |= 1 << index;
  }
  return mask;
}

/** Comparators in their mirrored half, in which nothing holds their flags. */
export function mirroredMask(settings: PwmSettings, count: number): number {
  const s = scaled(settings, count);
  let mask = 0;
  for (const index of settings.compare.keys()) if (isMirrored(settings, index, s)) mask |= 1 << index;
  return mask;
}

/** The end of the round that a count lies in: the carry out of the scaled value. */
function roundEnd({ width, scale }: PwmSettings, count: number): number {
  const round = 2 ** (width + scale);
  return (Math.floor(count / round) + 1) * round;
}

/** The next count at which a comparator may change; the end of the round at last. */
export function nextChange(settings: PwmSettings, count: number): number {
  const { width, scale, compare, center } = settings;
  const end = roundEnd(settings, count);
  const start = end - 2 ** (width + scale);
  let next = end;
  const consider = (value: number): void => {
    const at = start + value * 2 ** scale;
    if (at > count && at < next) next = at;
  };
  for (const [index, value] of compare.entries()) {
    consider(value);
    if (((center >>> index) & 1) === 0) continue;
    consider(2 ** (width - 1));
    consider(2 ** width - value);
  }
  return next;
}

/** The count in whose place the counter is 0: one behind comparator 0's match if it says so, or the end of the round (20.4). */
export function wrapOf(settings: PwmSettings, count: number): number {
  const end = roundEnd(settings, count);
  if (!settings.zerocmp) return end;
  for (let at = count; at < end; at = nextChange(settings, at)) {
    if ((elapsedMask(settings, at) & 1) !== 0) return at + 1;
  }
  return end;
}
