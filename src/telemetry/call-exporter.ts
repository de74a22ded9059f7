import { waitAtMost } from '../core/wait-at-most.ts'
import type { FinishedCall } from './call.ts'
import type { Endpoints } from './find-endpoints.ts'

/** Sends finished calls elsewhere. */
export type CallExporter = Readonly<{
  record(call: FinishedCall): void
  /** Sends what is left. */
  close(): Promise<void>
}>

/** Calls that may end before OpenTelemetry is loaded, which takes about 0.1 s; any more are not sent. */
const maxEarly = 1000
const closingMs = 2000

/** An exporter that loads OpenTelemetry in the background; `sessionSince` as in `otlp-exporter.ts`. `close` takes 2 s at most and never rejects. */
export function openCallExporter(
  endpoints: Endpoints,
  warn: (message: string) => void,
  sessionSince?: number,
): CallExporter {
  const early: FinishedCall[] = []
  let exporter: CallExporter | undefined
  const load = async () => {
    const { createOtlpExporter } = await import('./otlp-exporter.ts')
    exporter = createOtlpExporter({ endpoints, warn, sessionSince })
    for (const call of early.splice(0)) exporter.record(call)
  }
  const loaded = load().catch((error: unknown) =>
    warn(`OpenTelemetry is off: ${error instanceof Error ? error.message : error}`),
  )
  return {
    record(call) {
      if (exporter) exporter.record(call)
      else if (early.length < maxEarly) early.push(call)
    },
    async close() {
      const sent = loaded.then(() => exporter?.close())
      await waitAtMost(sent, closingMs, undefined).catch(() => undefined)
    },
  }
}
