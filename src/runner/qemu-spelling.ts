/** QEMU's habits on the command line, where they mean one thing: translated, or explained. */

import { UsageError } from '../emu/errors.js';
import { pairs, QemuDrives } from './qemu-drives.js';

/** Options of a dash and a word that mean one of ours with the same value. */
const SAME: Readonly<Record<string, string>> = {
  '-M': '--machine',
  '-machine': '--machine',
  '-cpu': '--cpu',
  '-bios': '--bios',
  '-kernel': '--kernel',
  '-initrd': '--initrd',
  '-append': '--append',
  '-dtb': '--dtb',
  '-global': '--set',
  '-name': '--name',
};

/** What a terminal session is here anyway. */
const NOTHING: Readonly<Record<string, readonly string[] | undefined>> = {
  '-nographic': undefined,
  '-no-reboot': undefined,
  '-display': ['none'],
  '-serial': ['stdio', 'mon:stdio'],
  '-monitor': ['none', 'null'],
  '-chardev': [],
};

const EXPLAINED: Readonly<Record<string, string>> = {
  '-s': 'there is no GDB server',
  '-S': 'a machine starts when the command starts',
  '-gdb': 'there is no GDB server',
  '-netdev': 'there are no networks',
  '-nic': 'there are no networks',
  '-net': 'there are no networks',
  '-accel': 'code is always translated: --engine chooses how',
  '-icount': 'machine time is always exact',
  '-semihosting': 'semihosting is always on where the core has it',
  '-d': 'there is no log of instructions',
};

/** Arguments of `fwtest boot` and `fwtest serve` with QEMU's spellings replaced by ours. @throws UsageError for those without one */
export function fromQemu(args: readonly string[]): string[] {
  const command = `fwtest ${args[0]}`;
  const out: string[] = [];
  const drives = new QemuDrives();
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    const value = args[i + 1];
    if (Object.hasOwn(SAME, arg)) out.push(SAME[arg]!);
    else if (/^-M[\w.]/.test(arg)) out.push('--machine', arg.slice(2));
    else if (arg === '-m') {
      out.push('--option', memory(value));
      i++;
    } else if (arg === '-smp') {
      out.push(...harts(machineOf(args), value));
      i++;
    } else if (arg === '-device' && value?.startsWith('loader,')) {
      out.push('--image', loader(value, command));
      i++;
    } else if (arg === '-drive' || (arg === '--drive' && /^(file|if|format|id)=/.test(value ?? ''))) {
      drives.drive(value ?? 'file=');
      i++;
    } else if (arg === '-pflash' && value !== undefined) {
      drives.flash(value);
      i++;
    } else if (arg === '-device') {
      out.push(...drives.device(value ?? ''));
      i++;
    } else if (Object.hasOwn(NOTHING, arg)) i += dropped(arg, value, command);
    else if (Object.hasOwn(EXPLAINED, arg))
      throw new UsageError({
        what: `${arg} is QEMU's; here ${EXPLAINED[arg]}`,
        where: command,
        remedy: 'leave it out',
      });
    else out.push(arg);
  }
  return [...out, ...drives.args];
}

/** How many arguments besides are dropped. */
function dropped(arg: string, value: string | undefined, command: string): number {
  const allowed = NOTHING[arg];
  if (allowed === undefined) return 0;
  if (value !== undefined && allowed.includes(value)) return 1;
  const what = `${arg} ${value ?? ''}`.trimEnd();
  throw new UsageError({
    what: `'${what}' has no meaning here`,
    where: command,
    remedy: command === 'fwtest boot' ? 'the console is on this terminal: leave it out' : 'leave it out',
  });
}

const MACHINE_FLAGS = ['-M', '-machine', '--machine', '--board'];

/** The value of `-M`, `-machine`, `-Mvirt` or a flag of ours, without its options. */
function machineOf(args: readonly string[]): string {
  const at = args.findIndex((arg) => MACHINE_FLAGS.includes(arg));
  const joined = args.map((arg) => /^(?:-M|--(?:machine|board)=)(?<name>[\w.].*)/.exec(arg)?.groups?.['name']);
  const text = at < 0 ? joined.find((name) => name !== undefined) : args[at + 1];
  return (text ?? '').split(',')[0]!.replaceAll('-', '_');
}

const USUAL_HARTS: Readonly<Record<string, string>> = { microchip_icicle_kit: '5', sifive_u: '2' };

/** What `-smp 4` or `-smp cpus=4` counts; `-M sifive_u` counts its E51, too. What a board has anyway is no option. */
function harts(machine: string, value: string | undefined): readonly string[] {
  const number = cpusOf(value);
  if (number === (USUAL_HARTS[machine] ?? '1')) return [];
  if (machine !== 'sifive_u') return ['--option', `harts=${number}`];
  return ['--option', `harts=${/^\d+$/.test(number) ? Number(number) - 1 : number}`];
}

const TOPOLOGY = ['cpus', 'sockets', 'cores', 'threads'];

/** `-smp 4`, `-smp cpus=4`, `-smp sockets=2,cores=2,threads=1`; what there may be at most is as good as not there. */
function cpusOf(value = ''): string {
  const { maxcpus: _, ...counts } = pairs(/^[^=,]+(,|$)/.test(value) ? `cpus=${value}` : value);
  const given = Object.entries(counts);
  if (
    given.length === 0 ||
    !given.every(([key, count = '']) => TOPOLOGY.includes(key) && /^[1-9]\d{0,3}$/.test(count))
  ) {
    throw new UsageError({
      what: `'-smp ${value}' is no number of harts`,
      where: '-smp',
      remedy: 'give -smp 4, -smp cpus=4, or sockets, cores and threads: -smp sockets=1,cores=4',
    });
  }
  return counts['cpus'] ?? String(given.reduce((product, [, count]) => product * Number(count), 1));
}

/** `-m 256M`, `-m size=256M`. QEMU counts memory without a suffix in MiB. */
function memory(value: string | undefined): string {
  const number = firstOf(value, 'size');
  return `ram=${/^\d+$/.test(number) ? `${number}M` : number}`;
}

function firstOf(value = '', key: string): string {
  const [first = ''] = value.split(',');
  return first.startsWith(`${key}=`) ? first.slice(key.length + 1) : first;
}

/** `loader,file=app.bin,addr=0x80000000`. */
function loader(value: string, command: string): string {
  const { file, addr: address } = pairs(value);
  if (file === undefined)
    throw new UsageError({
      what: `'-device ${value}' names no file`,
      where: command,
      remedy: 'give file=…,addr=…',
    });
  return address === undefined ? file : `${file}@${address}`;
}
