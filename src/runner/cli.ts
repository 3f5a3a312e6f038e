/** The command line: what there is, with each command's code loaded only when it is used. */

import { Command, CommanderError, Option } from 'commander';
import { FwtestError, UsageError } from '../emu/errors.js';
import { defaultEngine } from '../emu/isa/engine-mode.js';
import { closest } from '../emu/spelling.js';
import { ENGINES, TIMINGS } from './engine-settings.js';
import { type EndingCode, exitCodeOf, Interrupted } from './exit-code.js';
import type { RunSettings } from './firmware-test.js';
import { addMachineFlags } from './machine-flags.js';
import { MISUSE_LEVELS } from './misuse-settings.js';
import { fromQemu } from './qemu-spelling.js';
import { version } from './version.js';

const RUN_HELP = `
vitest's own options pass through, among them:
  -t, --testNamePattern <pattern>  only the tests whose names match
  -u, --update                     update the snapshots in the test files
  --reporter <name>                default, verbose, dot, junit, json, blob, github-actions, …
  --outputFile <file>              where the reporter writes
  --shard <index>/<count>          one part of the test files
  --merge-reports [folder]         joins the blob reports of the shards
  --coverage                       coverage of the test code
  --bail <number>                  stop after so many failures
  --project <name>                 instead of the firmware tests

Exit codes: 0 passed · 1 a test failed · 2 wrong usage, configuration or image · 3 the emulator itself failed · 130 ended by Ctrl-C`;

const engineOption = () =>
  new Option(
    '--engine <engine>',
    `for finding bugs of fwtest: which engine executes (default: ${defaultEngine()})`,
  ).choices(ENGINES);
const timingOption = () =>
  new Option(
    '--timing <model>',
    "what cycles are: as on the part, or 'ideal', the manual's table without pipeline and wait states",
  ).choices(TIMINGS);
const misuseOption = (what: string) => new Option('--misuse <level>', what).choices(MISUSE_LEVELS);
const UARTS =
  'where a UART goes: stdio, null, file:path, socket:path or tcp:port; the console is on the terminal if nothing is said';
const collect = (value: string, all: readonly string[] = []): string[] => [...all, value];
const STATS = 'counts instructions, times and what the engines do, which costs speed, and prints that at the end';

type Finish = (code: EndingCode) => void;

/** A command whose arguments vitest parses. */
function testCommand(program: Command, name: 'run' | 'watch', description: string, finish: Finish): void {
  program
    .command(name, { isDefault: name === 'run' })
    .description(description)
    .usage('[filter…] [options]')
    .argument('[filter...]', 'parts of the paths of the test files')
    .allowUnknownOption()
    .addOption(engineOption())
    .option('--stats', STATS)
    .addOption(
      misuseOption(
        'what misuse of the hardware does, before what files and configuration say; what a test itself says comes first',
      ),
    )
    .addHelpText('after', RUN_HELP)
    .action(async (_filters: string[], settings: RunSettings, command: Command) => {
      const { run } = await import('./commands/run.js');
      const names = program.commands.map((one) => one.name());
      finish(await run(command.args, name === 'watch', names, settings));
    });
}

function listCommands(program: Command, finish: Finish): void {
  const lists = [
    ['boards', 'the boards, with their chip, processor and parts'],
    ['devices', 'the devices a board can have'],
    ['cpus', 'the processors'],
  ] as const;
  for (const [name, description] of lists) {
    program
      .command(name)
      .description(description)
      .option('--json', 'for programs')
      .action(async (options: { json?: boolean }) => {
        const { list } = await import('./commands/list.js');
        finish(list(name, options.json === true));
      });
  }
}

function bootCommand(program: Command, finish: Finish): void {
  const command = program
    .command('boot')
    .description('runs a firmware image with its console on this terminal')
    .argument('[app.elf]', 'the image; raw bytes as file@address');
  addMachineFlags(command)
    .option('--for <duration>', "machine time to run, such as '2s' (without it: until the firmware ends)")
    .option('--until <text>', 'ends with success when the console has written this')
    .option('--uart <name=where>', UARTS, collect)
    .option('--dump-config [file]', 'writes the machine as a file that --config reads, and does not run it')
    .option('--console <uart>', "the UART on this terminal: the board's console, else the first that writes")
    .option('--trace-stubs', 'says every access to a stub of --svd')
    .addOption(misuseOption('what misuse of the hardware does at the end: error is exit code 1'))
    .addOption(timingOption())
    .addOption(engineOption())
    .option('--stats', STATS)
    .addHelpText(
      'after',
      '\nExit codes: 0 the text came, the firmware ended well, or --for elapsed · 1 it faulted or misused the hardware, or the text did not come · 2 wrong usage, machine or image · 3 the emulator failed · 130 ended by Ctrl-C',
    )
    .action(async (image: string | undefined, options) => {
      const { boot } = await import('./commands/boot.js');
      finish(await boot(image, options));
    });
}

