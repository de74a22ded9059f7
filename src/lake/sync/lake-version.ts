import { recogniser } from '../../exports/layouts/layouts.ts'
import { emptyManifest } from '../manifest.ts'

/** What must be the same in the one who reads a lake and the one who writes it. */
export const lakeVersion = `${emptyManifest.format} ${recogniser}`
