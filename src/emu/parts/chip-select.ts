import type { PartContext } from '../part.js';

export interface ChipSelect {
  /** Low: the part listens. */
  readonly active: boolean;
}

/** An active-low select pin; the hooks hear it fall and rise. */
export function chipSelect(
  p: Pick<PartContext, 'net' | 'words' | 'onPowerOn'>,
  pin: string,
  hooks: { fell?(): void; rose?(): void } = {},
): ChipSelect {
  const net = p.net(pin);
  const isLow = () => net.level === 'low';
  const selected = p.words('selected', 1);
  const follow = () => {
    if (isLow() === (selected[0] !== 0)) return;
    selected[0] = isLow() ? 1 : 0;
    if (selected[0]) hooks.fell?.();
    else hooks.rose?.();
  };
  net.listen(follow);
  p.onPowerOn(follow);
  return {
    get active() {
      return selected[0] !== 0;
    },
  };
}
