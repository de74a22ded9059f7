import { z } from 'zod'

/** A place in a tool's arguments. */
export type Place = readonly PropertyKey[]

/** What stands inside of optional, defaulted and piped schemas. */
function unwrap(schema: unknown): unknown {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return unwrap(schema.unwrap())
  return schema instanceof z.ZodPipe ? unwrap(schema.out) : schema
}

/** The form that a value has as an object; of several forms the one that is. */
function toObject(schema: unknown): z.ZodObject | undefined {
  const inner = unwrap(schema)
  if (inner instanceof z.ZodObject) return inner
  if (!(inner instanceof z.ZodUnion)) return undefined
  return inner.options.map(toObject).find((option) => option !== undefined)
}

/** The schema of a place; undefined where the arguments have no such place. */
export const findSchema = (schema: z.ZodObject, place: Place): unknown =>
  place.reduce<unknown>((outer, key) => {
    const inner = unwrap(outer)
    if (inner instanceof z.ZodArray) return inner.element
    const shape = toObject(inner)?.shape ?? {}
    return Object.hasOwn(shape, key) ? Reflect.get(shape, key) : undefined
  }, schema)

/** The object that belongs at a place, if one does. */
export const findObject = (schema: z.ZodObject, place: Place): z.ZodObject | undefined =>
  toObject(findSchema(schema, place))

/** The keys that an object must have. */
export const requiredKeys = ({ shape }: z.ZodObject): readonly string[] =>
  Object.entries(shape).flatMap(([key, inner]) =>
    inner instanceof z.ZodOptional || inner instanceof z.ZodDefault ? [] : [key],
  )

/** What stands at a place of some arguments. */
export const getAt = (value: unknown, place: Place): unknown =>
  place.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, key)
        ? Reflect.get(inner, key)
        : undefined,
    value,
  )

/** A place as errors name it: `queries.scalar[0].key`. */
export const toPath = (place: Place): string =>
  place.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`
    return text ? `${text}.${String(part)}` : String(part)
  }, '')
