/** How many rows a day has, over all sources. */
export type DayRows = Readonly<{ day: string; rows: number }>

/** What is built in one go: several small days, a whole day, or one part of a day that is too large for memory. */
export type Chunk = Readonly<{
  number: number
  days: readonly string[]
  /** How many parts the day is cut into; 1 where it is whole. */
  parts: number
  /** Ids of the sources that hold rows of it. */
  sources: readonly number[]
}>

/** The days of a chunk as chunks of their own: what is tried where all of them are too much. */
export const toDayChunks = (chunk: Chunk): readonly Chunk[] =>
  chunk.days.length > 1 ? chunk.days.map((day) => ({ ...chunk, days: [day] })) : []

/** A row takes about 1.3 KB of memory while its tables are built, and the statements that build them as much again. */
const rowsPerMb = 300

/** More rows of a day in one file gain nothing. */
const mostRows = 600_000

/** Rows of a chunk, if its days allow. */
export const toRowsPerChunk = (memoryLimitMb: number): number => Math.min(memoryLimitMb * rowsPerMb, mostRows)

/** Each day is files of its own, so that many days take long however few rows they have. */
const daysPerChunk = 50

/** The plan for days in their order. A day's parts depend on that day alone, so that its files are the same whatever else is stale. */
export function toChunks(days: readonly DayRows[], rowsPerChunk: number): readonly Chunk[] {
  const chunks: Chunk[] = []
  let open: { days: string[]; rows: number } = { days: [], rows: 0 }
  const add = (members: readonly string[], parts: number) =>
    chunks.push({ number: chunks.length, days: members, parts, sources: [] })
  const close = () => {
    if (open.days.length > 0) add(open.days, 1)
    open = { days: [], rows: 0 }
  }
  for (const { day, rows } of days) {
    if (open.rows + rows > rowsPerChunk || open.days.length === daysPerChunk) close()
    const parts = Math.ceil(rows / rowsPerChunk)
    if (parts > 1) for (let i = 0; i < parts; i++) add([day], parts)
    else open = { days: [...open.days, day], rows: open.rows + rows }
  }
  close()
  return chunks
}

/** For each day the first of its chunks, and how many there are. */
export function toFirstChunks(
  chunks: readonly Chunk[],
): readonly Readonly<{ day: string; first: number; parts: number }>[] {
  const first = new Map<string, { day: string; first: number; parts: number }>()
  for (const { number, days, parts } of chunks) {
    for (const day of days) if (!first.has(day)) first.set(day, { day, first: number, parts })
  }
  return [...first.values()]
}
