import { type Duration, nanosecondsOf } from '../duration.js';
import { UsageError } from '../errors.js';
import { checkNames } from '../options.js';
import { definePart, type PartType } from '../part.js';

export interface RotaryEncoderOptions {
  readonly a: string;
  readonly b: string;
  /** Push button of the shaft. */
  readonly button?: string;
  /** Changes of the two contacts from one detent to the next; 4 as most have. */
  readonly perDetent?: 1 | 2 | 4;
}

export interface RotaryEncoder {
  /** Detents since power-on, clockwise ones positive. */
  readonly position: number;
  /** Turns by detents: clockwise when positive. The contacts change one after another, `every` apart. */
  turn(detents: number, options?: { readonly every?: Duration }): void;
  /** The shaft is still turning. */
  readonly turning: boolean;
  press(): void;
  release(): void;
}

/** Contacts A and B over a detent, clockwise: A closes first. Bit 0 is A, bit 1 is B; closed pulls low. */
const SEQUENCE = [0b11, 0b10, 0b00, 0b01] as const;

/** A rotary encoder with its pull-up resistors: two contacts to ground, in quadrature. */
export function rotaryEncoder(options: RotaryEncoderOptions): PartType<RotaryEncoder> {
  checkNames('rotaryEncoder', options, ['a', 'b', 'button', 'perDetent'], ['a', 'b']);
  const { a, b, button, perDetent = 4 } = options;
  const pins = [a, b, ...(button ? [button] : [])];
  return definePart({
    kind: 'rotary-encoder',
    pins,
    drives: pins,
    setup(p) {
      const contacts = [a, b].map((pin) => p.net(pin).driver(p.name));
      const push = button === undefined ? undefined : p.net(button).driver(p.name);
      /** Quarter steps so far, steps still to go, ns between two of them. */
      const words = p.words('shaft', 3);
      const show = () => {
        const levels = SEQUENCE[words[0]! & 3]!;
        for (const [i, contact] of contacts.entries()) contact.set((levels >> i) & 1 ? 'pull-up' : 'low');
      };
      const step = p.event('step', () => {
        const direction = Math.sign(words[1]!);
        words[0] = words[0]! + direction;
        words[1] = words[1]! - direction;
        show();
        if (words[1] !== 0) step.after(words[2]!);
      });
      p.onPowerOn(() => {
        push?.set('pull-up');
        show();
      });
      return {
        get position() {
          return words[0]! / perDetent;
        },
        get turning() {
          return words[1] !== 0;
        },
        turn(detents, { every = '1ms' } = {}) {
          if (!Number.isInteger(detents)) {
            throw new UsageError({
              what: `${p.name} cannot turn by ${detents} detents`,
              remedy: 'give a whole number',
            });
          }
          words[1] = words[1]! + detents * perDetent;
          words[2] = nanosecondsOf(every, `${p.name}.turn: every`);
          if (words[1] !== 0 && !step.armed) step.after(words[2]!);
        },
        press: () => push?.set('low'),
        release: () => push?.set('pull-up'),
      };
    },
  });
}
