import { cp, mkdir, rm, writeFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { createTimeline, type Timeline } from './timeline.ts'

/** Documentation of which one page comes and goes. */
export type Docs = Readonly<{
  folder: string
  /** Whether the page is found. */
  page: Timeline<boolean>
  /** Lets the page come or go. */
  toggle(): Promise<void>
  isThere(): boolean
}>

/** A question with the page that answers it, by the name that answers have for it. */
export type Page = Readonly<{ file: string; question: string }>

/** A page that comes and goes, one that only the group `team` has, and one that only the default group has. */
export const passingPage: Page = {
  file: 'docs/passing.md',
  question: 'How is the zorblatt of a quindle calibrated?',
}
export const secretPage: Page = {
  file: 'docs/secret.md',
  question: 'Where does the vexomir keep its plimsonk?',
}
export const knownPage: Page = {
  file: 'docs/concepts/mos.md',
  question: 'What is MOS score and how is it calculated',
}

const passingText = `# Zorblatt\n\nThe zorblatt of a quindle is calibrated with a brass framistan, twice a year.\n`
const secretText = `# Vexomir\n\nThe vexomir keeps its plimsonk in the third drawer of the archive.\n`

/** A copy of the documentation that comes with Parquetry. */
export async function makeDocs(folder: string): Promise<Docs> {
  await cp(resolve(import.meta.dirname, '../../docs-corpus'), folder, { recursive: true })
  const path = join(folder, basename(passingPage.file))
  let isThere = false
  const page = createTimeline('the passing page', false)
  return {
    folder,
    page,
    isThere: () => isThere,
    toggle: async () => {
      isThere = !isThere
      page.begin(isThere)
      await (isThere ? writeFile(path, passingText) : rm(path))
    },
  }
}

/** The documentation of a group of its own. */
export async function makeSecretDocs(dir: string): Promise<void> {
  await mkdir(join(dir, 'docs'), { recursive: true })
  await writeFile(join(dir, secretPage.file), secretText)
}
