import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { parseMarkdown } from '../../src/knowledge/markdown/parse-markdown.ts'
import { getTitle, splitSections } from '../../src/knowledge/markdown/split-sections.ts'

const kinds = [
  'question',
  'indirect',
  'keywords',
  'typo',
  'identifier',
  'two-step',
  'foreign',
  'unanswered',
] as const

const lineSchema = z.strictObject({
  id: z.string(),
  kind: z.enum(kinds),
  question: z.string(),
  passages: z.array(z.strictObject({ file: z.string(), anchor: z.string() })),
})

/** Lines of a file that answer a question. */
export type Place = Readonly<{ file: string; startLine: number; endLine: number }>

export type Question = Readonly<{
  id: string
  kind: (typeof kinds)[number]
  question: string
  /** Empty where the corpus has no answer. */
  places: readonly Place[]
}>

function findPlace(docs: string, file: string, anchor: string): Place {
  const text = readFileSync(join(docs, file), 'utf8').replaceAll(/\r\n?/g, '\n')
  const document = parseMarkdown(text)
  const sections = splitSections(document, getTitle(document, file), text.split('\n').length)
  const section = sections.find((candidate) => candidate.anchor === anchor)
  if (!section) throw new Error(`${file} has no heading #${anchor}`)
  return { file, startLine: section.startLine, endLine: section.endLine }
}

/** Reads a half of the question set over our own corpus: `tuning` or `test`. */
export function readQuestions(docs: string, half: 'tuning' | 'test'): readonly Question[] {
  const path = join(import.meta.dirname, `../../test/eval/${half}.jsonl`)
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => lineSchema.parse(JSON.parse(line)))
    .map(({ id, kind, question, passages }) => ({
      id,
      kind,
      question,
      places: passages.map(({ file, anchor }) => findPlace(docs, file, anchor)),
    }))
}

/** Whether a passage shows any of the places. */
export const isRight = (passage: Place, places: readonly Place[]): boolean =>
  places.some(
    ({ file, startLine, endLine }) =>
      passage.file === file && passage.startLine <= endLine && passage.endLine >= startLine,
  )
