import { existsSync } from 'node:fs'
import { delimiter, resolve } from 'node:path'

/** A path that a person typed, from where they stood: npm runs scripts in the package's folder and keeps the person's in INIT_CWD. */
export const toUserPath = (path: string): string => resolve(process.env['INIT_CWD'] ?? process.cwd(), path)

/** The same for a list of paths as `PATH` has it; what exists as a whole is one path. */
export const toUserPaths = (paths: string): string =>
  existsSync(toUserPath(paths))
    ? toUserPath(paths)
    : paths
        .split(delimiter)
        .filter((path) => path.trim() !== '')
        .map((path) => toUserPath(path.trim()))
        .join(delimiter)
