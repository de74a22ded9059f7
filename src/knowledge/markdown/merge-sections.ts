import { foldNeighbours } from './fold-neighbours.ts'
import type { SourceLines } from './source-lines.ts'
import type { Section } from './split-sections.ts'

/** A section with fewer characters says too little alone. */
export const shortSection = 200

const join = (first: Section, second: Section, name: Section): Section => ({
  ...name,
  startLine: first.startLine,
  endLine: second.endLine,
  blocks: [...first.blocks, ...second.blocks],
})

const isOnlyHeadings = ({ blocks }: Section) => blocks.every((block) => block.kind === 'heading')

/**
 * Joins a short section with its next sibling, under the first one's name, as long as both fit into `cap` characters;
 * and puts a heading without text in front of its first subsection, under the subsection's name.
 */
export function mergeSections(sections: readonly Section[], lines: SourceLines, cap: number): Section[] {
  const siblings = foldNeighbours(sections, (a, b) => {
    const isShort = lines.size(a.startLine, a.endLine) < shortSection
    const fits = lines.size(a.startLine, b.endLine) <= cap
    return a.depth === b.depth && isShort && fits ? join(a, b, a) : undefined
  })
  return foldNeighbours(siblings, (a, b) =>
    isOnlyHeadings(a) && a.depth < b.depth ? join(a, b, b) : undefined,
  )
}
