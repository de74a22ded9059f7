import type { ColumnType } from './column.ts'

/** What stands on the right of an operator: one value of the column's type, a list of them, a text, or true/false. */
export type OperandKind = 'value' | 'list' | 'text' | 'flag'

export type Operator = Readonly<{
  name: OperatorName
  operand: OperandKind
  types: readonly ColumnType[]
  meaning: string
}>

export const operatorNames = [
  'eq',
  'neq',
  'gt',
  'gte',
  'lt',
  'lte',
  'in',
  'not_in',
  'contains',
  'starts_with',
  'regex',
  'exists',
] as const

export type OperatorName = (typeof operatorNames)[number]

const all: readonly ColumnType[] = ['string', 'integer', 'double', 'boolean', 'timestamp']
const text: readonly ColumnType[] = ['string']

/** The filter operators. Rows without a value match `neq` and `not_in`, and no other operator but `exists: false`. */
export const operators: readonly Operator[] = [
  { name: 'eq', operand: 'value', types: all, meaning: 'equal' },
  { name: 'neq', operand: 'value', types: all, meaning: 'not equal, or without a value' },
  { name: 'gt', operand: 'value', types: all, meaning: 'greater' },
  { name: 'gte', operand: 'value', types: all, meaning: 'greater or equal' },
  { name: 'lt', operand: 'value', types: all, meaning: 'less' },
  { name: 'lte', operand: 'value', types: all, meaning: 'less or equal' },
  { name: 'in', operand: 'list', types: all, meaning: 'one of a list' },
  { name: 'not_in', operand: 'list', types: all, meaning: 'none of a list, or without a value' },
  { name: 'contains', operand: 'text', types: text, meaning: 'contains a text, case ignored' },
  { name: 'starts_with', operand: 'text', types: text, meaning: 'starts with a text, case ignored' },
  { name: 'regex', operand: 'text', types: text, meaning: 'matches a regular expression (RE2) somewhere' },
  { name: 'exists', operand: 'flag', types: all, meaning: 'true: has a value; false: has none' },
]

/** The operator of a name. */
export function getOperator(name: OperatorName): Operator {
  const operator = operators.find((candidate) => candidate.name === name)
  if (!operator) throw new Error(`operator ${name} is missing from the catalog`)
  return operator
}