function serveCommand(program: Command, finish: Finish): void {
  const command = program
    .command('serve')
    .description('a machine that a tool controls by JSON lines (docs/protocol.md)')
    .argument('[app.elf]', 'the image; raw bytes as file@address');
  addMachineFlags(command)
    .option('--stdio', 'over standard input and output (the default)')
    .option('--socket <path>', 'over a local socket, for the first client that comes')
    .option('--port <number>', 'over TCP on 127.0.0.1; 0 takes a free port and prints it')
    .addOption(timingOption())
    .addOption(engineOption())
    .addHelpText(
      'after',
      '\nExit codes: 0 the client quit or has gone · 2 wrong usage or image · 3 the emulator failed · 130 ended by Ctrl-C',
    )
    .action(async (image: string | undefined, options) => {
      const { serve } = await import('./commands/serve.js');
      finish(await serve(image, options));
    });
}

function initCommand(program: Command, finish: Finish): void {
  program
    .command('init')
    .description('writes a first test, and a pipeline with --ci')
    .option('-b, --board <name>', 'the board: `fwtest boards` lists them')
    .option('-f, --firmware <app.elf>', 'the image the test runs')
    .addOption(new Option('--ci <system>', 'also a pipeline').choices(['github', 'gitlab']))
    .action(async (options) => {
      const { init } = await import('./commands/init.js');
      finish(await init(options));
    });
}

/** Instead of commander's own, which shows the general help when asked for a command that is none. */
function helpCommand(program: Command, finish: Finish): void {
  program
    .command('help')
    .description('the help of a command')
    .argument('[command]')
    .action((name: string | undefined) => {
      const found = name === undefined ? program : program.commands.find((one) => one.name() === name);
      if (!found) throw unknownCommand(name!, program);
      found.outputHelp();
      finish(0);
    });
}

function unknownCommand(name: string, program: Command): UsageError {
  const names = program.commands.map((one) => one.name());
  const near = closest(name, names)[0];
  const remedy = near ? `did you mean \`fwtest ${near}\`?` : `there are ${names.join(', ')}`;
  return new UsageError({ what: `unknown command '${name}'`, where: 'fwtest help', remedy });
}

function build(finish: Finish): Command {
  const program = new Command('fwtest');
  program
    .description('Firmware tests on virtual boards.')
    .version(version, '-V, --version')
    .enablePositionalOptions()
    .showHelpAfterError('`fwtest --help` lists the commands, `fwtest <command> --help` their options')
    .exitOverride()
    .configureOutput({
      outputError: (text, write) => write(`fwtest: ${text}`),
      writeErr: (text) => void quietly(process.stderr).write(text),
    });
  testCommand(program, 'run', 'runs the firmware tests (the default)', finish);
  testCommand(program, 'watch', 'runs them again when a test or a firmware image changes', finish);
  listCommands(program, finish);
  bootCommand(program, finish);
  serveCommand(program, finish);
  initCommand(program, finish);
  program.helpCommand(false);
  helpCommand(program, finish);
  for (const command of program.commands) command.copyInheritedSettings(program);
  return program;
}

/** Commander would show the general help. @throws UsageError for the help of a command that is none */
function refuseUnknown(args: readonly string[], program: Command): void {
  const [name] = args;
  if (name === undefined || name.startsWith('-') || !args.some((arg) => arg === '--help' || arg === '-h')) return;
  if (!program.commands.some((one) => one.name() === name)) throw unknownCommand(name, program);
}

/** Whoever reads the output may go away, as `head` does; the command goes on to its end, and its exit code is its own. */
function quietly(stream: NodeJS.WriteStream): NodeJS.WriteStream {
  return stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

function report(error: unknown): void {
  if (error instanceof Interrupted) console.error(`\nfwtest: ${error.message}`);
  else if (error instanceof FwtestError) console.error(`fwtest: ${error.message}`);
  else console.error(error);
}

/**
 * Runs the command line; sets the process's exit code.
 * @param args without node and script
 */
export async function main(args: readonly string[]): Promise<void> {
  quietly(process.stdout);
  try {
    const program = build((code) => {
      process.exitCode = code;
    });
    refuseUnknown(args, program);
    await program.parseAsync(args[0] === 'boot' || args[0] === 'serve' ? fromQemu(args) : [...args], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
    else {
      report(error);
      if (error instanceof Interrupted) process.exitCode = Interrupted.exitCode;
      // What nobody expected here is our fault.
      else process.exitCode = error instanceof FwtestError ? exitCodeOf(error) : 3;
    }
  }
}
