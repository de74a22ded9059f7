import type { YamlPath } from '../../core/yaml/problem.ts'
import type { DurationRule, MappingFile, PlainRule, TimeRule } from './mapping-schema.ts'

/** Any rule that a mapping may hold. */
export type AnyRule = Readonly<Partial<PlainRule & TimeRule & DurationRule>>
type AnyRules = string | AnyRule | readonly (string | AnyRule)[]

/** A column that a mapping names, and where. */
export type MappedColumn = Readonly<{ name: string; path: YamlPath }>

/** A rule and where it stands; a short one is a column's name alone. */
export type PlacedRule = Readonly<{ rule: AnyRule; path: YamlPath; isShort: boolean }>

const toPlaced = (rule: string | AnyRule, path: YamlPath): PlacedRule =>
  typeof rule === 'string' ? { rule: { column: rule }, path, isShort: true } : { rule, path, isShort: false }

const isList = (rules: AnyRules): rules is readonly (string | AnyRule)[] => Array.isArray(rules)

const placeRules = (rules: AnyRules, path: YamlPath): readonly PlacedRule[] =>
  isList(rules) ? rules.map((rule, i) => toPlaced(rule, [...path, i])) : [toPlaced(rules, path)]

const sections = ['columns', 'attributes', 'resource_attributes'] as const

/** Every rule of a mapping. */
export const listRules = (mapping: MappingFile): readonly PlacedRule[] =>
  sections.flatMap((section) =>
    Object.entries(mapping[section] as Readonly<Record<string, AnyRules | undefined>>).flatMap(
      ([name, rules]) => (rules === undefined ? [] : placeRules(rules, [section, name])),
    ),
  )

/** Every column that a mapping names. */
export function listColumns(mapping: MappingFile): readonly MappedColumn[] {
  const fromRules = listRules(mapping).flatMap(({ rule, path, isShort }) =>
    rule.column === undefined ? [] : [{ name: rule.column, path: isShort ? path : [...path, 'column'] }],
  )
  const maps = (['attribute_maps', 'resource_attribute_maps'] as const).flatMap((section) =>
    mapping[section].map((name, i) => ({ name, path: [section, i] })),
  )
  return [...fromRules, ...maps]
}
