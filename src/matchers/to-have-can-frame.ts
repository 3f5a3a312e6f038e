import type { CanBusHandle, CarriedFrame } from '../emu/can-link.js';
import { UsageError } from '../emu/errors.js';
import { type MatcherResult, type MatcherState, placeRows, verdict } from './matcher.js';
import { bytesText, timeText } from './message.js';
import { benchOf } from './subject.js';

/** What of a frame is looked at; what is left out may be anything. */
export interface CanFrameExpectation {
  readonly id?: number;
  readonly extended?: boolean;
  readonly rtr?: boolean;
  readonly dlc?: number;
  readonly data?: Iterable<number>;
  /** Who sent it: a controller's name or `'test'`. By default the controller that is asked about; of a bus, anyone. */
  readonly from?: string;
}

const MOST = 8;

function busOf(received: unknown): CanBusHandle {
  const { bus } = (received ?? {}) as { readonly bus?: Partial<CanBusHandle> };
  if (typeof bus === 'object' && typeof bus.injectError === 'function') return bus as CanBusHandle;
  throw new UsageError({
    what: `this matcher wants a CAN controller or a CAN bus, not ${benchOf(received).name}`,
    remedy: 'give board.can1, or the part canBus([…]) by its name',
  });
}

function holds(frame: CarriedFrame, expected: CanFrameExpectation): boolean {
  const { id, extended, rtr, dlc, data, from } = expected;
  const bytes = data === undefined ? undefined : [...data];
  return (
    (id === undefined || frame.id === id) &&
    (extended === undefined || frame.extended === extended) &&
    (rtr === undefined || frame.rtr === rtr) &&
    (dlc === undefined || frame.dlc === dlc) &&
    (from === undefined || frame.from === from) &&
    (bytes === undefined || (bytes.length === frame.data.length && bytes.every((byte, i) => byte === frame.data[i])))
  );
}

/** `0x123`, and of an extended identifier eight digits. */
function idText(id: number, extended: boolean): string {
  return `0x${id.toString(16).padStart(extended ? 8 : 3, '0')}`;
}

/** `0x123 [2] 0a 0b from can1 at 1.5 ms` */
function frameText({ id, extended, rtr, dlc, data, from, ns }: CarriedFrame): string {
  const content = rtr ? ' remote' : data.length > 0 ? ` ${bytesText(data)}` : '';
  return `${idText(id, extended)} [${dlc}]${content} from ${from} at ${timeText(ns)}`;
}

function expectedText({ id, extended, rtr, dlc, data, from }: CanFrameExpectation): string {
  const parts = [
    id === undefined ? 'any frame' : idText(id, extended ?? id > 0x7ff),
    dlc === undefined ? '' : `[${dlc}]`,
    rtr ? 'remote' : '',
    data === undefined ? '' : bytesText(Uint8Array.from(data)),
    from === undefined ? '' : `from ${from}`,
  ];
  return parts.filter((part) => part !== '').join(' ');
}

/**
 * A frame was carried on the CAN bus, from the controller that is asked about (or, of a bus, from anyone). Never runs the
 * machine.
 */
export function toHaveCanFrame(this: MatcherState, received: unknown, expected: CanFrameExpectation): MatcherResult {
  const { bench, name } = benchOf(received);
  const bus = busOf(received);
  const isController = typeof received === 'object' && received !== null && 'moveTo' in received;
  const wanted = isController ? { from: name, ...expected } : expected;
  const { frames } = bus;
  const shown = frames.slice(-MOST).map(frameText);
  const more = frames.length > MOST ? [`(and ${frames.length - MOST} before)`] : [];
  return verdict({
    state: this,
    subject: name,
    matcher: 'toHaveCanFrame',
    args: [expected],
    pass: frames.some((frame) => holds(frame, wanted)),
    rows: () => [
      ['Expected', `${this.isNot ? 'not ' : ''}${expectedText(wanted)}`],
      ['Frames', shown.length === 0 ? 'none' : [...more, ...shown].join('\n')],
      ...placeRows(bench),
      ['Hint', hint(bus)],
    ],
  });
}

function hint(bus: CanBusHandle): string | undefined {
  if (bus.frames.length > 0 || bus.joined) return undefined;
  return 'nobody on the bus acknowledges frames: bus.join() makes the test a node, canBus([…]) wires a second controller';
}
