import { getService, storedServices } from '../catalog/catalog.ts'
import { toAttributeKey } from '../catalog/column.ts'
import { type InsightLevel, type InsightRule, severities } from '../catalog/insight-rules.ts'
import { findProblem } from '../core/yaml/find-problem.ts'
import { type Problem, toYamlError, type YamlPath } from '../core/yaml/problem.ts'
import { readYaml } from '../core/yaml/read-yaml.ts'
import { type RuleForm, ruleKeys, rulesForm } from './rule-form.ts'

const toFile = (name: string) => ({
  name,
  next: 'Correct the file; the documentation page "Insights" describes its form.',
})

/** The keys that are valid at a path of the file. */
function findKeys(path: YamlPath): readonly string[] {
  const [, , part] = path
  if (path.length === 0) return ruleKeys.top
  if (part === undefined) return ruleKeys.rule
  return part === 'peers' ? ruleKeys.peers : ruleKeys.level
}

/** Services whose rows are spans: an insight belongs to one. */
const spanServices = storedServices
  .filter(({ columns }) => columns.some(({ path }) => path === 'SpanId'))
  .map(({ name }) => name)
  .filter((name) => name !== 'logs' && name !== 'journey_interaction')

/** Whether a service can have a column of a path: one of the catalog, or an attribute, which any row may have. */
const canHave = (service: string, path: string) =>
  toAttributeKey(path) !== undefined || getService(service, '').columns.some((column) => column.path === path)

/** What the form alone can't tell. */
function* checkRule(tag: string, form: RuleForm): Generator<Problem> {
  const at = ['rules', tag]
  if (!spanServices.includes(form.service)) {
    yield {
      path: [...at, 'service'],
      message: 'is no service whose rows are spans',
      found: form.service,
      valid: spanServices,
    }
    return
  }
  const columns = getService(form.service, '').columns.map(({ path }) => path)
  const paths = [
    [['metric'], form.metric] as const,
    ...(form.peers?.among ?? []).map((path) => [['peers', 'among'], path] as const),
  ]
  for (const [place, path] of paths)
    if (!canHave(form.service, path))
      yield {
        path: [...at, ...place],
        message: 'is neither a column of the service nor an attribute',
        found: path,
        valid: columns,
      }
  const levels = severities.filter((severity) => form[severity])
  if (levels.length === 0) yield { path: at, message: 'needs a limit', valid: severities }
  const [odd] = levels.filter(
    (severity) => form.peers && !('above' in (form[severity] ?? {})) && !('below' in (form[severity] ?? {})),
  )
  if (odd)
    yield {
      path: [...at, odd],
      message: 'needs above or below: with peers a limit is a number of robust standard deviations',
    }
}

function toLevel(severity: InsightLevel['severity'], form: RuleForm): readonly InsightLevel[] {
  const given = form[severity]
  return Object.entries(given ?? {}).flatMap(([comparison, threshold]) =>
    threshold === undefined
      ? []
      : [{ severity, comparison: comparison as InsightLevel['comparison'], threshold }],
  )
}

function toRule(tag: string, form: RuleForm): InsightRule {
  const { title, category, service, direction, metric, unit, peers, recommendation } = form
  return {
    tag,
    title,
    category,
    service,
    direction,
    metric,
    unit,
    levels: severities.toReversed().flatMap((severity) => toLevel(severity, form)),
    peers: peers && {
      among: peers.among,
      period: peers.period,
      minSamples: peers.min_samples,
      scale: peers.scale,
    },
    recommendation,
  }
}

/** The rules of a file, by tag; false for one that is switched off. Throws `unreadable_file` with name, line and column. */
export function parseRules(name: string, source: string): ReadonlyMap<string, InsightRule | false> {
  const file = toFile(name)
  const { data, locate } = readYaml(file, source)
  const parsed = rulesForm.safeParse(data)
  const problem = findProblem(parsed.error, data, findKeys)
  if (problem) throw toYamlError(file, locate, problem)
  const forms = Object.entries(parsed.data?.rules ?? {})
  for (const [tag, form] of forms) {
    const [wrong] = form ? checkRule(tag, form) : []
    if (wrong) throw toYamlError(file, locate, wrong)
  }
  return new Map(forms.map(([tag, form]) => [tag, form && toRule(tag, form)]))
}
