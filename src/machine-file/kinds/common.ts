import { bananaRom as theBananaRom } from '../../emu/devices/banana-rom.js';
import { mmioCalculator as makeCalculator } from '../../emu/devices/mmio-calculator.js';
import { notModelledBlock as makeNotModelled } from '../../emu/not-modelled.js';
import { deviceKind, oneDevice } from './kind.js';

/** Devices of no chip. */

export const bananaRom = oneDevice({ type: 'banana-rom', summary: 'reads 0xba000001, then 0xdeadbeef' }, theBananaRom);

export const mmioCalculator = deviceKind(
  {
    type: 'mmio-calculator',
    summary: 'adds, subtracts, multiplies, divides; busy meanwhile; interrupt',
    takes: ['...'],
    shape: (o) => ({
      busyCycles: o.integer.optional().describe('cycles of its clock from start to result; 0 if not given'),
    }),
  },
  makeCalculator,
);

export const notModelledBlock = deviceKind(
  {
    type: 'not-modelled',
    summary: 'keeps what is written and reports its first use: a block without a model',
    takes: ['block', '...'],
    shape: (o) => ({
      block: o.text.optional().describe('what it is called in reports; its own name if not given'),
      size: o.size.optional().describe('1K if not given'),
      resets: o.z.record(o.z.string(), o.integer).optional().describe('reset values of words by offset'),
      section: o.text.optional().describe('of the manual'),
    }),
    fromName: (name) => ({ block: name }),
  },
  makeNotModelled,
);
