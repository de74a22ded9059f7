import { docs } from './docs.ts'
import type { ResourceKind } from './resource.ts'
import { results } from './results.ts'
import { schemas } from './schemas.ts'
import { traces } from './traces.ts'

/** Every kind of resource, in the order in which clients list them. */
export const resources: readonly ResourceKind[] = [schemas, docs, traces, results]
