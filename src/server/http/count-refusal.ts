import type { Site } from './site.ts'

/** Tells metrics and log of a request that was turned away before it was a call. */
export function countRefusal({ telemetry }: Pick<Site, 'telemetry'>, code: string, key?: string): void {
  telemetry.begin({ method: 'http', transport: 'tcp', ...(key !== undefined && { key }) })({
    outcome: 'refused',
    code,
  })
}
