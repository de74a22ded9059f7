import type { z } from 'zod'
import { findAlias } from './find-alias.ts'
import { findObject, getAt, type Place, requiredKeys, toPath } from './schema-place.ts'

type Issue = z.core.$ZodIssue

/** The objects that an issue is about: those with unknown keys, and those that lack one. */
function listPlaces(issue: Issue, outer: Place = []): readonly Place[] {
  const path = [...outer, ...issue.path]
  if (issue.code === 'unrecognized_keys') return [path]
  const inner = issue.code === 'invalid_union' ? issue.errors.flat() : []
  return [path.slice(0, -1), ...inner.flatMap((each) => listPlaces(each, path))]
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** An object's place, the object with one key under the name that was meant, and a note of it. */
type Renamed = Readonly<{ place: Place; value: unknown; note: string }>

function renameAt(schema: z.ZodObject, args: unknown, place: Place): Renamed | undefined {
  const object = findObject(schema, place)
  const given = getAt(args, place)
  if (!object || !isRecord(given)) return undefined
  const known = Object.keys(object.shape)
  const free = known.filter((key) => given[key] === undefined || given[key] === null)
  const missing = requiredKeys(object).filter((key) => free.includes(key))
  for (const key of Object.keys(given).filter((name) => !known.includes(name))) {
    const meant = findAlias(key, free, missing)
    if (meant === undefined) continue
    const others = Object.entries(given).filter(([name]) => name !== meant)
    const value = Object.fromEntries(others.map(([name, inner]) => [name === key ? meant : name, inner]))
    return { place, value, note: `${toPath([...place, key])} was read as ${meant}.` }
  }
  return undefined
}

/** The object of an issue in which a key is called otherwise than it should be, put right; undefined where none clearly is. */
export const renameKey = (schema: z.ZodObject, args: unknown, issue: Issue): Renamed | undefined =>
  listPlaces(issue)
    .values()
    .map((place) => renameAt(schema, args, place))
    .find((renamed) => renamed !== undefined)
