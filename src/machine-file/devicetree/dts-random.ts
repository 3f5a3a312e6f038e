import fc from 'fast-check';

/** Random devicetree sources for tests: every form of value, labels, references, extension and deletion. */

const NAME = fc.stringMatching(/^[a-z][a-z0-9,._-]{0,8}$/);
const HEX = fc.nat({ max: 0xffff_ffff }).map((value) => `0x${value.toString(16)}`);
const NUMBER = fc.oneof(
  HEX,
  fc.nat({ max: 1000 }).map(String),
  fc.nat({ max: 511 }).map((value) => `0${value.toString(8)}`),
  fc.constantFrom("'a'", "'\\n'", "'\\x7f'", "'\\101'"),
);

const expression = fc.memo((depth): fc.Arbitrary<string> => {
  if (depth <= 1) return NUMBER;
  const inner = expression(depth - 1);
  const operator = fc.constantFrom(
    '+',
    '-',
    '*',
    '|',
    '&',
    '^',
    '<<',
    '>>',
    '==',
    '!=',
    '<',
    '>',
    '<=',
    '>=',
    '&&',
    '||',
  );
  return fc.oneof(
    NUMBER,
    fc.tuple(inner, operator, inner).map(([a, sign, b]) => `(${a} ${sign} ${b})`),
    fc
      .tuple(inner, fc.constantFrom('/', '%'), fc.integer({ min: 1, max: 99 }))
      .map(([a, sign, b]) => `(${a} ${sign} ${b})`),
    fc.tuple(fc.constantFrom('-', '~', '!', '- ~', '!!'), inner).map(([sign, a]) => `(${sign}${a})`),
    fc.tuple(inner, inner, inner).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
    fc
      .tuple(inner, operator, inner, operator, inner)
      .map(([a, one, b, other, c]) => `(${a} ${one} ${b} ${other} ${c})`),
  );
});

/** Its low bits, so that it fits. */
const cell = expression(4).map((text) => (text.startsWith('(') ? `(${text} & 0xffffffff)` : text));
const STRING = fc
  .array(
    fc.oneof(fc.stringMatching(/^[ !#-[\]-~]{1,6}$/), fc.constantFrom('\\n', '\\"', '\\\\', '\\x41', '\\101', 'é')),
  )
  .map((parts) => `"${parts.join('')}"`);
const BYTES = fc
  .uint8Array({ maxLength: 6 })
  .map((bytes) => `[${[...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')}]`);

/** A value; `targets` are labels and paths that exist. */
function value(targets: readonly string[]): fc.Arbitrary<string> {
  const to = fc.constantFrom(...targets);
  const one = fc.oneof(
    fc.array(fc.oneof(cell, to), { maxLength: 5 }).map((cells) => `<${cells.join(' ')}>`),
    fc
      .tuple(fc.constantFrom(8, 16, 64), fc.array(fc.nat({ max: 255 })))
      .map(([width, cells]) => `/bits/ ${width} <${cells.join(' ')}>`),
    STRING,
    BYTES,
    to,
  );
  return fc.array(one, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(', '));
}

interface Body {
  readonly properties: readonly (readonly [name: string, value: string | undefined])[];
  readonly children: readonly (readonly [name: string, label: string | undefined, body: Body])[];
}

const body = fc.memo((depth): fc.Arbitrary<Body> => {
  const properties = fc.uniqueArray(fc.tuple(NAME, fc.option(value(['&root_label', '&{/}']), { nil: undefined })), {
    maxLength: 4,
    selector: ([name]) => name,
  });
  if (depth <= 1) return fc.record({ properties, children: fc.constant([]) });
  const child = fc.tuple(NAME, fc.option(fc.constant('label'), { nil: undefined }), body(depth - 1));
  const children = fc.uniqueArray(child, { maxLength: 3, selector: ([name]) => name });
  return fc.record({ properties, children });
});

/** Text of a body; labels get numbers in the order in which they are written. */
function bodyText({ properties, children }: Body, labels: string[], indent: string): string {
  const lines = properties.map(([name, text]) => `${indent}${name}${text === undefined ? '' : ` = ${text}`};`);
  for (const [name, label, inner] of children) {
    const own = label === undefined ? undefined : `${label}${labels.length}`;
    if (own !== undefined) labels.push(own);
    lines.push(
      `${indent}${own === undefined ? '' : `${own}: `}${name} {\n${bodyText(inner, labels, `${indent}\t`)}${indent}};`,
    );
  }
  return lines.map((line) => `${line}\n`).join('');
}

/** A whole source, which `dtc` accepts. */
export const dtsSource: fc.Arbitrary<string> = fc
  .tuple(body(4), body(3), fc.array(fc.tuple(HEX, HEX), { maxLength: 2 }), fc.infiniteStream(fc.nat()))
  .map(([first, second, reservations, choices]) => {
    const labels = ['root_label'];
    const choose = (count: number) => choices.next().value! % count;
    const reserved = reservations.map(([address, size]) => `/memreserve/ ${address} ${size};\n`).join('');
    const parts = ['/dts-v1/;\n', reserved, `/ {\n${bodyText(first, labels, '\t')}};\n`, 'root_label: &{/} { };\n'];
    const extended = labels[choose(labels.length)]!;
    parts.push(`&${extended} {\n${bodyText(second, [...labels], '\t')}};\n`);
    const reference = `&${labels[choose(labels.length)]!}`;
    parts.push(`/ {\n\tto = <${reference}>, ${reference}; /* a comment */ // and one more\n};\n`);
    return parts.join('');
  });
