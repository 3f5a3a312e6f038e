/** Code blocks of the documentation, with the comments that stand before them. */

export interface CodeBlock {
  readonly language: string;
  readonly text: string;
  /** `<!-- firmware: blinky/blinky.elf -->` is `firmware` → `blinky/blinky.elf`. */
  readonly notes: ReadonlyMap<string, string>;
}

const BLOCK = /((?:^<!--.*-->\n)*)^```(\w+)\n([\s\S]*?)^```$/gm;

export function codeBlocks(markdown: string): CodeBlock[] {
  return [...markdown.matchAll(BLOCK)].map(([, comments = '', language = '', text = '']) => {
    const notes = [...comments.matchAll(/<!-- (?:([\w ]+): )?(.*?) -->/g)];
    return { language, text, notes: new Map(notes.map(([, key, value = '']) => [key ?? value, value])) };
  });
}
