import { services } from '../catalog/catalog.ts'
import { getSchema } from '../tools/get-schema.ts'
import { matchTyped, type ResourceKind } from './resource.ts'

const names = services.map(({ name }) => name)

/** A service with its columns. */
export const schemas: ResourceKind = {
  template: 'schema://{service}',
  variable: 'service',
  name: 'schema',
  title: 'Service',
  description: 'Columns of a service with type, unit, meaning and statistics, and an example query',
  mimeType: 'text/plain',
  list: async () =>
    services.map(({ name, grain }) => ({
      uri: `schema://${name}`,
      name,
      description: grain,
      mimeType: 'text/plain',
    })),
  complete: async (typed) => matchTyped(names, typed),
  read: async (service, context) => {
    const { text } = await getSchema.call({ service, max_tokens: 20_000 }, context)
    return { mimeType: 'text/plain', text }
  },
}
