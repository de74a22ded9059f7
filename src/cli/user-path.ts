import { resolve } from 'node:path'

/** A path that a person typed, from where they stood: npm runs scripts in the package's folder and keeps the person's in INIT_CWD. */
export const toUserPath = (path: string): string => resolve(process.env['INIT_CWD'] ?? process.cwd(), path)
