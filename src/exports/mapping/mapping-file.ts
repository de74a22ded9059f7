import type { YamlFile } from '../../core/yaml/problem.ts'

/** A mapping file as messages speak of it. */
export const toMappingFile = (name: string): YamlFile => ({
  name,
  next: 'Correct the mapping file; docs/mapping-files.md describes it.',
})
