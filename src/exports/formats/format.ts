import type { Engine } from '../../engine/engine.ts'
import type { ExportFile } from '../find-files.ts'
import type { Table } from '../layouts/layout.ts'

/** Where exports are read: the engine that may read the drop folder, and a scratch folder for what must be decoded first. */
export type ReadingPlace = Readonly<{ engine: Engine; exportsDir: string; scratchDir: string }>

/** The first and last bytes of a file. */
export type Ends = Readonly<{ size: number; head: Buffer; tail: Buffer }>

/** One way in which rows are written to a file. It is told by the file's bytes; the name decides only where bytes can't. */
export type Format = Readonly<{
  name: string
  matches(ends: Ends, path: string): boolean
  /** The file as a table. Throws `unreadable_file` where it is not whole. */
  open(place: ReadingPlace, file: ExportFile, ends: Ends): Promise<Table>
}>

const isControl = (byte: number) => byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d

/** Whether bytes can be the beginning of a text: none of them is a control character. */
export const isText = (head: Buffer): boolean => !head.some(isControl)
