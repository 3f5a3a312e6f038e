import { type Duration, nanosecondsOf } from '../duration.js';
import { checkNames } from '../options.js';
import { definePart, type PartType } from '../part.js';

export interface ButtonOptions {
  /** Pressed connects the pin to the supply, released pulls it down; by default the other way round. */
  readonly activeHigh?: boolean;
}

export interface Button {
  readonly pin: string;
  readonly pressed: boolean;
  /** Closes the contact; with `for`, opens it again after that machine time. */
  press(options?: { readonly for?: Duration }): void;
  release(): void;
}

/** A push button with its pull resistor. It does not bounce. */
export function button(pin: string, options: ButtonOptions = {}): PartType<Button> {
  checkNames('button', options, ['activeHigh']);
  const [active, idle] = options.activeHigh ? (['high', 'pull-down'] as const) : (['low', 'pull-up'] as const);
  return definePart({
    kind: 'button',
    pins: [pin],
    drives: [pin],
    setup(p) {
      const driver = p.net(pin).driver(p.name);
      const release = p.event('release', () => driver.set(idle));
      p.onPowerOn(() => driver.set(idle));
      return {
        pin,
        get pressed() {
          return driver.drive === active;
        },
        press(how = {}) {
          checkNames(`${p.name}.press`, how, ['for']);
          driver.set(active);
          if (how.for !== undefined) release.after(nanosecondsOf(how.for, 'button.press: for'));
          else release.cancel();
        },
        release() {
          release.cancel();
          driver.set(idle);
        },
      };
    },
  });
}
