import { mutant, type Random } from '../mutants.js';
import { longText, oddText, pick } from './odd-values.js';

/** SVD files damaged as trees: derived in circles, arrays of any number, and what XML has that no SVD file needs. */

interface Element {
  tag: string;
  attributes: string;
  /** Elements, or text as it is written. */
  inside: (Element | string)[];
}

export const GOOD_CHIP = `<device schemaVersion="1.3">
<vendor>Acme</vendor><name>ACM1</name>
<cpu><name>CM4</name><nvicPrioBits>3</nvicPrioBits></cpu>
<addressUnitBits>8</addressUnitBits><width>32</width><size>32</size><resetValue>0</resetValue>
<peripherals>
<peripheral><name>PWM</name><baseAddress>0x40000000</baseAddress>
<addressBlock><offset>0</offset><size>0x400</size><usage>registers</usage></addressBlock>
<interrupt><name>PWM</name><value>7</value></interrupt>
<registers>
<register><name>CTRL</name><addressOffset>0</addressOffset><resetValue>0x12</resetValue>
<fields><field><name>EN</name><bitOffset>0</bitOffset><bitWidth>1</bitWidth></field>
<field><name>MODE</name><lsb>4</lsb><msb>5</msb><access>read-only</access></field>
<field><name>READY</name><bitRange>[8:8]</bitRange></field></fields></register>
<register derivedFrom="CTRL"><name>COUNT</name><addressOffset>4</addressOffset><size>16</size></register>
<register><dim>2</dim><dimIncrement>4</dimIncrement><dimIndex>A,B</dimIndex><name>CMP%s</name><addressOffset>0x20</addressOffset></register>
<cluster><dim>2</dim><dimIncrement>0x20</dimIncrement><name>CH%s</name><addressOffset>0x100</addressOffset>
<register><name>CR</name><addressOffset>0</addressOffset></register></cluster>
</registers></peripheral>
<peripheral derivedFrom="PWM"><name>PWM2</name><baseAddress>0x40001000</baseAddress></peripheral>
</peripherals></device>
`;

/** As far as the file above needs it. */
function parsed(text: string): Element {
  const root: Element = { tag: '', attributes: '', inside: [] };
  const open = [root];
  for (const [, close, tag, attributes, plain] of text.matchAll(/<(\/?)(\w+)([^>]*)>|([^<]+)/g)) {
    if (plain !== undefined) open.at(-1)!.inside.push(plain);
    else if (close === '/') open.pop();
    else {
      const element: Element = { tag: tag!, attributes: attributes!, inside: [] };
      open.at(-1)!.inside.push(element);
      open.push(element);
    }
  }
  return root.inside[0] as Element;
}

const GOOD = parsed(GOOD_CHIP);

const isElement = (one: Element | string): one is Element => typeof one !== 'string';
const all = (root: Element): Element[] => [root, ...root.inside.filter(isElement).flatMap(all)];

const TAGS = [
  'device',
  'peripherals',
  'peripheral',
  'registers',
  'register',
  'cluster',
  'fields',
  'field',
  'name',
  'description',
  'cpu',
  'dim',
  'dimIncrement',
  'dimIndex',
  'dimName',
  'dimArrayIndex',
  'baseAddress',
  'addressOffset',
  'addressBlock',
  'offset',
  'size',
  'access',
  'resetValue',
  'resetMask',
  'bitOffset',
  'bitWidth',
  'bitRange',
  'lsb',
  'msb',
  'readAction',
  'modifiedWriteValues',
  'alternateRegister',
  'alternateGroup',
  'interrupt',
  'value',
  'enumeratedValues',
  'enumeratedValue',
  'groupName',
  'headerStructName',
  'addressUnitBits',
  'nvicPrioBits',
  'deviceNumInterrupts',
  '__proto__',
  'constructor',
] as const; // prettier-ignore

