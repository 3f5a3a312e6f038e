import type { Step } from './flow.js';

/** A straight stretch of code; control leaves it only behind the last one. */
export interface Block {
  readonly pc: number;
  readonly steps: readonly Step[];
  /** Blocks of the region that may follow, by index. */
  readonly successors: readonly number[];
}

/** What is compiled into one function: everything reachable from the entry by known branches, up to a limit. */
export interface Region {
  readonly entry: number;
  /** Block 0 is the entry; in reverse postorder. */
  readonly blocks: readonly Block[];
  /** Index of the block that starts at an address and may be reached from inside the region. */
  readonly blockAt: ReadonlyMap<number, number>;
  /** Blocks that are loop headers. */
  readonly headers: ReadonlySet<number>;
  /** Immediate dominator of every block. */
  readonly dominator: readonly number[];
  /** Forward edges into every block, from reachable blocks. */
  readonly forwardEdges: readonly number[];
  readonly length: number;
}

export const REGION_LIMIT = 400;

/** Builds a region. `look` gives a step, or undefined where none can be compiled. */
export function buildRegion(entry: number, look: (pc: number) => Step | undefined): Region | undefined {
  const steps = collect(entry, look);
  if (!steps.get(entry) || steps.get(entry)!.cold) return undefined;
  const cut = new Set<string>();
  for (;;) {
    const region = arrange(entry, steps, cut);
    const bad = irreducibleEdges(region);
    if (bad.length === 0) return region;
    // such an edge leaves the region: what it leads to becomes the entry of another, whose loop is then a proper one
    for (const edge of bad) cut.add(edge);
  }
}

function collect(entry: number, look: (pc: number) => Step | undefined): Map<number, Step> {
  const found = new Map<number, Step>();
  const queue = [entry];
  while (queue.length > 0 && found.size < REGION_LIMIT) {
    const pc = queue.shift()!;
    if (found.has(pc)) continue;
    const step = look(pc);
    if (!step) continue;
    found.set(pc, step);
    if (step.cold) continue;
    queue.push(...successorsOf(step));
  }
  return found;
}

/** Addresses inside the region where a step may go on; calls leave it. */
function successorsOf(step: Step): number[] {
  if (step.cold) return [];
  const next = (step.pc + step.length) >>> 0;
  const targets = step.calls ? [] : step.targets;
  return [...(step.fallsThrough ? [next] : []), ...targets];
}

function arrange(entry: number, found: ReadonlyMap<number, Step>, cut: ReadonlySet<string>): Region {
  const leaders = new Set([entry]);
  for (const step of found.values()) {
    const branches = step.targets.length > 0 || !step.fallsThrough || step.cold;
    for (const target of step.calls ? [] : step.targets) if (found.has(target)) leaders.add(target);
    if (branches) leaders.add((step.pc + step.length) >>> 0);
  }
  const raw = new Map<number, { steps: Step[]; next: number[] }>();
  const visit = (pc: number): void => {
    const block = { steps: [] as Step[], next: [] as number[] };
    raw.set(pc, block);
    for (let at = pc; ; ) {
      const step = found.get(at);
      if (!step) break;
      block.steps.push(step);
      const next = successorsOf(step);
      const straight = (at + step.length) >>> 0;
      at = straight;
      if (next.length === 1 && next[0] === straight && !leaders.has(straight)) continue;
      block.next = next.filter((target) => found.has(target) && !cut.has(`${pc} ${target}`));
      break;
    }
    for (const target of block.next) if (!raw.has(target)) visit(target);
    order.push(pc);
  };
  const order: number[] = [];
  visit(entry);
  const sequence = order.reverse();
  const blockAt = new Map(sequence.map((pc, index) => [pc, index]));
  const blocks = sequence.map((pc) => ({
    pc,
    steps: raw.get(pc)!.steps,
    successors: [...new Set(raw.get(pc)!.next.map((target) => blockAt.get(target)!))],
  }));
  return { entry, blocks, blockAt, length: found.size, ...analyseGraph(blocks) };
}

/** Dominators by iteration over reverse postorder (Cooper, Harvey and Kennedy 2001), loop headers, merges. */
function analyseGraph(blocks: readonly Block[]): Pick<Region, 'headers' | 'dominator' | 'forwardEdges'> {
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
function irreducibleEdges({ blocks, dominator }: Region): string[] {
  const dominates = (a: number, b: number): boolean => {
    let at = b;
    while (at > a) at = dominator[at]!;
    return at === a;
  };
  return blocks.flatMap((block, from) =>
    block.successors.filter((to) => to <= from && !dominates(to, from)).map((to) => `${block.pc} ${blocks[to]!.pc}`),
  );
}

/** The most cycles from the start of each block to the next check (a loop header) or exit. */
export function cyclesToNextCheck({ blocks, headers }: Region): number[] {
  const longest = blocks.map(() => 0);
  for (let index = blocks.length - 1; index >= 0; index--) {
    const { steps, successors } = blocks[index]!;
    const onward = successors.filter((to) => to > index && !headers.has(to)).map((to) => longest[to]!);
    const own = steps.reduce((sum, { cycles }) => sum + cycles, 0);
    longest[index] = own + Math.max(0, ...onward);
  }
  return longest;
}
