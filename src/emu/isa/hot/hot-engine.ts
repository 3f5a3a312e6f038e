import type { Decoded } from '../decoder.js';
import type { TimingModel } from '../engine-mode.js';
import type { EngineStatistics, StatisticsOptions } from '../engine-statistics.js';
import type { Isa } from '../instruction.js';
import { PAGE_SIZE, type StateLayout } from '../layout.js';
import type { MemoryWindow } from '../print-context.js';
import type { Scalar } from '../semantics.js';
import { type Part, type Step, stepAt } from './flow.js';
import { Expectation, tableTargets } from './guess.js';
import { MemoryWindows } from './memory-windows.js';
import { buildRegion, type Region } from './region.js';
import { generateRegions } from './region-module.js';
import type { Site } from './region-printer.js';
import { RegionStore } from './region-store.js';
import type { RegionTable } from './region-table.js';

/** What was learned of instructions: how their accesses are made, and where their computed branches go. */
interface Knowledge {
  readonly sites: ReadonlyMap<number, 'table' | 'inline'>;
  readonly jumpTargets: ReadonlyMap<number, readonly number[]>;
}

/** Regions are made for one of these. */
export type Timing = TimingModel | 'slow code' | 'slow code, many misses';

/** A region as compiled code, with what it was made from. */
interface CompiledRegion {
  readonly module: WebAssembly.Module;
  /** Its export in the module. */
  readonly name: string;
  /** Addresses and lengths of its instructions, of the literals that went into it, and of code that its cycles depend on, in turn. */
  readonly spans: readonly number[];
  /** How much of the list is fetched or read: what comes behind only has to stay as it is. */
  readonly fetched: number;
  /** Where it can be entered beside its first address. */
  readonly entries: readonly number[];
  readonly missing: readonly number[];
  /** The halfwords there, in the same order. */
  readonly code: readonly number[];
  /** What was known of its instructions beside their code. */
  readonly knowledge: Knowledge;
  readonly counting: boolean;
  readonly timing: Timing;
  readonly translated: boolean;
  /** What stands above the low words of its addresses. */
  readonly pcHigh: bigint;
  readonly windows: ReadonlySet<MemoryWindow>;
  /** Addresses of the instructions that read through one. */
  readonly windowed: ReadonlySet<number>;
  readonly instructions: number;
  /** Of WebAssembly, its share of the module. */
  readonly bytes: number;
}

/** Compiled regions of this process, shared by all machines that hold the same code at the same address. */
const stores = new WeakMap<Isa, RegionStore<CompiledRegion>>();
/** Regions of a machine at most, before it starts afresh: their modules take room. */
const MOST_REGIONS = 1000;
/** A computed branch with more targets than this stays one. */
const MOST_TARGETS = 64;

export interface HotHost {
  readonly table: RegionTable;
  readonly counts: HotCounts;
  /** Addresses are translated: nothing lies where it seems to, and page tables come in banks. */
  readonly translated: boolean;
  decode(pc: number): Decoded | undefined;
  halfword(pc: number): number;
  /** The halfword that lies at an address of plain memory, whatever may be fetched. */
  codeAt(pc: number): number | undefined;
  /** A word of plain memory that no store changes; other changes lead to `drop`, once it is covered. */
  constantWord(address: number): number | undefined;
  /** From now on changes of this code lead to `drop`; false if that cannot be. */
  cover(spans: readonly number[]): boolean;
  /** What regions import beside memory and table, by name; filled before the first one is compiled. */
  readonly imports: WebAssembly.ModuleImports;
  /** Whether these bytes may be fetched, and read, whatever the state of the core. */
  alwaysFetched(address: number, length: number): boolean;
  /** Addresses at which a region must end. */
  isStop(pc: number): boolean;
  /** A register as it stands. */
  register(index: number): Scalar;
  /** What stands above the low word of pc. */
  pcHigh(): bigint;
  /** What cycles are, and whether lines of code have to be waited for. */
  timing(): Timing;
  readonly statistics: StatisticsOptions | undefined;
}

type HotStatistics = Omit<EngineStatistics, 'instructions' | 'hotInstructions' | 'exits'>;

/** What is counted of all a machine's regions. */
export class HotCounts {
  readonly statistics: { -readonly [K in keyof HotStatistics]: HotStatistics[K] } = {
    regions: 0,
    reused: 0,
    compiledInstructions: 0,
    compiledBytes: 0,
    compileMilliseconds: 0,
  };
  /** Instructions that were compiled for the first time. */
  known = 0;
}

