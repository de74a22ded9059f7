import { editDistance } from '../core/edit-distance.ts'

/** What parameters are called elsewhere, where only one thing can be meant. */
const words: Readonly<Record<string, readonly string[]>> = {
  startTime: ['start', 'from', 'since', 'begin', 'startdate', 'starttimestamp', 'timestart'],
  endTime: ['end', 'to', 'until', 'enddate', 'endtimestamp', 'timeend'],
  timezone: ['tz', 'zone'],
  query: ['question', 'q', 'text'],
  search: ['query', 'q', 'words'],
  key: ['name', 'id'],
  fn: ['function', 'func', 'aggregation', 'aggregate', 'agg'],
  path: ['field', 'column', 'attribute', 'columnpath', 'fieldname', 'columnname'],
  name: ['alias', 'as', 'label', 'path'],
  grouping: ['groupby', 'groups', 'dimensions'],
  interval: ['step', 'bucket', 'granularity', 'bucketsize'],
  direction: ['dir', 'order', 'sort'],
  sort: ['order', 'direction'],
  cursor: ['nextcursor', 'pagetoken'],
  max_tokens: ['tokens', 'tokenlimit'],
}

const toPlain = (key: string) => key.toLowerCase().replaceAll(/[\s_-]/g, '')

/** Slips of the pen that a key may have and still be clear: one in four letters, at most two. */
const slips = (key: string) => Math.min(2, Math.floor(key.length / 4))

/**
 * The parameter that an unknown key clearly stands for: written in another case, called by a usual name, or a slip of the pen
 * for one that must be given. `free` are those not given yet, `missing` those of them that must be. Undefined where it isn't clear.
 */
export function findAlias(
  key: string,
  free: readonly string[],
  missing: readonly string[],
): string | undefined {
  const plain = toPlain(key)
  const same =
    free.find((name) => toPlain(name) === plain) ?? free.find((name) => words[name]?.includes(plain))
  if (same !== undefined || plain.length > 40) return same
  const near = missing.filter((name) => editDistance(plain, toPlain(name), slips(name)) <= slips(name))
  return near.length === 1 ? near[0] : undefined
}
