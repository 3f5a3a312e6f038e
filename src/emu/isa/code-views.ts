import type { HotEngine } from './hot/hot-engine.js';
import { CHUNK_SHIFT } from './layout.js';

/**
 * Code as it is seen in one way: by a core in one state, where pc has one high word. Compiled regions belong to a view, too.
 * Space 0 is memory as it is; of any other one it is known which page shows which physical page.
 */
export interface CodeView {
  readonly number: number;
  readonly space: number;
  /** The high word of pc, signed. */
  readonly high: number;
  readonly hot: HotEngine;
  /** Physical pages, by number, of the pages with code. */
  readonly pages: Map<number, number>;
  /** Chunks that regions lie in together. */
  readonly links: Map<number, Set<number>>;
}

/** A page of code in a view. */
export interface CodePage {
  readonly view: CodeView;
  readonly page: number;
}

const NONE: readonly CodePage[] = [];
/** More than these are given up all together. */
const MOST = 64;

/** All views of one machine, and where physical pages with code are seen in those that are translated. */
export class CodeViews {
  readonly #make: (space: number, high: number) => HotEngine;
  readonly #views: CodeView[] = [];
  readonly #shown = new Map<number, CodePage[]>();

  /** `make`: what compiles for a view. */
  constructor(make: (space: number, high: number) => HotEngine) {
    this.#make = make;
  }

  /** The view number 0 stays: memory as it is. */
  get isFull(): boolean {
    return this.#views.length >= MOST;
  }
  get all(): readonly CodeView[] {
    return this.#views;
  }
  known(space: number, high: number): CodeView | undefined {
    return this.#views.find((view) => view.space === space && view.high === high);
  }
  add(space: number, high: number): CodeView {
    const number = this.#views.length;
    const view = { number, space, high, hot: this.#make(space, high), pages: new Map(), links: new Map() };
    this.#views.push(view);
    return view;
  }
  /** Gives up all but the first. */
  clear(): void {
    this.#shown.clear();
    this.#views.length = 1;
  }
  /** Nothing is decoded any more. */
  forgetPages(): void {
    this.#shown.clear();
    for (const { pages, links } of this.#views) {
      pages.clear();
      links.clear();
    }
  }

  /** A page of a view has code, from a physical page. */
  show(view: CodeView, page: number, physical: number): void {
    view.pages.set(page, physical);
    const shown = this.#shown.get(physical);
    if (shown) shown.push({ view, page });
    else this.#shown.set(physical, [{ view, page }]);
  }
  hide(view: CodeView, page: number): void {
    const physical = view.pages.get(page)!;
    view.pages.delete(page);
    const rest = this.#shown.get(physical)!.filter((one) => one.view !== view || one.page !== page);
    if (rest.length > 0) this.#shown.set(physical, rest);
    else this.#shown.delete(physical);
  }
  /** Where a physical page with code is seen. */
  showing(physical: number): readonly CodePage[] {
    return this.#shown.get(physical) ?? NONE;
  }

  /** A region lies at these addresses: it can be executed only where all of them are what they were. */
  static link(view: CodeView, spans: readonly number[]): void {
    const chunks = new Set<number>();
    for (let i = 0; i < spans.length; i += 2) {
      chunks.add(spans[i]! >>> CHUNK_SHIFT);
      chunks.add((spans[i]! + spans[i + 1]! - 1) >>> CHUNK_SHIFT);
    }
    if (chunks.size === 1) return;
    for (const chunk of chunks) {
      const others = view.links.get(chunk);
      if (others === undefined) view.links.set(chunk, new Set(chunks));
      else for (const other of chunks) others.add(other);
    }
  }
  /** A chunk and all that are linked to it. */
  static linked({ links }: CodeView, chunk: number): ReadonlySet<number> {
    const found = new Set([chunk]);
    for (const one of found) for (const other of links.get(one) ?? []) found.add(other);
    return found;
  }
}
