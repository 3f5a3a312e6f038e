/**
 * The vitest plugin: firmware tests from a plain `vitest` run.
 *
 * ```ts
 * // vitest.config.ts
 * export default defineConfig({ plugins: [fwtest()] });
 * ```
 */

import type { Plugin } from 'vitest/config';
import type { TestProject, Vitest } from 'vitest/node';
import { shareCancelling } from './cancel.js';
import { commandLineOf } from './engine-settings.js';
import { FIRMWARE_TESTS, type FirmwareProjectOptions, firmwareProject, PROJECT_NAME } from './firmware-project.js';
import { watchFirmware } from './image-watcher.js';
import { tellStatistics } from './statistics-reporter.js';

export { FIRMWARE_TESTS, type FirmwareProjectOptions } from './firmware-project.js';

/** Runs of vitest that have their firmware project; a plugin can stand in several of a run's configurations. */
const equipped = new WeakSet<Vitest>();

/** Firmware tests belong to the firmware project alone, whatever the other projects' globs match. */
function leaveOut(project: TestProject, include: readonly string[]): void {
  if (project.name === PROJECT_NAME) return;
  // A new array: the default one is shared by all projects of the process.
  project.config.exclude = [...new Set([...project.config.exclude, ...include])];
}

/** What vitest's hook gives; written down here because vitest 4 and 5 differ in the rest of it. */
interface Configured {
  vitest: Vitest;
  injectTestProjects: (config: object[]) => Promise<unknown>;
}

/**
 * Adds the project `firmware` to a vitest run: `**​/*.fw.test.ts` in worker threads without isolation. Other projects
 * and their settings stay as they are.
 */
export function fwtest(options: FirmwareProjectOptions = {}): Plugin {
  const include = options.include ?? [FIRMWARE_TESTS];
  return {
    name: 'fwtest',
    // A root configuration with `projects` runs no hooks of its own plugins later on, nor does one that `--project`
    // filters out: the project joins the list here.
    config: (config) => {
      const told = { [OPTIONS]: options };
      if (projectsOf(config)) return { ...told, ...withProject(config, options) };
      return {
        ...told,
        ...(filtersProjects(config) ? withProject(config, options, [{ extends: true, test: {} }]) : {}),
      };
    },
    async configureVitest({ vitest, injectTestProjects }: Configured) {
      if (!equipped.has(vitest) && !vitest.projects.some((one) => one.name === PROJECT_NAME)) {
        equipped.add(vitest);
        const { alias } = vitest.vite.config.resolve;
        await injectTestProjects([{ resolve: { alias }, test: firmwareProject(options) }]);
        equip(vitest, options);
      }
      for (const project of vitest.projects) leaveOut(project, include);
    },
  } as Plugin;
}

/** What a configuration's own plugin says, for the one that the command line adds behind it. */
const OPTIONS = 'fwtest';
const optionsIn = (config: object) => (config as { [OPTIONS]?: FirmwareProjectOptions })[OPTIONS] ?? {};

/** Adds the firmware project and lets no other root configuration run its tests: for the command line. */
export function firmwareOnly(): Plugin {
  return { name: 'fwtest:only', enforce: 'post', config: (config) => withProject(config, optionsIn(config)) } as Plugin;
}

type Projects = readonly { readonly test?: { readonly name?: unknown } }[];

function projectsOf(config: object): Projects | undefined {
  return (config as { test?: { projects?: Projects } }).test?.projects;
}

/** Whether this run takes some projects only; vitest 4 keeps what its command line says to itself. */
function filtersProjects(config: object): boolean {
  const { test } = config as { test?: { project?: unknown } };
  return test?.project !== undefined || process.argv.some((argument) => /^--project(=|$)/.test(argument));
}

function withProject(
  config: { resolve?: { alias?: unknown } },
  options: FirmwareProjectOptions,
  others: readonly object[] = [],
): object | undefined {
  if (projectsOf(config)?.some((one) => one.test?.name === PROJECT_NAME)) return undefined;
  const plugins = [excluder(options)];
  const resolve = { alias: config.resolve?.alias };
  return { test: { projects: [...others, { resolve, plugins, test: firmwareProject(options) }] } };
}

function excluder(options: FirmwareProjectOptions): Plugin {
  const include = options.include ?? [FIRMWARE_TESTS];
  const configureVitest = ({ vitest }: Configured) => {
    equip(vitest, options);
    for (const project of vitest.projects) leaveOut(project, include);
  };
  return { name: 'fwtest:exclude', configureVitest } as Plugin;
}

/** What a run whose only project is the firmware project needs besides: for the command line. */
export function firmwareSession(): Plugin {
  return { name: 'fwtest:session', configureVitest: ({ vitest }: Configured) => equip(vitest, {}) } as Plugin;
}

function equip(vitest: Vitest, options: FirmwareProjectOptions): void {
  watchFirmware(vitest);
  shareCancelling(vitest);
  if (commandLineOf(vitest.config).stats || options.stats) tellStatistics(vitest);
}
