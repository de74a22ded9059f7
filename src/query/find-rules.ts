import type { InsightRule } from '../catalog/insight-rules.ts'
import type { FilterRequest } from './request/filters.ts'
import type { QueryRequest } from './request/queries.ts'

const listTags = ({ path, eq, in: some }: FilterRequest): readonly string[] | undefined => {
  if (path !== 'Insight.tag') return undefined
  if (eq !== undefined) return [String(eq)]
  return some?.map(String)
}

/** The rules whose issues a query can let through: to look for outliers that nobody asks for would take the most time. */
export function findRules(
  rules: readonly InsightRule[],
  { filters = [] }: QueryRequest,
): readonly InsightRule[] {
  const lists = filters.flatMap((filter) => {
    const tags = listTags(filter)
    return tags ? [tags] : []
  })
  return rules.filter(({ tag }) => lists.every((tags) => tags.includes(tag)))
}