/** A region of this machine. */
interface Installed {
  readonly number: number;
  readonly region: CompiledRegion;
  /** Addresses at which it is entered; the first is its own. */
  readonly entries: readonly number[];
}

/** Regions that were forgotten: all addresses at which they were entered, and of each the first one. */
export interface Dropped {
  readonly entries: readonly number[];
  readonly first: readonly number[];
}
const NOTHING_DROPPED: Dropped = { entries: [], first: [] };

/** Compiles regions for one machine and knows which code they were made from. */
export class HotEngine {
  readonly #isa: Isa;
  readonly #layout: StateLayout;
  readonly #memory: WebAssembly.Memory;
  readonly #host: HotHost;
  readonly #windows: MemoryWindows;
  readonly #store: RegionStore<CompiledRegion>;
  readonly #entries = new Map<number, Installed>();
  /** The regions that hold code of a block of 256 bytes. */
  readonly #holders = new Map<number, Set<Installed>>();
  readonly #instances = new WeakMap<WebAssembly.Module, WebAssembly.Instance>();
  /** How accesses are made by instructions for which the first guess was wrong. */
  readonly #sites = new Map<number, 'table' | 'inline'>();
  readonly #jumpTargets = new Map<number, readonly number[]>();
  /** Addresses for which regions were made again. */
  readonly #given = new Set<number>();
  /** Addresses of all instructions, and literals, that ever were compiled. */
  readonly #ever = new Set<number>();
  #live = 0;