const NUMBERS = [
  '0',
  '1',
  '2',
  '31',
  '32',
  '33',
  '64',
  '65',
  '4095',
  '4096',
  '4097',
  '0x7fffffff',
  '0x80000000',
  '0xfffffffc',
  '0xffffffff',
  '0x100000000',
  '0xffffffffffffffff',
  '2147483648',
  '-1',
  '1.5',
  '#1x0',
  '#101',
  '0b11',
  '4k',
  '4T',
  '1e9',
  'x',
  '[7:0]',
  '[0:7]',
  '[99:0]',
  '[a:b]',
  '0-3',
  '3-0',
  'A-Z',
  'A,B,C',
  '0-999999',
  'read-write',
  'writeOnce',
  'oneToClear',
  'clear',
  'CM0',
  'CM7',
  'RV32',
  'other',
  'X%s',
  '%s',
  '[%s]',
  'X[%s]%s',
  'PWM',
  'CTRL',
] as const; // prettier-ignore

const MARKUP = [
  '<!DOCTYPE a [<!ENTITY b "c">]>',
  '<!DOCTYPE a SYSTEM "file:///etc/passwd">',
  '<!ENTITY a "b">',
  '&a;',
  '&amp;&lt;&#0;&#x110000;',
  '<![CDATA[',
  '<![CDATA[<register><name>X</name></register>]]>',
  ']]>',
  '<!-- -->',
  '<!--',
  '-->',
  '<?xml version="1.0"?>',
  '<?pi <a> ?>',
  '<?',
  '<a',
  '<a/>',
  '</a>',
  '</register>',
  '<register>',
  '<register/>',
  '<',
  '>',
  '"',
  '\0',
  '\ud800',
] as const; // prettier-ignore

const DERIVED = [
  'PWM',
  'PWM2',
  'CTRL',
  'COUNT',
  'PWM.CTRL',
  'PWM.CH0.CR',
  'PWM.CH%s',
  'CH0',
  'PWM.CH1',
  'EN',
  'PWM.CTRL.EN',
  '',
  '.',
  '..',
  'NOBODY',
  '__proto__',
] as const; // prettier-ignore

const insert = <T>(random: Random, list: T[], one: T) => list.splice(random(list.length + 1), 0, one);
const element = (tag: string, text: string): Element => ({ tag, attributes: '', inside: [text] });

function damage(root: Element, random: Random): void {
  const elements = all(root);
  const one = pick(random, elements);
  const leaves = elements.filter(({ inside }) => !inside.some(isElement));
  switch (random(13)) {
    case 0:
      one.inside.splice(random(one.inside.length + 1), 1);
      break;
    case 1:
      insert(random, one.inside, structuredClone(pick(random, elements)));
      break;
    case 2:
      one.tag = pick(random, TAGS);
      break;
    case 3:
      one.attributes = ` derivedFrom="${pick(random, DERIVED)}"`;
      break;
    case 4:
      insert(random, one.inside, element(pick(random, TAGS), pick(random, NUMBERS)));
      break;
    case 5:
      insert(random, one.inside, pick(random, MARKUP));
      break;
    case 6:
      one.inside.unshift(
        element('dim', random(6) === 0 ? pick(random, NUMBERS) : `${1 + random(4)}`),
        element('dimIncrement', pick(random, NUMBERS)),
      );
      break;
    case 7:
      for (let depth = 1 << random(6); depth > 0; depth--)
        one.inside = [{ tag: pick(random, ['cluster', one.tag, 'a']), attributes: '', inside: one.inside }];
      break;
    case 8: {
      // of it as it is now: the root would hold its own copies
      const before = structuredClone(one);
      for (let copies = 1 << random(7); copies > 0; copies--) insert(random, root.inside, structuredClone(before));
      break;
    }
    case 9:
      one.attributes = pick(random, [
        ' a=1',
        ' a',
        ' a="',
        " a='1' a='2'",
        ' __proto__="x"',
        ' derivedFrom',
        ' x:y="1"',
      ]);
      break;
    case 10:
      if (leaves.length > 0) pick(random, leaves).inside = [random(6) === 0 ? longText(random) : oddText(random)];
      break;
    default:
      if (leaves.length > 0) pick(random, leaves).inside = [pick(random, NUMBERS)];
  }
}

const text = (one: Element | string): string =>
  isElement(one) ? `<${one.tag}${one.attributes}>${one.inside.map(text).join('')}</${one.tag}>` : one;

export function damagedChip(random: Random): Uint8Array {
  const root = structuredClone(GOOD);
  for (let edits = 1 + random(4); edits > 0; edits--) damage(root, random);
  const bytes = new TextEncoder().encode(text(root));
  return random(8) === 0 ? mutant(bytes, random) : bytes;
}
