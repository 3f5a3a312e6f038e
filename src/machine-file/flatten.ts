import { hex } from '../emu/bits.js';
import type { PlaceRow } from '../emu/device-row.js';
import type { Mistakes } from './mistakes.js';

/**
 * Where everything is seen once containers, priorities and aliases are resolved: within a container (the whole address space is one) the
 * higher priority is seen where two overlap; equal priorities that overlap are a mistake.
 */

/** Something that has bytes of its own: a memory or device. */
export interface Body {
  readonly name: string;
  readonly size: number;
}

/** Something that is seen somewhere. */
export interface Placement {
  /** For messages: `memory 'sram'`. */
  readonly label: string;
  readonly where: string;
  /** What is seen: a body, another alias, or a container; undefined for ranges that only keep others away. */
  readonly of: string | undefined;
  readonly at: number;
  readonly offset: number;
  readonly size: number;
  readonly priority: number;
  /** The container; undefined for the address space itself. */
  readonly in: string | undefined;
}

export interface ContainerRange {
  readonly size: number | undefined;
}

interface Segment {
  readonly start: number;
  readonly end: number;
  readonly body: string | undefined;
  readonly offset: number;
  readonly priority: number;
  readonly from: Placement;
}

const SPACE = 2 ** 32;
/** Each is compared with all others. */
const MOST_SEGMENTS = 8192;

export interface Layout {
  readonly bodies: ReadonlyMap<string, Body>;
  /** Named placements, which aliases can show. */
  readonly aliases: ReadonlyMap<string, Placement>;
  readonly containers: ReadonlyMap<string, ContainerRange>;
  readonly placements: readonly Placement[];
}

/** @returns the places of each body, in the order of addresses */
export function flatten(layout: Layout, mistakes: Mistakes): ReadonlyMap<string, readonly PlaceRow[]> {
  const places = new Map<string, PlaceRow[]>([...layout.bodies.keys()].map((name) => [name, []]));
  for (const { start, end, body, offset } of new Flattening(layout, mistakes).contents(undefined, SPACE, [])) {
    if (body !== undefined) places.get(body)?.push({ address: start, offset, size: end - start });
  }
  return places;
}

class Flattening {
  readonly #layout: Layout;
  readonly #mistakes: Mistakes;
  /** How many segments containers and aliases came to so far. */
  #segments = 0;
  /** Clashes that were told already: a container may be seen twice. */
  readonly #told = new Set<string>();

  constructor(layout: Layout, mistakes: Mistakes) {
    this.#layout = layout;
    this.#mistakes = mistakes;
  }

  /** What is seen in a container, from its begin. `path`: what is being resolved, against circles. */
  contents(container: string | undefined, size: number, path: readonly string[]): Segment[] {
    const members = this.#layout.placements.filter((one) => one.in === container);
    members.sort((a, b) => b.priority - a.priority);
    const seen: Segment[] = [];
    for (const member of members) {
      if (this.#isTooMuch(member)) break;
      const all = this.#segmentsOf(member, path).map((one) => ({ ...one, priority: member.priority }));
      const own = all.flatMap((one) => clipped(one, 0, size));
      if (member.at >= size && container !== undefined) this.#outside(member, container, size);
      for (const segment of own) this.#lay(segment, member, seen);
    }
    return seen.sort((a, b) => a.start - b.start);
  }

  /** Aliases of containers that hold aliases of containers come to any number of places. */
  #isTooMuch(member: Placement): boolean {
    if (++this.#segments <= MOST_SEGMENTS) return false;
    const what = `what is seen comes to more than ${MOST_SEGMENTS} places`;
    this.#mistakes.add(member.where, what, 'show containers at fewer places, or less in each');
    return true;
  }

  #segmentsOf(placement: Placement, path: readonly string[]): Segment[] {
    const { at, offset, size, priority } = placement;
    const whole =
      placement.of === undefined
        ? [{ start: 0, end: size, body: undefined, offset: 0, priority, from: placement }]
        : this.#view(placement.of, placement, path);
    return whole
      .flatMap((one) => clipped(one, offset, offset + size))
      .map((one) => ({ ...one, start: one.start - offset + at, end: one.end - offset + at }));
  }

  /** What a name shows, from its own begin. */
  #view(name: string, from: Placement, path: readonly string[]): Segment[] {
    const { bodies, aliases, containers } = this.#layout;
    if (path.includes(name)) {
      this.#mistakes.add(
        from.where,
        `${from.label} shows itself: ${[...path, name].join(' → ')}`,
        'show a memory or device',
      );
      return [];
    }
    const body = bodies.get(name);
    if (body) return [{ start: 0, end: body.size, body: name, offset: 0, priority: 0, from }];
    const alias = aliases.get(name);
    if (alias) return this.#segmentsOf({ ...alias, at: 0 }, [...path, name]);
    const container = containers.get(name);
    return container ? this.contents(name, container.size ?? SPACE, [...path, name]) : [];
  }

  /** Adds what of a segment is not hidden by what lies there already. */
  #lay(segment: Segment, member: Placement, seen: Segment[]): void {
    let rest = [segment];
    for (const other of [...seen]) {
      if (other.start >= segment.end || segment.start >= other.end) continue;
      if (other.priority === segment.priority) this.#clash(segment, other, member);
      rest = rest.flatMap((one) => without(one, other));
    }
    seen.push(...rest);
  }

  /** What only reaches over the end of its container is cut off; of this nothing is left. */
  #outside({ label, where, at }: Placement, container: string, size: number): void {
    const what = `${label} is at ${hex(at)} in container '${container}', which has ${size} bytes: it is seen nowhere`;
    this.#mistakes.add(where, what, 'addresses in a container count from its begin');
  }

  #clash(one: Segment, other: Segment, member: Placement): void {
    const key = [one.from.label, other.from.label].sort().join();
    if (this.#told.has(key)) return;
    this.#told.add(key);
    const range = (segment: Segment) => `${segment.from.label} (${hex(segment.start)}–${hex(segment.end - 1)})`;
    const remedy = 'move one of them, or give one a higher priority';
    const base = member.in === undefined ? '' : ` in container '${member.in}'`;
    this.#mistakes.add(one.from.where, `${range(one)} and ${range(other)} overlap${base}`, remedy);
  }
}

function clipped(segment: Segment, from: number, to: number): Segment[] {
  const start = Math.max(segment.start, from);
  const end = Math.min(segment.end, to);
  return start < end ? [{ ...segment, start, end, offset: segment.offset + start - segment.start }] : [];
}

function without(segment: Segment, other: Segment): Segment[] {
  return [...clipped(segment, 0, other.start), ...clipped(segment, other.end, Number.POSITIVE_INFINITY)];
}
