import { MOST_LINE_CYCLES } from '../layout.js';
import type { Step } from './flow.js';

/** A straight stretch of code; control leaves it only behind the last one. */
export interface Block {
  readonly pc: number;
  readonly steps: readonly Step[];
  /** Blocks of the region that may follow, by index, each as often as there are ways to it. */
  readonly successors: readonly number[];
  /** Where to go on instead of executing the block, while control is on its way to a place. */
  readonly ways: readonly Way[];
  /** Jumps into the middle of a loop, by target address: the header that leads there, and the number of the place. */
  readonly detours: ReadonlyMap<number, Detour>;
}

/** How a jump into the middle of a loop goes: by the header (or block 0) that leads to a place. */
export interface Detour {
  readonly by: number;
  readonly place: number;
}

/**
 * Compiled code is entered at its first address and wherever a run may stop: at the header of every loop, behind calls and
 * at the other checks of the budget. It gets there through the headers of the loops around, and so does a jump into the
 * middle of a loop. The places where it then goes on are numbered 1, 2 … in the order of an outer loop before what is
 * inside it: a way leads to the places `first` to `last`, of which `first` is where the way ends.
 */
export interface Way {
  readonly to: number;
  readonly first: number;
  readonly last: number;
}

/** What is compiled into one function: everything reachable from the entry by known branches, up to a limit. */
export interface Region {
  readonly entry: number;
  /** Block 0 holds no code but the ways in; the others are in reverse postorder, block 1 is the entry. */
  readonly blocks: readonly Block[];
  /** Index of the block that starts at an address and may be reached from inside the region. */
  readonly blockAt: ReadonlyMap<number, number>;
  /** Blocks that are loop headers. */
  readonly headers: ReadonlySet<number>;
  /** Addresses of the places: it can be entered there as well. */
  readonly entries: ReadonlyMap<number, number>;
  /** Immediate dominator of every block. */
  readonly dominator: readonly number[];
  /** Forward edges into every block, from reachable blocks. */
  readonly forwardEdges: readonly number[];
  /** Blocks at whose start the budget is checked, and the most cycles from the start of each block to the next check or exit. */
  readonly checked: ReadonlySet<number>;
  readonly cyclesToCheck: readonly number[];
  /** Where its code goes on, that could not be compiled: not executed so far, mostly. */
  readonly missing: readonly number[];
  /** Computed branches go on inside the region at these addresses. */
  readonly jumpTargets: JumpTargets;
}

/** Where the computed branch at an address has been seen to go. */
export type JumpTargets = (pc: number) => readonly number[];

/** Most steps of a region: what optimises it takes more than linear time. */
const REGION_LIMIT = 400;
/** Rounds in search of jumps into loops, after which a smaller region is tried; below this size any number will do. */
const MOST_ROUNDS = 8;
const SMALL = 50;
/** Cycles between two checks of the budget, so that little is left to the cold engine at the end of a slice. */
const CHECK_LIMIT = 96;

/** Builds a region. `look` gives a step, or undefined where none can be compiled. */
export function buildRegion(
  entry: number,
  look: (pc: number) => Step | undefined,
  jumpTargets: JumpTargets,
  slowCode = false,
  limit = REGION_LIMIT,
): Region | undefined {
  const steps = collect(entry, look, jumpTargets, limit);
  if (!steps.get(entry)) return undefined;
  const onward = [...steps.values()].flatMap((step) => successorsOf(step, jumpTargets));
  const missing = steps.size < limit ? [...new Set(onward)].filter((pc) => !steps.has(pc)) : [];
  const cut = new Set<string>();
  for (let round = 0; ; round++) {
    // each round takes as long as the region is large, and code made to be a maze takes many
    if (round === MOST_ROUNDS && limit > SMALL) return buildRegion(entry, look, jumpTargets, slowCode, limit >> 1);
    const blocks = arrange(entry, steps, cut, jumpTargets);
    const graph = analyseGraph(blocks);
    const bad = irreducibleEdges(blocks, graph);
    if (bad.length === 0)
      return { ...enterable(entry, blocks, graph, cut, jumpTargets, slowCode ? MOST_LINE_CYCLES : 0), missing };
    // a jump into the middle of a loop: what is left without it is searched for loops, then it is led through their headers
    for (const edge of bad) cut.add(edge);
  }
}

