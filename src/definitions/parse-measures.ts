import { aggregateNames, aggregates } from '../catalog/aggregates.ts'
import { services } from '../catalog/catalog.ts'
import type { Measure, MeasureFilter } from '../catalog/measure.ts'
import { operatorNames } from '../catalog/operators.ts'
import { findProblem } from '../core/yaml/find-problem.ts'
import { type Problem, toYamlError, type YamlPath } from '../core/yaml/problem.ts'
import { readYaml } from '../core/yaml/read-yaml.ts'
import { type MeasureForm, measureKeys, measuresForm } from './measure-form.ts'

const toFile = (name: string) => ({
  name,
  next: 'Correct the file; the documentation page "Named measures" describes its form.',
})

/** The keys that are valid at a path of the file. */
function findKeys(path: YamlPath): readonly string[] {
  const [, , part, ...rest] = path
  const last = rest.findLast((key) => typeof key === 'string')
  if (path.length === 0) return measureKeys.top
  if (part === undefined) return measureKeys.measure
  if (part === 'thresholds') return measureKeys.thresholds
  if (part === 'parameters') return measureKeys.parameter
  if (part === 'filters') return last === undefined ? measureKeys.filter : measureKeys.operand
  if (last === undefined) return measureKeys.term
  return last === 'filters' ? measureKeys.filter : measureKeys.operand
}

/** Aggregates whose value for a whole is the sum over its rows, so that sums and ratios of them hold for any group. */
const summable: readonly string[] = ['count', 'sum']

type Check = Generator<Problem>

function* checkFilters(filters: readonly object[], at: YamlPath, { parameters }: MeasureForm): Check {
  for (const [i, filter] of filters.entries()) {
    const used = Object.entries(filter).filter(([key]) => key !== 'path')
    if (used.length === 0)
      yield { path: [...at, i], message: `has a path but no operator`, valid: operatorNames }
    for (const [operator, operand] of used) {
      if (typeof operand !== 'object' || Array.isArray(operand)) continue
      const { parameter } = operand as Readonly<{ parameter: string }>
      if (!Object.hasOwn(parameters, parameter))
        yield {
          path: [...at, i, operator, 'parameter'],
          message: 'is no parameter of this measure',
          found: parameter,
          valid: Object.keys(parameters),
        }
    }
  }
}

function* checkTerms(
  side: 'numerator' | 'denominator',
  form: MeasureForm,
  at: YamlPath,
  isOne: boolean,
): Check {
  const isRatio = form.denominator.length > 0
  for (const [i, { fn, path, filters }] of form[side].entries()) {
    const here = isOne ? [...at, side] : [...at, side, i]
    if (!aggregates.some(({ name }) => name === fn))
      yield { path: [...here, 'fn'], message: 'is no aggregate', found: fn, valid: aggregateNames }
    else if ((isRatio || form[side].length > 1) && !summable.includes(fn))
      yield {
        path: [...here, 'fn'],
        message: 'does not add up over groups, so that ratios and sums of it would be averages of averages',
        found: fn,
        valid: summable,
      }
    else if (path === '*' && fn !== 'count')
      yield { path: [...here, 'fn'], message: 'needs a path', found: fn }
    yield* checkFilters(filters, [...here, 'filters'], form)
  }
}

/** What the form alone can't tell. */
function* checkMeasure(name: string, form: MeasureForm, isOne: (path: YamlPath) => boolean): Check {
  const at = ['measures', name]
  const names = services.map((service) => service.name)
  if (!names.includes(form.service))
    yield { path: [...at, 'service'], message: 'is no service', found: form.service, valid: names }
  yield* checkFilters(form.filters, [...at, 'filters'], form)
  for (const side of ['numerator', 'denominator'] as const)
    yield* checkTerms(side, form, at, isOne([...at, side]))
}

const toMeasure = (name: string, form: MeasureForm): Measure => ({
  name,
  ...form,
  filters: form.filters as unknown as readonly MeasureFilter[],
  numerator: form.numerator as unknown as Measure['numerator'],
  denominator: form.denominator as unknown as Measure['denominator'],
})

/** The measures of a file. Throws `unreadable_file` with name, line and column for the first thing wrong with it. */
export function parseMeasures(name: string, source: string): readonly Measure[] {
  const file = toFile(name)
  const { data, locate } = readYaml(file, source)
  const parsed = measuresForm.safeParse(data)
  const problem = findProblem(parsed.error, data, findKeys)
  if (problem) throw toYamlError(file, locate, problem)
  const forms = Object.entries(parsed.data?.measures ?? {})
  const isOne = (path: YamlPath) =>
    !Array.isArray(path.reduce<unknown>((at, key) => Reflect.get(Object(at), key), data))
  for (const [measure, form] of forms) {
    const [wrong] = checkMeasure(measure, form, isOne)
    if (wrong) throw toYamlError(file, locate, wrong)
  }
  return forms.map(([measure, form]) => toMeasure(measure, form))
}
