import { AppError } from '../core/errors.ts'
import { findNearestNames } from '../core/nearest-names.ts'
import type { Service } from './service.ts'
import { agentInteraction } from './services/agent-interaction.ts'
import { aiInteraction } from './services/ai-interaction.ts'
import { insights } from './services/insights.ts'
import { journeyInteraction } from './services/journey-interaction.ts'
import { nodeInteraction } from './services/node-interaction.ts'
import { logs, spans, traces } from './services/telemetry.ts'

/** The services that are tables of the lake, those of the contact centre first. */
export const storedServices: readonly Service[] = [
  agentInteraction,
  nodeInteraction,
  aiInteraction,
  journeyInteraction,
  traces,
  spans,
  logs,
]

/** The services on whose rows issues are found. */
export const insightSources: readonly Service[] = [agentInteraction, nodeInteraction, aiInteraction, spans]

/** Everything that can be queried. */
export const services: readonly Service[] = [...storedServices, insights]

const serviceNames: readonly string[] = services.map(({ name }) => name)

/** The service of a name. Throws `unknown_name` with the valid and the nearest names. */
export function getService(name: string, path: string): Service {
  const service = services.find((candidate) => candidate.name === name)
  if (service) return service
  throw new AppError({
    code: 'unknown_name',
    message: `There is no service "${name.slice(0, 80)}".`,
    path,
    actual: name.slice(0, 80),
    expected: serviceNames,
    nearest: findNearestNames(name, serviceNames),
    next: 'Use one of the services listed; get_schema describes them.',
  })
}