function collect(
  entry: number,
  look: (pc: number) => Step | undefined,
  jumpTargets: JumpTargets,
  limit: number,
): Map<number, Step> {
  const found = new Map<number, Step>();
  const queue = [entry];
  for (let at = 0; at < queue.length && found.size < limit; at++) {
    const pc = queue[at]!;
    if (found.has(pc)) continue;
    const step = look(pc);
    if (!step) continue;
    found.set(pc, step);
    queue.push(...successorsOf(step, jumpTargets));
  }
  return found;
}

/** Addresses inside the region where a step may go on: a call comes back behind it. */
function successorsOf(step: Step, jumpTargets: JumpTargets): number[] {
  const next = (step.pc + step.length) >>> 0;
  const straight = step.fallsThrough ? [next] : [];
  if (step.calls) return [...straight, next];
  return [...straight, ...step.targets, ...(step.computed === 'jump' ? jumpTargets(step.pc) : [])];
}

function arrange(
  entry: number,
  found: ReadonlyMap<number, Step>,
  cut: ReadonlySet<string>,
  jumpTargets: JumpTargets,
): Block[] {
  const leaders = new Set([entry]);
  for (const step of found.values()) {
    const next = (step.pc + step.length) >>> 0;
    const onward = successorsOf(step, jumpTargets);
    if (onward.length !== 1 || onward[0] !== next || step.calls) for (const pc of [next, ...onward]) leaders.add(pc);
  }
  const raw = new Map<number, { steps: Step[]; next: number[] }>();
  const order: number[] = [];
  const visit = (pc: number): void => {
    const block = { steps: [] as Step[], next: [] as number[] };
    raw.set(pc, block);
    let cycles = 0;
    for (let at = pc, step = found.get(at); step; step = found.get(at)) {
      block.steps.push(step);
      cycles += step.cycles;
      at = (at + step.length) >>> 0;
      block.next = successorsOf(step, jumpTargets).filter((target) => found.has(target) && !cut.has(edge(pc, target)));
      if (leaders.has(at) || cycles >= CHECK_LIMIT) break;
    }
    for (const target of block.next) if (!raw.has(target)) visit(target);
    order.push(pc);
  };
  visit(entry);
  const sequence = order.reverse();
  const blockAt = new Map(sequence.map((pc, index) => [pc, index]));
  return sequence.map((pc) => ({
    pc,
    steps: raw.get(pc)!.steps,
    successors: raw.get(pc)!.next.map((target) => blockAt.get(target)!),
    ways: [],
    detours: new Map<number, Detour>(),
  }));
}

const edge = (from: number, to: number) => `${from} ${to}`;

type Graph = Pick<Region, 'headers' | 'dominator' | 'forwardEdges'>;

/** Dominators by iteration over reverse postorder (Cooper, Harvey and Kennedy 2001), loop headers, merges. */
function analyseGraph(blocks: readonly Block[]): Graph {
  const predecessors: number[][] = blocks.map(() => []);
  for (const [from, block] of blocks.entries()) for (const to of block.successors) predecessors[to]!.push(from);
  const dominator = blocks.map(() => -1);
  dominator[0] = 0;
  const meet = (a: number, b: number): number => {
    let [x, y] = [a, b];
    while (x !== y) {
      while (x > y) x = dominator[x]!;
      while (y > x) y = dominator[y]!;
    }
    return x;
  };
  for (let changed = true; changed; ) {
    changed = false;
    for (let block = 1; block < blocks.length; block++) {
      const known = predecessors[block]!.filter((from) => dominator[from] !== -1);
      const best = known.reduce(meet);
      if (dominator[block] !== best) {
        dominator[block] = best;
        changed = true;
      }
    }
  }
  const headers = new Set<number>();
  const forwardEdges = blocks.map(() => 0);
  for (const [from, block] of blocks.entries()) {
    for (const to of block.successors) {
      if (to <= from) headers.add(to);
      else forwardEdges[to] = forwardEdges[to]! + 1;
    }
  }
  return { headers, dominator, forwardEdges };
}

/** Edges back to a block that does not dominate their start, as `from to` addresses. */
function irreducibleEdges(blocks: readonly Block[], { dominator }: Graph): string[] {
  const dominates = (a: number, b: number): boolean => {
    let at = b;
    while (at > a) at = dominator[at]!;
    return at === a;
  };
  return blocks.flatMap((block, from) =>
    block.successors.filter((to) => to <= from && !dominates(to, from)).map((to) => edge(block.pc, blocks[to]!.pc)),
  );
}

