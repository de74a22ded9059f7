import { fitItems, measure, toCharacters } from './budget.ts'
import type { SchemaAnswer } from './schema-answer.ts'
import { toSchemaText } from './schema-text.ts'

/** The columns of the first services in their short form; the others are named. */
function cutServices(answer: SchemaAnswer, count: number): SchemaAnswer {
  const left = answer.services.slice(count).filter(({ columns }) => columns)
  if (left.length === 0) return answer
  const note = `The columns of ${left.map(({ name }) => name).join(', ')} do not fit into max_tokens; call get_schema with service or search for them.`
  return {
    ...answer,
    services: answer.services.map(({ columns, ...service }, i) =>
      i < count && columns ? { ...service, columns } : service,
    ),
    notes: [...(answer.notes ?? []), note],
  }
}

/** The first columns of a list. */
function cutColumns(answer: SchemaAnswer, count: number): SchemaAnswer {
  const columns = answer.columns ?? []
  if (count >= columns.length) return answer
  const note = `${count} of ${columns.length} columns fit into max_tokens; search finds the others.`
  return { ...answer, columns: columns.slice(0, count), notes: [...(answer.notes ?? []), note] }
}

/** A schema within its budget: whole columns, or in short form the columns of whole services. */
export function fitSchema(answer: SchemaAnswer, maxTokens: number): SchemaAnswer {
  const sizeOf = (some: SchemaAnswer) => measure(some, toSchemaText(some))
  const room = toCharacters(maxTokens)
  return answer.columns
    ? fitItems(answer.columns.length, (count) => cutColumns(answer, count), sizeOf, room)
    : fitItems(answer.services.length, (count) => cutServices(answer, count), sizeOf, room)
}
