/** One line of the text format: `suffix` follows the family's name, as in `_bucket`. */
export type Sample = Readonly<{
  suffix?: string
  labels?: readonly (readonly [name: string, value: string])[]
  value: number
}>

/** All samples of one metric. */
export type Family = Readonly<{
  name: string
  help: string
  type: 'counter' | 'gauge' | 'histogram'
  samples: readonly Sample[]
}>

const toNumber = (value: number) =>
  Number.isFinite(value) || Number.isNaN(value) ? String(value) : value > 0 ? '+Inf' : '-Inf'

const escapeHelp = (text: string) => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
const escapeLabel = (text: string) => escapeHelp(text).replaceAll('"', '\\"')

function toLine(name: string, { suffix = '', labels = [], value }: Sample): string {
  const inner = labels.map(([label, text]) => `${label}="${escapeLabel(text)}"`).join(',')
  return `${name}${suffix}${inner === '' ? '' : `{${inner}}`} ${toNumber(value)}\n`
}

/**
 * Prometheus text format 0.0.4, `text/plain; version=0.0.4; charset=utf-8`.
 * https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export const toPrometheusText = (families: readonly Family[]): string =>
  families
    .map(
      ({ name, help, type, samples }) =>
        `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${type}\n${samples.map((sample) => toLine(name, sample)).join('')}`,
    )
    .join('')
