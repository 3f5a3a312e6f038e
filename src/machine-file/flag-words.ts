/** Remedies are written as machine files spell things; whoever typed a flag gets the flag. */

const REPLACED: readonly (readonly [RegExp, string])[] = [
  [/^give one: cpus: .*$/, 'give one: --cpu cortex-m4,clock=16MHz'],
  [/^add one: memory: \{ ram: .*$/, 'add one: --memory ram@0x80000000:128M'],
  [/sharedIrqs: \[(\w+)\]/, '--shared-irq $1'],
  [/boot: \{ dtb: … \}/, '--dtb'],
  [/\bboot: reset\b/, '--boot reset'],
  [/^give its clock: 16MHz$/, 'give its clock: clock=16MHz'],
  [/`at: 0x…`/, 'it behind the name: @0x…'],
  [/\bimages: \[…\]/, '--image …'],
];

/** `clock: 16MHz` is `clock=16MHz` there. */
const PAIR = /`?\b(clock|hertz|from|kind|size|format|count): ([\w…]+)`?/g;

/** @param where place of the mistake: `--cpu #1` is a flag */
export function inFlagWords(where: string, remedy: string | undefined): string | undefined {
  if (remedy === undefined || !(where.startsWith('--') || where === 'the command line')) return remedy;
  const [flag] = where.split(' ');
  if (flag === '--cpu' && remedy.startsWith('give `clock: 16MHz`'))
    return 'give --cpu rv32,clock=16MHz, or the name of a clock';
  const replaced = REPLACED.reduce((text, [pattern, by]) => text.replace(pattern, by), remedy);
  return replaced.replace(PAIR, '$1=$2');
}
