/** Checks values against a JSON Schema (2020-12), with the keywords that the machine schema has. */

type Schema = Readonly<Record<string, unknown>>;

/** What is wrong, each with its path; nothing if the value is right. @throws Error at a keyword that is not known here */
export function schemaErrors(root: Schema, value: unknown): string[] {
  return errorsAt(root, root, value, '');
}

type Check = (rule: never, value: unknown, path: string, schema: Schema, root: Schema) => string[];

function errorsAt(root: Schema, schema: unknown, value: unknown, path: string): string[] {
  if (schema === true) return [];
  if (schema === false) return [`${path} must not be there`];
  return Object.entries(schema as Schema).flatMap(([key, rule]) => {
    const check = CHECKS[key];
    if (check === undefined) throw new Error(`the keyword '${key}' is not checked here`);
    return check(rule as never, value, path, schema as Schema, root);
  });
}

const nothing = () => [];
const unless = (isRight: boolean, path: string, what: string) => (isRight ? [] : [`${path} ${what}`]);
const isObject = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  integer: Number.isInteger,
  boolean: (value) => typeof value === 'boolean',
  null: (value) => value === null,
  array: Array.isArray,
  object: isObject,
};

const CHECKS: Readonly<Record<string, Check>> = {
  $schema: nothing,
  $defs: nothing,
  title: nothing,
  description: nothing,
  $ref: (ref: string, value, path, _, root) => {
    const keys = ref.replace('#/', '').split('/');
    const target = keys.reduce<unknown>((at, key) => (at as Schema)[key], root);
    return errorsAt(root, target, value, path);
  },
  type: (types: string | string[], value, path) =>
    unless(
      [types].flat().some((type) => TYPES[type]!(value)),
      path,
      `is no ${String(types)}`,
    ),
  const: (one: unknown, value, path) => unless(value === one, path, `is not ${String(one)}`),
  enum: (all: unknown[], value, path) => unless(all.includes(value), path, `is none of ${all.join(', ')}`),
  not: (schema: Schema, value, path, _, root) =>
    unless(errorsAt(root, schema, value, path).length > 0, path, 'is what it must not be'),
  anyOf: (all: Schema[], value, path, _, root) => {
    const errors = all.map((one) => errorsAt(root, one, value, path));
    if (errors.some((one) => one.length === 0)) return [];
    return errors.reduce((best, one) => (one.length < best.length ? one : best));
  },
  pattern: (text: string, value, path) =>
    unless(typeof value !== 'string' || new RegExp(text, 'u').test(value), path, `does not look like ${text}`),
  minimum: (least: number, value, path) => unless(typeof value !== 'number' || value >= least, path, 'is too small'),
  maximum: (most: number, value, path) => unless(typeof value !== 'number' || value <= most, path, 'is too large'),
  exclusiveMinimum: (least: number, value, path) =>
    unless(typeof value !== 'number' || value > least, path, 'is too small'),
  minItems: (least: number, value, path) =>
    unless(!Array.isArray(value) || value.length >= least, path, 'is too short'),
  maxItems: (most: number, value, path) => unless(!Array.isArray(value) || value.length <= most, path, 'is too long'),
  items: (schema: Schema, value, path, { prefixItems = [] }, root) =>
    !Array.isArray(value)
      ? []
      : value
          .slice((prefixItems as unknown[]).length)
          .flatMap((one, i) => errorsAt(root, schema, one, `${path}[${i}]`)),
  prefixItems: (all: Schema[], value, path, _, root) =>
    Array.isArray(value) ? all.flatMap((one, i) => errorsAt(root, one, value[i], `${path}[${i}]`)) : [],
  properties: (all: Schema, value, path, _, root) =>
    !isObject(value)
      ? []
      : Object.entries(all)
          .filter(([key]) => value[key] !== undefined)
          .flatMap(([key, one]) => errorsAt(root, one, value[key], `${path}.${key}`)),
  required: (keys: string[], value, path) =>
    isObject(value) ? keys.filter((key) => value[key] === undefined).map((key) => `${path}.${key} is missing`) : [],
  propertyNames: (schema: Schema, value, path, _, root) =>
    isObject(value) ? Object.keys(value).flatMap((key) => errorsAt(root, schema, key, `${path}: ${key}`)) : [],
  additionalProperties: (schema: unknown, value, path, { properties = {} }, root) =>
    !isObject(value)
      ? []
      : Object.keys(value)
          .filter((key) => !Object.hasOwn(properties as object, key))
          .flatMap((key) => errorsAt(root, schema, value[key], `${path}.${key}`)),
};
