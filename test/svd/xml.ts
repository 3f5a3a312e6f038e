/** Reads XML as far as an SVD file needs it: elements, attributes, text. No namespaces, no CDATA, no entities but `&…;` kept as is. */

export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
  readonly text: string;
}

interface Open {
  name: string;
  attributes: Record<string, string>;
  children: Element[];
  text: string;
}

export function parseXml(source: string): Element {
  const root: Open = { name: '', attributes: {}, children: [], text: '' };
  const stack: Open[] = [root];
  let at = 0;
  while (at < source.length) {
    const top = stack.at(-1)!;
    const start = source.indexOf('<', at);
    if (start < 0) break;
    top.text += source.slice(at, start).trim();
    const comment = source.startsWith('<!--', start);
    const end = source.indexOf(comment ? '-->' : '>', start);
    if (end < 0) throw new Error(`unclosed tag at character ${start}`);
    const tag = source.slice(start + 1, end);
    at = end + (comment ? 3 : 1);
    if (comment || tag.startsWith('?') || tag.startsWith('!')) continue;
    if (tag.startsWith('/')) {
      if (top.name !== tag.slice(1).trim()) throw new Error(`<${top.name}> is closed by <${tag}>`);
      stack.pop();
      continue;
    }
    const element = openTag(tag);
    top.children.push(element);
    if (!tag.endsWith('/')) stack.push(element);
  }
  if (stack.length !== 1) throw new Error(`<${stack.at(-1)!.name}> is never closed`);
  return root;
}

function openTag(tag: string): Open {
  const [name, ...rest] = tag.split(' ');
  const attributes: Record<string, string> = {};
  for (const piece of rest) {
    const [key, value] = piece.split('="');
    if (value !== undefined) attributes[key!.trim()] = value.slice(0, value.indexOf('"'));
  }
  return { name: name!.trim(), attributes, children: [], text: '' };
}

export function child(element: Element, name: string): Element | undefined {
  return element.children.find((one) => one.name === name);
}
export function textOf(element: Element, name: string): string | undefined {
  return child(element, name)?.text;
}
