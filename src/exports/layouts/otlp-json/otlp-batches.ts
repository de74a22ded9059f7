import { quoteName } from '../../../core/sql-text.ts'
import {
  type JsonShape,
  type Spelling,
  spell,
  spellShape,
  toKeyValueMap,
  toTyped,
} from '../../values/attributes/any-value.ts'
import { column, type Source } from '../layout.ts'

/** Batches of one kind of item in JSON text, and how their names are spelled. */
export type Batches = Readonly<{
  /** What stands after FROM to read them, as the column `batches`. */
  from: string
  spelling: Spelling
}>

/** The names that a batch gives to what it holds; the second of `scopes` is older. */
export type BatchNames = Readonly<{ scopes: readonly [string, string]; items: string }>

const isText = (source: Source, name: string) => ['VARCHAR', 'JSON'].includes(column(source, name).type)

/** The batches in a column of that name, given in camel case, in whichever spelling the file has it. */
export const findColumn = (source: Source, name: string): readonly Batches[] =>
  (['camel', 'snake'] as const)
    .filter((spelling) => isText(source, spell(name, spelling)))
    .filter((spelling, i) => i === 0 || spell(name, spelling) !== name)
    .map((spelling) => ({
      from: `(SELECT ${quoteName(spell(name, spelling))} AS batches FROM ${source.from})`,
      spelling,
    }))

/** The batches in a member of an object that a column of that name holds. */
export const inMember = (source: Source, column: string, name: string, spelling: Spelling): Batches => ({
  from: `(SELECT TRY(json_extract(${quoteName(column)}, '$.${spell(name, spelling)}')) AS batches FROM ${source.from})`,
  spelling,
})

const scope: JsonShape = { name: 'VARCHAR', version: 'VARCHAR' }

/**
 * What stands after FROM for the items of batches: `resource` and `attribute_map` as attribute maps, `scope` with its name
 * and version, and the other members of a shape that has `attributes` as JSON, under the file's spelling of their names. Items are parsed one by one, so that a batch of any length needs little memory.
 */
export function toItems({ from, spelling }: Batches, names: BatchNames, shape: JsonShape): string {
  const spelled = (name: string) => quoteName(spell(name, spelling))
  const holder: JsonShape = { scope, instrumentationLibrary: scope, [names.items]: ['JSON'] }
  const batch: JsonShape = {
    resource: { attributes: 'JSON' },
    [names.scopes[0]]: [holder],
    [names.scopes[1]]: [holder],
  }
  const [lists, older] = names.scopes.map((name) => `batch.${spelled(name)}`)
  const holders = `list_transform(list_concat(${lists}, ${older}), lambda h: struct_pack("scope" := coalesce(h."scope", h.${spelled('instrumentationLibrary')}), items := h.${spelled(names.items)}))`
  return `(
  SELECT resource, holder."scope" AS "scope", ${toKeyValueMap('item.attributes', spelling)} AS attribute_map, item.* EXCLUDE (attributes)
  FROM (
    SELECT resource, holder, ${toTyped('item', spellShape(shape, spelling))} AS item
    FROM (
      SELECT resource, holder, unnest(holder.items) AS item
      FROM (
        SELECT resource, unnest(holders) AS holder
        FROM (
          SELECT ${toKeyValueMap('batch.resource.attributes', spelling)} AS resource, ${holders} AS holders
          FROM (SELECT unnest(TRY(${toTyped('batches', [spellShape(batch, spelling)])})) AS batch FROM ${from})
        )
      )
    )
    WHERE json_type(item) = 'OBJECT'
  )
)`
}
