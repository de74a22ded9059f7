import { AppError } from '../../core/errors.ts'
import { defineStatement, type Engine } from '../../engine/engine.ts'
import type { SourceColumns } from '../layouts/layout.ts'
import { unreadable } from '../open-export.ts'

/** The columns of what stands after FROM. Throws `unreadable_file` with the reason where it can't be read. */
export async function readColumns(engine: Engine, from: string, reason: string): Promise<SourceColumns> {
  const rows = await engine.run(defineStatement(`DESCRIBE SELECT * FROM ${from}`)).catch((cause: unknown) => {
    if (cause instanceof AppError) throw cause
    throw unreadable(reason, 'Export or copy it again.', cause)
  })
  return new Map(rows.map((row) => [String(row['column_name']), String(row['column_type'])]))
}
