import type { ExportFile } from './find-files.ts'

/** One export that is a folder of tables, each table a folder of files. */
export type TableFolder = Readonly<{ path: string; files: readonly ExportFile[] }>

/** Exports that are folders of tables. None are known yet. */
export const findTableFolders = (_files: readonly ExportFile[]): readonly TableFolder[] => []
