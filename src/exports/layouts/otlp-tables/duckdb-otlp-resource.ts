import { toAttributeValue } from '../../values/attributes/attribute-value.ts'
import { mergeAttributes, toAttributes } from '../../values/attributes/attributes.ts'
import { toText } from '../../values/texts.ts'
import { gatherColumns } from '../gather-columns.ts'
import { column, type Source } from '../layout.ts'

const columns = { 'service.namespace': 'service_namespace', 'service.instance.id': 'service_instance_id' }

/** SQL for the service's name and the resource attributes of duckdb-otlp's rows, those in columns of their own included. */
export function toResource(source: Source): Readonly<{ serviceName: string; attributes: string }> {
  const attributes = column(source, 'resource_attributes')
  return {
    serviceName: `coalesce(${toText(column(source, 'service_name'))}, ${toAttributeValue(attributes, 'service.name').sql})`,
    attributes: mergeAttributes([gatherColumns(source, columns), toAttributes(attributes)]),
  }
}
