import { findProblem, getAt } from '../../core/yaml/find-problem.ts'
import { type Locate, type Problem, toYamlError, type YamlPath } from '../../core/yaml/problem.ts'
import { readYaml } from '../../core/yaml/read-yaml.ts'
import { kinds } from '../canonical.ts'
import { toMappingFile } from './mapping-file.ts'
import { kindSchema, type MappingFile, mappingSchemas, validKeys } from './mapping-schema.ts'

/** A mapping file that is valid by itself; whether its columns exist is known with the export only. */
export type ParsedMapping = Readonly<{ name: string; mapping: MappingFile; locate: Locate }>

/** The keys that are valid in the mapping at a path. */
function findKeys(path: YamlPath, kind: MappingFile['kind']): readonly string[] {
  const [top, name] = path.map(String)
  if (top === undefined) return validKeys.top
  if (top === 'rest') return validKeys.rest
  if (top !== 'columns') return validKeys.plain
  if (name === undefined) return validKeys[kind]
  if (name === 'timestamp' || name === 'end') return validKeys.time
  return name === 'duration' ? validKeys.duration : validKeys.plain
}

/** A duration given as a column's name alone is told what it lacks. */
const withUnit = (problem: Problem): Problem =>
  !problem.atKey && typeof problem.found === 'string' && problem.path.at(-1) === 'duration'
    ? { ...problem, message: 'needs its unit: write {column: …, unit: s}' }
    : problem

/**
 * Parses a mapping file. Throws `unreadable_file`, whose message begins with name, line and column, where it is no YAML,
 * or not of the form that `docs/mapping-files.md` describes.
 */
export function parseMapping(name: string, text: string): ParsedMapping {
  const file = toMappingFile(name)
  const { data, locate } = readYaml(file, text)
  const kind = kindSchema.safeParse(data)
  if (!kind.success) {
    const found = getAt(data, ['kind'])
    throw toYamlError(file, locate, {
      path: ['kind'],
      message: 'is missing or not valid',
      found,
      valid: kinds,
    })
  }
  const parsed = mappingSchemas[kind.data.kind].safeParse(data)
  const problem = findProblem(parsed.error, data, (path) => findKeys(path, kind.data.kind))
  if (problem) throw toYamlError(file, locate, withUnit(problem))
  return { name, mapping: parsed.data as MappingFile, locate }
}
