/**
 * Receives the progress of long work: `done` of `total` steps of a named phase, and where a step is about one file, its path.
 * The command line draws it; a server ignores it.
 */
export type Progress = (phase: string, done: number, total: number, file?: string) => void

export const noProgress: Progress = () => {}
