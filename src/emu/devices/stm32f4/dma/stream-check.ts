import { hex } from '../../../bits.js';
import type { DeviceProblem } from '../../../device.js';
import {
  belongsTo,
  type Controller,
  isPacer,
  ownerOf,
  placeName,
  placesOf,
  REQUESTS,
  type RequestPlace,
} from './dma-requests.js';
import { isCcm, isPeripheral, type PortKind, reaches } from './paths.js';
import { DIR, FIFO_BYTES, type StreamRegisters, type StreamSettings } from './stream-settings.js';

/** What is wrong with a stream at the moment it is enabled, in the order of the manual. */

export interface StreamView {
  readonly controller: Controller;
  readonly stream: number;
  readonly regs: StreamRegisters;
  readonly settings: StreamSettings;
}

export type Misuse = Omit<DeviceProblem, 'kind'>;

/** 10.3.14, table 48: the threshold must hold a whole number of memory bursts; else the stream is not enabled. */
export function burstFits({ settings }: StreamView): boolean {
  const bytes = settings.memoryBeats * settings.memorySize;
  return settings.memoryBeats === 1 || (bytes <= FIFO_BYTES && settings.threshold % bytes === 0);
}

/** Everything about the configuration that the manual forbids. */
export function misuseOf(view: StreamView): Misuse[] {
  const checks = [sizes, bursts, modes, alignment, boundaries, reach, routing];
  return checks.flatMap((check) => check(view));
}

/** `DMA1.S5CR`. */
function name({ controller, stream }: StreamView, register: string): string {
  return `${controller.toUpperCase()}.S${stream}${register}`;
}
const configuration = (what: string, remedy: string, section: string): Misuse => ({
  rule: 'dma-configuration',
  what,
  remedy,
  section,
});

function sizes(view: StreamView): Misuse[] {
  const { regs, settings } = view;
  const found: Misuse[] = [];
  const reserved = (field: string, remedy: string) =>
    found.push(configuration(`${name(view, 'CR')}.${field} has the reserved value 3`, remedy, 'RM0090 10.5.5'));
  if (regs.CR.DIR === 3) reserved('DIR', 'choose peripheral to memory, memory to peripheral or memory to memory');
  if (regs.CR.PSIZE === 3) reserved('PSIZE', 'choose bytes, half-words or words');
  if (regs.CR.MSIZE === 3 && !settings.direct) reserved('MSIZE', 'choose bytes, half-words or words');
  if (regs.NDTR.NDT === 0 && !settings.peripheralFlow) {
    const remedy = 'write the number of items to NDTR before EN';
    found.push(configuration(`${name(view, 'NDTR')} is 0: nothing will be transferred`, remedy, 'RM0090 10.5.6'));
  }
  const ratio = settings.memorySize / settings.peripheralSize;
  if (ratio > 1 && regs.NDTR.NDT % ratio !== 0 && !settings.peripheralFlow) {
    const what = `${name(view, 'NDTR')} is ${regs.NDTR.NDT}, which does not fill the last memory item`;
    found.push(configuration(what, `make it a multiple of ${ratio}`, 'RM0090 10.3.11, table 46'));
  }
  return found;
}

function bursts(view: StreamView): Misuse[] {
  const { settings, regs } = view;
  const found: Misuse[] = [];
  const where = 'RM0090 10.3.14';
  if (!burstFits(view)) {
    const what = `${name(view, 'CR')}.MBURST (${settings.memoryBeats} beats of ${settings.memorySize}) does not fit the threshold of ${settings.threshold} bytes`;
    found.push(configuration(what, 'choose a burst and FTH from table 48', where));
  }
  const bytes = settings.peripheralBeats * settings.peripheralSize;
  if (bytes > FIFO_BYTES) {
    const what = `${name(view, 'CR')}.PBURST (${settings.peripheralBeats} beats of ${settings.peripheralSize}) is larger than the FIFO`;
    found.push(configuration(what, 'bursts of 16 bytes at most', where));
  } else if (bytes === FIFO_BYTES && settings.peripheralBeats > 1 && settings.threshold === 12) {
    const what = `${name(view, 'CR')}.PBURST fills the FIFO and ${name(view, 'FCR')}.FTH is 3/4: permanent overrun or underrun`;
    found.push(configuration(what, 'choose another threshold', where));
  }
  if (settings.circular && settings.memoryBeats > 1) {
    const items = (settings.memoryBeats * settings.memorySize) / settings.peripheralSize;
    if (regs.NDTR.NDT % items !== 0) {
      const what = `${name(view, 'NDTR')} is ${regs.NDTR.NDT} in circular mode, no multiple of the memory burst`;
      found.push(configuration(what, `make it a multiple of ${items}`, 'RM0090 10.3.9'));
    }
  }
  return found;
}

function modes(view: StreamView): Misuse[] {
  const { regs, settings, controller } = view;
  if (!settings.memoryToMemory) return [];
  const found: Misuse[] = [];
  if (controller === 'dma1') {
    const what = `${name(view, 'CR')}.DIR says memory to memory, which DMA1 cannot do`;
    found.push(configuration(what, 'use DMA2', 'RM0090 10.3.1'));
  }
  if (regs.CR.CIRC || regs.CR.DBM) {
    const what = `${name(view, 'CR')} asks for a circular or double buffer in memory to memory mode`;
    found.push(configuration(what, 'clear CIRC and DBM', 'RM0090 10.3.6'));
  }
  return found;
}

