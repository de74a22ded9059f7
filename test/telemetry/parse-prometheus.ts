/** A sample of the text format. */
export type Parsed = Readonly<{
  family: string
  name: string
  labels: Readonly<Record<string, string>>
  value: number
}>

export type ParsedText = Readonly<{
  types: ReadonlyMap<string, string>
  samples: readonly Parsed[]
}>

const sampleLine = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/s
const labelPart = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\["\\n])*)"(,|$)/y
const suffixes: Readonly<Record<string, readonly string[]>> = { histogram: ['_bucket', '_sum', '_count'] }
const escapes: Readonly<Record<string, string>> = { '\\\\': '\\', '\\"': '"', '\\n': '\n' }

function parseLabels(text: string): Readonly<Record<string, string>> {
  const labels: Record<string, string> = {}
  labelPart.lastIndex = 0
  while (labelPart.lastIndex < text.length) {
    const at = labelPart.lastIndex
    const [, name, value] = labelPart.exec(text) ?? []
    if (name === undefined || value === undefined) throw new Error(`labels at ${at}: ${text}`)
    if (name in labels) throw new Error(`label ${name} twice: ${text}`)
    labels[name] = value.replace(/\\["\\n]/g, (found) => escapes[found] ?? '')
  }
  return labels
}

const numbers: Readonly<Record<string, number>> = { '+Inf': Infinity, '-Inf': -Infinity, NaN: Number.NaN }

function parseNumber(text: string): number {
  const value = numbers[text] ?? Number(text)
  if (Number.isNaN(value) && text !== 'NaN') throw new Error(`no number: ${text}`)
  return value
}

/**
 * Reads text format 0.0.4 strictly: each family once, HELP and TYPE before its samples, each sample once and under the
 * family before it. Throws at the first fault.
 */
export function parsePrometheus(text: string): ParsedText {
  if (!text.endsWith('\n')) throw new Error('the last line has no end')
  const types = new Map<string, string>()
  const helps = new Set<string>()
  const samples: Parsed[] = []
  const seen = new Set<string>()
  let family = ''
  for (const line of text.slice(0, -1).split('\n')) {
    const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.+)$/s.exec(line) ?? []
    if (kind === 'HELP') {
      if (helps.has(name)) throw new Error(`${name} comes twice`)
      helps.add(name)
      family = name
    } else if (kind === 'TYPE') {
      if (name !== family || types.has(name)) throw new Error(`TYPE out of place: ${line}`)
      types.set(name, rest)
    } else {
      const [, sample = '', labels = '', value = ''] = sampleLine.exec(line) ?? []
      const type = types.get(family) ?? ''
      const allowed = (suffixes[type] ?? ['']).map((suffix) => family + suffix)
      if (!allowed.includes(sample)) throw new Error(`no sample of ${family}: ${line}`)
      if (seen.has(`${sample}{${labels}}`)) throw new Error(`sample twice: ${line}`)
      seen.add(`${sample}{${labels}}`)
      samples.push({ family, name: sample, labels: parseLabels(labels), value: parseNumber(value) })
    }
  }
  return { types, samples }
}

/** The one value of a sample with these labels; undefined if there is none. */
export const findValue = (
  { samples }: ParsedText,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined =>
  samples.find(
    (sample) =>
      sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
  )?.value
