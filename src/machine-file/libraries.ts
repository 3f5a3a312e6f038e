/** Libraries that only machine files need: loaded when the first one is read, since start-up counts most. */

import { createRequire } from 'node:module';

type Zod = typeof import('zod');
type Yaml = typeof import('yaml');

const load = createRequire(import.meta.url);

let [zodLibrary, yamlLibrary]: [Zod?, Yaml?] = [];

export const zod = (): Zod => (zodLibrary ??= load('zod') as Zod);
export const yaml = (): Yaml => (yamlLibrary ??= load('yaml') as Yaml);
export type Z = Zod['z'];