function alignment(view: StreamView): Misuse[] {
  const { regs, settings } = view;
  const found: Misuse[] = [];
  const check = (register: string, address: number, size: number) => {
    if (address % size === 0) return;
    const what = `${name(view, register)} is ${hex(address)}, no multiple of the ${size} bytes of an item`;
    found.push(configuration(what, 'align the buffer', 'RM0090 10.3.5'));
  };
  check('PAR', regs.PAR.value, settings.peripheralSize);
  check('M0AR', regs.M0AR.value, settings.memorySize);
  if (settings.doubleBuffer) check('M1AR', regs.M1AR.value, settings.memorySize);
  return found;
}

/** A burst must not cross a boundary of 1 KiB: an AHB error, which no flag shows (10.3.12). */
function boundaries(view: StreamView): Misuse[] {
  const { regs, settings } = view;
  const bytes = regs.NDTR.NDT * settings.peripheralSize;
  const found: Misuse[] = [];
  const check = (register: string, address: number, beats: number, step: number) => {
    const burst = beats * step;
    const last = address + bytes - 1;
    if (beats === 1 || step === 0 || address % burst === 0 || address >>> 10 === last >>> 10) return;
    const what = `${name(view, register)} is ${hex(address)}: bursts of ${burst} bytes from there cross a boundary of 1 KiB`;
    found.push(configuration(what, `align the buffer to ${burst} bytes`, 'RM0090 10.3.12'));
  };
  check('PAR', regs.PAR.value, settings.peripheralBeats, settings.peripheralStep);
  check('M0AR', regs.M0AR.value, settings.memoryBeats, settings.memoryStep);
  if (settings.doubleBuffer) check('M1AR', regs.M1AR.value, settings.memoryBeats, settings.memoryStep);
  return found;
}

/** Where its ports cannot get (2.1, 2.3.1, 10.3.1): the first transfer there ends with a bus error. */
function reach(view: StreamView): Misuse[] {
  const { regs, settings, controller } = view;
  const found: Misuse[] = [];
  const check = (register: 'PAR' | 'M0AR' | 'M1AR', address: number) => {
    const port = register === 'PAR' ? 'peripheral' : 'memory';
    if (!reaches(controller, port, address)) found.push(outOfReach(name(view, register), port, address));
  };
  // That DMA1 cannot copy from memory to memory is told already.
  if (!settings.memoryToMemory || controller === 'dma2') check('PAR', regs.PAR.value);
  check('M0AR', regs.M0AR.value);
  if (settings.doubleBuffer) check('M1AR', regs.M1AR.value);
  return found;
}

/** A bus error, foreseen or met; `register` is the one that points there. */
export function outOfReach(register: string, port: PortKind, address: number): Misuse {
  const ccm = isCcm(address);
  const narrow = port === 'peripheral' && register.startsWith('DMA1');
  return {
    rule: 'dma-memory',
    what: `${register} leads to ${hex(address)}, ${ccm ? 'CCM RAM, ' : ''}where the ${port} port gets a bus error (TEIF)`,
    remedy: ccm
      ? 'put the buffer into SRAM: the CCM RAM is on the data bus of the core only'
      : narrow
        ? 'DMA1 reaches APB1 only by its peripheral port: use DMA2'
        : 'point the stream at memory or registers that exist',
    section: 'RM0090 2.3.1, 10.3.1',
  };
}

/** The block the stream is pointed at, and the requests of that block that would serve the stream's direction. */
function expected({ regs, settings }: StreamView) {
  const owner = isPeripheral(regs.PAR.value) ? ownerOf(regs.PAR.value) : undefined;
  if (settings.memoryToMemory || owner === undefined) return undefined;
  const direction = settings.direction === DIR.peripheralToMemory ? '_RX' : '_TX';
  const right = (request: string) =>
    belongsTo(request, owner) && (!/_[RT]X$/.test(request) || request.endsWith(direction));
  return { owner, right };
}

function misrouted(view: StreamView, owner: string, places: readonly RequestPlace[]): Misuse {
  const { controller, stream, settings } = view;
  const requests = REQUESTS[controller][settings.channel]![stream]!;
  const carried = requests.length === 0 ? 'no request' : requests.join(' and ');
  const place = placeName({ controller, stream, channel: settings.channel });
  const what = `${name(view, 'PAR')} points at ${owner}, but ${place} carries ${carried}`;
  const remedy =
    places.length > 0 ? `use ${places.map(placeName).join(' or ')}` : `no stream serves ${owner} in that direction`;
  return { rule: 'dma-routing', what, remedy, section: 'RM0090 10.3.3, tables 42 and 43' };
}

/** A timer may pace what is written to any block, and what is read of most; what a block has received is there when it says so. */
function mayBePaced({ settings }: StreamView, owner: string): boolean {
  return settings.direction !== DIR.peripheralToMemory || placesOf((request) => request === `${owner}_RX`).length === 0;
}

/** The stream points at a block, but the channel carries another one's request: tables 42 and 43. */
function routing(view: StreamView): Misuse[] {
  const { owner, right } = expected(view) ?? {};
  if (owner === undefined || right === undefined) return [];
  const requests = REQUESTS[view.controller][view.settings.channel]![view.stream]!;
  if (requests.some((request) => right(request) || (isPacer(request) && mayBePaced(view, owner)))) return [];
  return [misrouted(view, owner, placesOf(right))];
}

/**
 * A stream that listens to a timer is fine by itself; but when the block asks with
 * `requests` of its own and nobody `serves` that, the stream was meant for it.
 */
export function unservedMisuse(
  view: StreamView,
  requests: readonly string[],
  serves: (place: RequestPlace) => boolean,
): Misuse | undefined {
  const { owner, right } = expected(view) ?? {};
  if (owner === undefined || right === undefined || !requests.some(right)) return undefined;
  const places = placesOf(right);
  return places.some(serves) ? undefined : misrouted(view, owner, places);
}
