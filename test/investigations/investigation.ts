import { afterAll, beforeAll, expect, inject } from 'vitest'
import { type Answer, type Connection, connectStdio } from '../support/connect.ts'
import { askRawExport } from '../support/raw-export.ts'

export type Json = Record<string, unknown>
export type Cell = string | number | boolean | null
type Row = readonly Cell[]

/** The error of a query, as its structured answer has it. */
type QueryError = Readonly<{
  code: string
  message: string
  path?: string
  actual?: string
  expected?: readonly string[]
  nearest?: readonly string[]
  next?: string
}>

/** What one query of `traces_query` answers. */
export type Result = Readonly<{
  columns: readonly Readonly<{ name: string; type: string; unit?: string }>[]
  rows: readonly Row[]
  rowCount: number
  matchedRows?: number
  others?: Readonly<{ groups: number; values: Row }>
  totalRows?: number
  hasMore?: boolean
  next?: Json
  note?: string
  error?: QueryError
}>

type QueryType = 'scalar' | 'series' | 'table' | 'rate' | 'facet' | 'compare'

/** All days of the sample world. */
export const may = { startTime: '2026-05-01', endTime: '2026-05-31' } as const

export type Investigation = Readonly<{
  /** A call, whatever comes of it. */
  call(name: string, args: Json): Promise<Answer>
  /** A call that succeeds: its structured answer. */
  ask<T = Json>(name: string, args: Json): Promise<T>
  /** The result of one query that succeeds, over all days unless `options` say otherwise. */
  query(type: QueryType, query: Json, options?: Json): Promise<Result>
  /** Rows of the raw export files, where `spans` and `logs` stand for the files. Whole numbers need a cast to INTEGER. */
  askRaw(sql: string): Promise<readonly Row[]>
}>

/** The result of the only query of an answer of `traces_query`. */
export function toResult({ results }: Json): Result {
  const [result] = Object.values(results as Record<string, Result>)
  if (!result) throw new Error('the answer has no result')
  return result
}

/** A server of its own for the tests of a file, on the sample world that all files share. */
export function openInvestigation(): Investigation {
  let connection: Connection
  beforeAll(async () => {
    connection = await connectStdio(inject('sampleData'))
  })
  afterAll(() => connection.close())
  const call = (name: string, args: Json) => connection.call(name, args)
  const ask = async <T>(name: string, args: Json) => {
    const answer = await call(name, args)
    expect(answer.isError ? answer.text : '').toBe('')
    return answer.structured as T
  }
  return {
    call,
    ask,
    query: async (type, query, options = {}) => {
      const queries = { [type]: [{ key: 'asked', ...query }] }
      const result = toResult(await ask('traces_query', { ...may, ...options, queries }))
      expect(result.error).toBeUndefined()
      return result
    },
    askRaw: async (sql) => {
      const rows = await askRawExport(inject('sampleData'), sql)
      return rows.map((row) => Object.values(row) as Row)
    },
  }
}

/** The first row of an answer that must have one. */
export function firstOf<T>(rows: readonly T[]): T {
  const [row] = rows
  if (row === undefined) throw new Error('there is no row')
  return row
}
