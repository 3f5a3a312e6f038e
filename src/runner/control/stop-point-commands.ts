import { z } from 'zod';
import { UsageError } from '../../emu/errors.js';
import { coreNamed } from '../core-access.js';
import type { MachineBench } from '../machine-bench.js';
import { commandGroup, nothing } from './command.js';
import { addressArgument, addressOf, hexOf, hexText } from './values.js';
import type { Watchpoint } from './watchpoints.js';

const { define, commands } = commandGroup('Breakpoints and watchpoints');
export const stopPointCommands = commands;

/** Of a client at a time. */
const MOST_BREAKPOINTS = 1000;
const LONGEST_WATCH = 0x1_0000;

const WIDE = /^0x[0-9a-f]{9,16}$/i;

/** As `Cpu.pc` gives it: signed where it has 64 bits. Those beyond 4 GiB, which only page tables lead to, are written as text. */
function codeAddressOf(bench: MachineBench, where: string | number): number {
  const isWide = typeof where === 'string' && WIDE.test(where) && coreNamed(bench.machine).bits === 64;
  return isWide ? Number(BigInt.asIntN(64, BigInt(where) & ~1n)) : (addressOf(bench, where) & ~1) >>> 0;
}
const isOnBus = (address: number) => address >= 0 && address < 2 ** 32;
const wideHexOf = (address: number) => (address < 0 ? hexOf(BigInt.asUintN(64, BigInt(address))) : hexOf(address));
function shown(bench: MachineBench, address: number) {
  return { address: wideHexOf(address), place: isOnBus(address) ? bench.place(address) : '' };
}

define({
  name: 'breakpoint-set',
  doc: 'Runs end before the instruction at an address, a virtual one of 64 bits too: `"0xffffffff80000000"`. A run that starts there goes on behind it.',
  args: { address: addressArgument },
  result: z.strictObject({ address: hexText, place: z.string() }),
  run({ address: where }, { target }) {
    const { bench, breakpoints } = target;
    const at = codeAddressOf(bench, where);
    if (isOnBus(at) && !bench.machine.bus.regionAt(at)?.memory) {
      throw new UsageError({
        what: `there is no memory at ${hexOf(at)}`,
        remedy: 'give the address of an instruction',
      });
    }
    if (breakpoints.size >= MOST_BREAKPOINTS) {
      throw new UsageError({ what: `${MOST_BREAKPOINTS} breakpoints are set already`, remedy: 'remove some' });
    }
    if (!breakpoints.has(at)) breakpoints.set(at, bench.breakpoints.add(at));
    return shown(bench, at);
  },
});

define({
  name: 'breakpoint-remove',
  doc: 'Takes one breakpoint away, or all.',
  args: { address: addressArgument.optional().describe('all if it is left out') },
  result: nothing,
  run({ address }, { target }) {
    const { breakpoints, bench } = target;
    const those = address === undefined ? [...breakpoints.keys()] : [codeAddressOf(bench, address)];
    for (const one of those) {
      const end = breakpoints.get(one);
      if (!end)
        throw new UsageError({ what: `there is no breakpoint at ${wideHexOf(one)}`, remedy: 'see breakpoint-list' });
      end();
      breakpoints.delete(one);
    }
    return {};
  },
});

define({
  name: 'breakpoint-list',
  doc: 'The breakpoints.',
  result: z.strictObject({ breakpoints: z.array(z.strictObject({ address: hexText, place: z.string() })) }),
  run: (_, { target }) => ({
    breakpoints: [...target.breakpoints.keys()].map((address) => shown(target.bench, address)),
  }),
});

const watchpoint = z.strictObject({
  id: z.int(),
  kind: z.enum(['read', 'write', 'access']),
  address: hexText,
  length: z.int(),
});
const watchpointData = ({ address, ...rest }: Watchpoint) => ({ ...rest, address: hexOf(address) });

define({
  name: 'watchpoint-set',
  doc: 'Runs end after an access to some bytes, of memory or of devices, by the core or by DMA.',
  args: {
    address: addressArgument,
    length: z.int().min(1).max(LONGEST_WATCH).default(4),
    kind: z.enum(['read', 'write', 'access']).default('write'),
  },
  result: watchpoint,
  run: ({ address, length, kind }, { target }) =>
    watchpointData(target.watchpoints.add(kind, addressOf(target.bench, address), length)),
});

define({
  name: 'watchpoint-remove',
  doc: 'Takes one watchpoint away, or all.',
  args: { id: z.int().optional().describe('all if it is left out') },
  result: nothing,
  run({ id }, { target }) {
    if (id === undefined) target.watchpoints.clear();
    else target.watchpoints.remove(id);
    return {};
  },
});

define({
  name: 'watchpoint-list',
  doc: 'The watchpoints.',
  result: z.strictObject({ watchpoints: z.array(watchpoint) }),
  run: (_, { target }) => ({ watchpoints: target.watchpoints.all.map(watchpointData) }),
});
