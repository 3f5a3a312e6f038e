/**
 * Clock calibration as plain arithmetic. Both kinds let a count run through some pulses of its clock twice or not at all; what is
 * given here is how many pulses of the clock it takes to come to a count.
 */

/** Pulses between counts where nothing is calibrated: as many. */
export type Skew = (count: number) => number;

const WINDOW_BITS = 20;

/**
 * Smooth calibration, RM0090 26.3.11: in a cycle of 2^20 counted pulses of RTCCLK CALM more are swallowed, spread as evenly as a
 * binary number allows (bit i: where the count's low 20 − i bits are one and then zeros), and with CALP one in 2^11 comes for free.
 * f_CAL = f × [1 + (CALP × 512 − CALM) / (2^20 + CALM − CALP × 512)].
 */
export function smoothSkew(calm: number, calp: number): Skew {
  return (count) => {
    let skew = -calp * Math.floor(count / 2048);
    for (let bit = 0; bit < 9; bit++) {
      if (((calm >>> bit) & 1) === 0) continue;
      const step = 2 ** (WINDOW_BITS - bit);
      skew += Math.floor((count + step / 2 - 1) / step);
    }
    return skew;
  };
}

/**
 * Coarse calibration, RM0090 26.3.11: in each of the first 2 × DC minutes of a cycle of 64 one pulse of ck_apre is removed (DCS), or
 * two are added. `minute` is 60 × (PREDIV_S + 1) counts.
 */
export function coarseSkew(dc: number, negative: boolean, minute: number): Skew {
  const each = negative ? 1 : -2;
  return (count) => {
    const minutes = Math.floor(count / minute);
    const modified = Math.floor(minutes / 64) * 2 * dc + Math.min(minutes % 64, 2 * dc);
    return each * modified;
  };
}

/** The count that `pulses` lead to: the largest with count + skew(count) ≤ pulses. */
export function countAfter(pulses: number, skew: Skew): number {
  let count = pulses;
  for (let i = 0; i < 4; i++) count = pulses - skew(count);
  while (count + skew(count) > pulses) count--;
  // Two pulses that come for free stand at the same place as the one before them.
  while (count + 1 + skew(count + 1) <= pulses || count + 2 + skew(count + 2) <= pulses) count++;
  return count;
}
/** The first pulse at which the count is `count` or more. */
export function pulsesTo(count: number, skew: Skew): number {
  return Math.min(count + skew(count), count + 1 + skew(count + 1), count + 2 + skew(count + 2));
}