/** Adds the ways to all places; then what follows from them. */
function enterable(
  entry: number,
  blocks: readonly Block[],
  { headers }: Graph,
  cut: ReadonlySet<string>,
  jumpTargets: JumpTargets,
  wait: number,
): Omit<Region, 'missing'> {
  const around = loopsAround(blocks, headers);
  const jumps = [...cut].flatMap((one) => {
    const [from, to] = one.split(' ').map((pc) => blocks.findIndex((block) => block.pc === Number(pc)));
    return from! >= 0 && to! >= 0 ? [{ from: from!, to: to! }] : [];
  });
  const { checked: stops } = planChecks(blocks, headers, wait);
  const places = [...new Set([...stops, ...jumps.map(({ to }) => to)])].sort((a, b) => a - b);
  /** The innermost loop around a place; a header lies in the loop around its own. */
  const outside = (place: number) => around[place]!.filter((header) => header !== place).at(-1) ?? NO_LOOP;
  const numbers = new Map<number, number>();
  const waysOf = new Map<number, Way[]>();
  const number = (outer: number): void => {
    const ways: Way[] = [];
    waysOf.set(outer, ways);
    for (const place of places) {
      if (outside(place) !== outer) continue;
      const first = numbers.size + 1;
      numbers.set(place, first);
      if (headers.has(place)) number(place);
      ways.push({ to: place + 1, first, last: numbers.size });
    }
  };
  number(NO_LOOP);
  /** The innermost header around both ends. */
  const detour = (from: number, to: number): Detour => {
    const by = around[from]!.filter((header) => header !== to && around[to]!.includes(header)).at(-1) ?? NO_LOOP;
    return { by: by + 1, place: numbers.get(to)! };
  };
  const all = blocks.map((block, index): Block => {
    const own = jumps.filter(({ from }) => from === index);
    const detours = new Map(own.map(({ to }) => [blocks[to]!.pc, detour(index, to)]));
    const ways = waysOf.get(index) ?? [];
    const onward = [...ways.map(({ to }) => to), ...[...detours.values()].map(({ by }) => by)];
    return { ...block, ways, detours, successors: [...block.successors.map((to) => to + 1), ...onward] };
  });
  const ways = waysOf.get(NO_LOOP)!;
  all.unshift({ pc: entry, steps: [], ways, detours: new Map(), successors: [1, ...ways.map(({ to }) => to)] });
  const blockAt = new Map(blocks.map(({ pc }, index) => [pc, index + 1]));
  const entries = new Map(places.map((place) => [blocks[place]!.pc, numbers.get(place)!]));
  const checked = new Set(places.map((place) => place + 1));
  return { entry, blocks: all, blockAt, entries, jumpTargets, ...analyseGraph(all), ...planChecks(all, checked, wait) };
}

const NO_LOOP = -1;

/** The headers of the loops around every block, outermost first; a header is around itself. */
function loopsAround(blocks: readonly Block[], headers: ReadonlySet<number>): number[][] {
  const predecessors: number[][] = blocks.map(() => []);
  for (const [from, { successors }] of blocks.entries()) for (const to of successors) predecessors[to]!.push(from);
  const around: number[][] = blocks.map(() => []);
  // in reverse postorder the header of an outer loop comes first
  for (const header of [...headers].sort((a, b) => a - b)) {
    const body = new Set([header]);
    const queue = predecessors[header]!.filter((from) => from >= header);
    for (let block = queue.pop(); block !== undefined; block = queue.pop()) {
      if (body.has(block)) continue;
      body.add(block);
      queue.push(...predecessors[block]!);
    }
    for (const block of body) around[block]!.push(header);
  }
  return around;
}

/** `wait`: what a block may wait for its first line of code. Every loop is checked at its header and every other place where it starts, what follows a call where the call comes back, and a long path now and then. */
function planChecks(
  blocks: readonly Block[],
  places: ReadonlySet<number>,
  wait: number,
): Pick<Region, 'checked' | 'cyclesToCheck'> {
  const checked = new Set(places);
  for (const { steps, successors } of blocks) if (steps.at(-1)?.calls) for (const to of successors) checked.add(to);
  const longest = blocks.map(() => 0);
  for (let index = blocks.length - 1; index >= 0; index--) {
    const { steps, successors } = blocks[index]!;
    const own = steps.reduce((sum, { cycles }) => sum + cycles, wait);
    let onward = 0;
    for (const to of successors) {
      if (checked.has(to)) continue;
      if (own + longest[to]! > CHECK_LIMIT) checked.add(to);
      else onward = Math.max(onward, longest[to]!);
    }
    longest[index] = own + onward;
  }
  return { checked, cyclesToCheck: longest };
}
