/**
 * Receives the progress of long work: `done` of `total` steps of a named phase.
 * The command line draws it; a server ignores it.
 */
export type Progress = (phase: string, done: number, total: number) => void

export const noProgress: Progress = () => {}
