/** Waves that the converter adds to its data by itself: RM0090 14.3.7 (noise) and 14.3.8 (triangle). */

export const WAVE = { none: 0, noise: 1 } as const;
/** What the shift register holds after reset. */
export const LFSR_START = 0xaaa;
export const FULL_SCALE = 4095;

/** MAMP selects 1 to 12 bits: the mask of the noise, and the amplitude of the triangle (14.5.1). */
export function amplitude(mamp: number): number {
  return (1 << Math.min(mamp + 1, 12)) - 1;
}

/** Figure 65: bits 0, 1, 4 and 6 feed bit 11; a 1 comes in where all bits are 0, so that it cannot lock up. */
export function nextNoise(lfsr: number): number {
  const feedback = lfsr === 0 ? 1 : (lfsr ^ (lfsr >> 1) ^ (lfsr >> 4) ^ (lfsr >> 6)) & 1;
  return (lfsr >> 1) | (feedback << 11);
}

/** A triangle's counter, and whether it counts down. */
export interface Triangle {
  readonly count: number;
  readonly falling: boolean;
}

/** Counts up to `top`, down to 0, and so on. */
export function nextTriangle({ count, falling }: Triangle, top: number): Triangle {
  if (falling) return count > 0 ? { count: count - 1, falling: count > 1 } : { count: 1, falling: false };
  if (count < top) return { count: count + 1, falling: count + 1 >= top };
  return { count: Math.max(count - 1, 0), falling: true };
}

/** Added without overflow. */
export function added(data: number, wave: number): number {
  return Math.min(data + wave, FULL_SCALE);
}