  constructor(isa: Isa, layout: StateLayout, memory: WebAssembly.Memory, host: HotHost) {
    this.#isa = isa;
    this.#layout = layout;
    this.#memory = memory;
    this.#host = host;
    this.#windows = new MemoryWindows(memory);
    this.#store = stores.get(isa) ?? new RegionStore();
    stores.set(isa, this.#store);
  }

  get counting(): boolean {
    return this.#host.statistics !== undefined;
  }
  /** Whether no more regions should be made before all are forgotten. */
  get isFull(): boolean {
    return this.#live >= MOST_REGIONS;
  }
  /** Number of the region that is entered at an address. */
  numberAt(pc: number): number | undefined {
    return this.#entries.get(pc)?.number;
  }
  isEntry(pc: number): boolean {
    return this.#entries.has(pc);
  }

  /**
   * Makes functions for the regions at some addresses: their numbers in the table, by the addresses at which they can be
   * entered; absent where that cannot be.
   */
  compile(entries: readonly number[]): Map<number, number> {
    const clock = this.#host.statistics?.clock;
    const start = clock?.() ?? 0;
    const found = entries.map((entry) => [entry, this.#find(entry)] as const);
    const made = this.#make(found.flatMap(([entry, region]) => (region ? [] : [entry])));
    const numbers = new Map<number, number>();
    for (const [entry, known] of found) {
      const region = known ?? made.get(entry);
      if (region && !this.#entries.has(entry) && this.#host.cover(region.spans)) this.#install(entry, region, numbers);
    }
    this.#host.counts.statistics.compileMilliseconds += (clock?.() ?? 0) - start;
    return numbers;
  }

  #install(entry: number, region: CompiledRegion, numbers: Map<number, number>): void {
    const { counts } = this.#host;
    let instance = this.#instances.get(region.module);
    if (!instance) {
      const imports = {
        memory: this.#memory,
        regions: this.#host.table.table,
        ...this.#host.imports,
      } as WebAssembly.ModuleImports;
      instance = new WebAssembly.Instance(region.module, { host: imports });
      this.#instances.set(region.module, instance);
    }
    const number = this.#host.table.add(instance.exports[region.name]);
    for (const other of new Set(region.entries.map((pc) => this.#entries.get(pc)))) {
      if (other?.entries.every((pc) => pc === entry || region.entries.includes(pc))) this.#forget(other);
    }
    const others = region.entries.filter((pc) => pc !== entry && !this.#entries.has(pc));
    const installed = { number, region, entries: [entry, ...others] };
    for (const pc of installed.entries) {
      this.#entries.set(pc, installed);
      numbers.set(pc, number);
    }
    for (const block of blocksOf(region.spans)) {
      const holders = this.#holders.get(block);
      if (holders) holders.add(installed);
      else this.#holders.set(block, new Set([installed]));
    }
    const before = this.#ever.size;
    for (let i = 0; i < region.fetched; i += 2) this.#ever.add(region.spans[i]!);
    counts.known += this.#ever.size - before;
    this.#live++;
    counts.statistics.regions++;
    counts.statistics.compiledInstructions += region.instructions;
    counts.statistics.compiledBytes += region.bytes;
  }

  /**
   * The accesses of an instruction were not made as its regions expected: next time they are made in a more general
   * way. These regions are forgotten.
   */
  generalise(pc: number): Dropped {
    if (this.#sites.get(pc) === 'inline') return NOTHING_DROPPED;
    const windowed = this.#holding(pc).some(({ region }) => region.windowed.has(pc));
    this.#sites.set(pc, windowed ? 'table' : 'inline');
    return this.drop(pc);
  }

  /** A computed branch goes to these addresses, too; its regions are forgotten. Undefined: it goes to too many. */
  addJumpTargets(pc: number, targets: readonly number[]): Dropped | undefined {
    const known = this.#jumpTargets.get(pc) ?? [];
    const all = new Set([...known, ...targets]);
    if (all.size > MOST_TARGETS) return undefined;
    if (all.size === known.length) return NOTHING_DROPPED;
    this.#jumpTargets.set(pc, [...all]);
    return this.drop(pc);
  }

  /** Forgets the regions that would have gone on at some addresses, had there been code then. */
  dropThoseMissing(addresses: readonly number[]): Dropped {
    for (const address of addresses) this.#given.add(address);
    const all = [...new Set(this.#entries.values())];
    return this.#drop(all.filter(({ region }) => addresses.some((address) => region.missing.includes(address))));
  }

  /** Whether some region would go on at an address, had there been code; once only, for the code may not be of a kind to be compiled. */
  isMissing(address: number): boolean {
    if (this.#given.has(address)) return false;
    return [...this.#entries.values()].some(({ region }) => region.missing.includes(address));
  }

  /** Whether some region holds the code at an address. */
  covers(address: number): boolean {
    return this.#holding(address).length > 0;
  }

  /** Forgets the regions whose code covers an address, or that depend on what is there. */
  drop(address: number): Dropped {
    return this.#drop(this.#holding(address));
  }

  /** Forgets the regions with code of a page. */
  dropPage(address: number): Dropped {
    const holding = new Set<Installed>();
    for (let block = address >>> 8; block < (address + PAGE_SIZE) / 256; block++) {
      for (const installed of this.#holders.get(block) ?? []) holding.add(installed);
    }
    return this.#drop([...holding]);
  }

  /** Forgets the regions that would execute the instruction at an address. */
  dropThoseAt(address: number): Dropped {
    const executing = ({ region }: Installed) => holds(region.spans.slice(0, region.fetched), address);
    return this.#drop(this.#holding(address).filter(executing));
  }

  #drop(dropped: readonly Installed[]): Dropped {
    if (dropped.length === 0) return NOTHING_DROPPED;
    for (const installed of dropped) this.#forget(installed);
    return { entries: dropped.flatMap(({ entries }) => entries), first: dropped.map(({ entries }) => entries[0]!) };
  }

  /** The regions whose code covers an address. */
  #holding(address: number): Installed[] {
    const holders = this.#holders.get(address >>> 8);
    if (!holders) return [];
    return [...holders].filter(({ region }) => holds(region.spans, address));
  }

  /** Forgets all regions; gives the addresses at which they were entered. */
  dropAll(): number[] {
    const entries = [...this.#entries.keys()];
    this.#windows.refresh();
    for (const installed of new Set(this.#entries.values())) this.#forget(installed);
    return entries;
  }

  #forget(installed: Installed): void {
    const { number, region, entries } = installed;
    for (const entry of entries) this.#entries.delete(entry);
    this.#host.table.remove(number);
    this.#live--;
    for (const block of blocksOf(region.spans)) {
      const holders = this.#holders.get(block)!;
      holders.delete(installed);
      if (holders.size === 0) this.#holders.delete(block);
    }
  }

  #find(entry: number): CompiledRegion | undefined {
    const found = this.#store.at(entry).find((region) => {
      const { spans, fetched, code, knowledge, windows, counting, timing, translated, pcHigh } = region;
      const own = spans.slice(0, fetched);
      if (timing !== this.#host.timing() || this.#hasStop(own) || !this.#alwaysFetched(own)) return false;
      if (translated !== this.#host.translated || pcHigh !== this.#host.pcHigh()) return false;
      if (counting !== this.counting || ![...windows].every((one) => this.#windows.has(one))) return false;
      if (!this.#knowsNoMore(spans, knowledge)) return false;
      const present = this.#codeOf(spans, fetched);
      return present !== undefined && code.every((halfword, i) => halfword === present[i]);
    });
    if (found) {
      this.#host.counts.statistics.reused++;
      this.#learn(found.knowledge);
    }
    return found;
  }

  #alwaysFetched(spans: readonly number[]): boolean {
    for (let i = 0; i < spans.length; i += 2) {
      if (!this.#host.alwaysFetched(spans[i]!, spans[i + 1]!)) return false;
    }
    return true;
  }

  #hasStop(spans: readonly number[]): boolean {
    for (let i = 0; i < spans.length; i += 2) {
      for (let at = 0; at < spans[i + 1]!; at += 2) if (this.#host.isStop(spans[i]! + at)) return true;
    }
    return false;
  }

  #make(entries: readonly number[]): Map<number, CompiledRegion> {
    const made = new Map<number, CompiledRegion>();
    const timing = this.#host.timing();
    const slowCode = timing.startsWith('slow code');
    const steps = new Map<number, Step | undefined>();
    const fetch = (pc: number) => {
      const decoded = this.#host.isStop(pc) ? undefined : this.#host.decode(pc);
      return decoded && this.#host.alwaysFetched(pc, decoded.length) ? decoded : undefined;
    };
    const look = (pc: number): Step | undefined => {
      let step = steps.get(pc);
      if (step || steps.has(pc)) return step;
      step = stepAt(this.#isa, pc, fetch, slowCode, this.#host.pcHigh());
      steps.set(pc, step);
      if (step?.computed === 'jump' && !this.#jumpTargets.has(pc)) this.#jumpTargets.set(pc, this.#tabulated(step));
      return step;
    };
    const regions: Region[] = [];
    const covered = new Set<number>();
    for (const entry of entries) {
      if (covered.has(entry)) continue; // it can be entered close by
      const region = buildRegion(entry, look, (pc) => this.#jumpTargets.get(pc) ?? [], slowCode);
      if (!region) continue;
      regions.push(region);
      for (const { pc } of partsOf(region)) covered.add(pc);
    }
    if (regions.length === 0) return made;
    const options = {
      isa: this.#isa,
      layout: this.#layout,
      counting: this.counting,
      slowCode,
      misses: timing === 'slow code' ? 'leave' : 'inside',
      translated: this.#host.translated,
    } as const;
    const literals = new Map<Region, Set<number>>(regions.map((region) => [region, new Set()]));
    const constantWord = (region: Region, address: number) => {
      const word = this.#host.alwaysFetched(address, 4) ? this.#host.constantWord(address) : undefined;
      if (word === undefined || !this.#codeOf([address, 4])) return undefined;
      literals.get(region)!.add(address);
      return word;
    };
    const windows = new Set<MemoryWindow>();
    const windowed = new Set<number>();
    const sites = new Map<Part, Site>();
    for (const region of regions) this.#chooseSites(region, sites);
    for (const [part, site] of sites) {
      if (typeof site !== 'object') continue;
      windows.add(site.window);
      windowed.add(part.pc);
    }
    const site = (part: Part) => sites.get(part)!;
    const bytes = generateRegions(regions, { ...options, site, constantWord });
    const module = new WebAssembly.Module(bytes);
    for (const [index, region] of regions.entries()) {
      const parts = partsOf(region);
      const code = parts.flatMap(({ pc, length }) => [pc, length]);
      const fetched = [...code, ...[...literals.get(region)!].flatMap((address) => [address, 4])];
      const spans = [...fetched, ...besideOf(parts)];
      const compiled = {
        module,
        name: `${index}`,
        spans,
        fetched: fetched.length,
        entries: [...region.entries.keys()],
        missing: region.missing,
        code: this.#codeOf(spans, fetched.length)!,
        knowledge: this.#knowledgeOf(spans),
        counting: this.counting,
        timing: this.#host.timing(),
        translated: this.#host.translated,
        pcHigh: this.#host.pcHigh(),
        windows,
        windowed,
        instructions: parts.length,
        bytes: Math.round(bytes.length / regions.length),
      };
      this.#store.add(region.entry, compiled);
      made.set(region.entry, compiled);
    }
    return made;
  }

  /** Where a branch through a table in the code goes. */
  #tabulated({ parts }: Step): readonly number[] {
    try {
      return tableTargets(parts[0]!, (address) => this.#host.halfword(address));
    } catch {
      return []; // the table does not lie in memory
    }
  }

  /** How every instruction of a region makes its accesses. */
  #chooseSites({ blocks, dominator }: Region, sites: Map<Part, Site>): void {
    const register = (index: number) => this.#host.register(index);
    const placeOf = (address: number) => (this.#host.translated ? undefined : this.#windows.at(address));
    const known: Expectation<MemoryWindow>[] = [];
    for (const [index, { steps }] of blocks.entries()) {
      const expectation = new Expectation(register, placeOf, known[dominator[index]!]);
      known.push(expectation);
      for (const part of steps.flatMap((step) => step.parts)) {
        const window = expectation.next(part.program);
        sites.set(part, this.#sites.get(part.pc) ?? (window ? { window } : 'table'));
      }
    }
  }

  #knowledgeOf(spans: readonly number[]): Knowledge {
    const sites = new Map<number, 'table' | 'inline'>();
    const jumpTargets = new Map<number, readonly number[]>();
    for (let i = 0; i < spans.length; i += 2) {
      const pc = spans[i]!;
      const [site, targets] = [this.#sites.get(pc), this.#jumpTargets.get(pc)];
      if (site) sites.set(pc, site);
      if (targets) jumpTargets.set(pc, targets);
    }
    return { sites, jumpTargets };
  }

  /** Whether what this machine has learned of some instructions went into a region that another one made. */
  #knowsNoMore(spans: readonly number[], { sites, jumpTargets }: Knowledge): boolean {
    const own = this.#knowledgeOf(spans);
    return (
      [...own.sites].every(([pc, site]) => sites.get(pc) === site) &&
      [...own.jumpTargets].every(([pc, targets]) => targets.every((target) => jumpTargets.get(pc)?.includes(target)))
    );
  }

  #learn({ sites, jumpTargets }: Knowledge): void {
    for (const [pc, site] of sites) this.#sites.set(pc, site);
    for (const [pc, targets] of jumpTargets) this.#jumpTargets.set(pc, targets);
  }

  /** The code as it stands in memory; undefined if some of it cannot be fetched. */
  #codeOf(spans: readonly number[], fetched = spans.length): number[] | undefined {
    const code: number[] = [];
    const present = (pc: number) => this.#host.codeAt(pc) ?? -1;
    const fetch = (pc: number) => this.#host.halfword(pc);
    try {
      for (let i = 0; i < spans.length; i += 2) {
        const read = i < fetched ? fetch : present;
        for (let at = 0; at < spans[i + 1]!; at += 2) code.push(read((spans[i]! + at) >>> 0));
      }
    } catch {
      return undefined; // the guest would fault here: this code is not there
    }
    return code;
  }
}

/** Numbers of the blocks of 256 bytes that spans touch. */
function blocksOf(spans: readonly number[]): Set<number> {
  const blocks = new Set<number>();
  for (let i = 0; i < spans.length; i += 2) {
    blocks.add(spans[i]! >>> 8);
    blocks.add((spans[i]! + spans[i + 1]! - 1) >>> 8);
  }
  return blocks;
}

function holds(spans: readonly number[], address: number): boolean {
  for (let i = 0; i < spans.length; i += 2) {
    if (address >= spans[i]! && address < spans[i]! + spans[i + 1]!) return true;
  }
  return false;
}

/** Code beside that of a region which its cycles depend on. */
function besideOf(parts: readonly Part[]): number[] {
  const seen = new Set(parts.map(({ pc }) => pc));
  const spans: number[] = [];
  for (const { beside } of parts) {
    for (let i = 0; i < beside.length; i += 2) {
      if (seen.has(beside[i]!)) continue;
      seen.add(beside[i]!);
      spans.push(beside[i]!, beside[i + 1]!);
    }
  }
  return spans;
}

const partsOf = ({ blocks }: Region): Part[] => blocks.flatMap(({ steps }) => steps.flatMap((step) => step.parts));
