import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Corpus } from '../../src/knowledge/corpora.ts'

/** A docs folder and the place of its index in a temporary directory. */
export type DocsFolder = Readonly<{
  docs: string
  /** That folder as a corpus without a name, so that files are named by their paths in it. */
  corpora: readonly Corpus[]
  index: string
  write(file: string, content: string | Uint8Array): Promise<void>
  remove(file: string): Promise<void>
  dispose(): Promise<void>
}>

export async function createDocsFolder(files: Readonly<Record<string, string>> = {}): Promise<DocsFolder> {
  const root = await mkdtemp(join(tmpdir(), 'parquetry-knowledge-'))
  const docs = join(root, 'docs')
  const write = async (file: string, content: string | Uint8Array) => {
    const path = join(docs, file)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, content)
  }
  await mkdir(docs)
  for (const [file, content] of Object.entries(files)) await write(file, content)
  return {
    docs,
    corpora: [{ name: '', folder: docs }],
    index: join(root, 'index'),
    write,
    remove: (file) => rm(join(docs, file), { recursive: true }),
    dispose: () => rm(root, { recursive: true, force: true, maxRetries: 10 }),
  }
}

/** Pages about call quality, small enough to know which one answers what. */
export const callPages = {
  'mos.md': `# Mean opinion score

The mean opinion score (MOS) rates how a call sounds to its listeners, from 1 (bad) to 5 (excellent).

## How MOS is calculated

The E-model starts from a transmission rating factor R and subtracts impairments for delay, loss and the codec; a fixed polynomial then maps R to the score.

## What is a poor score

Below 3.1 nearly all listeners are dissatisfied, and agents ask their customers to repeat themselves.
`,
  'network/packet-loss.md': `---
title: Packet loss
---

Packets that never arrive leave gaps, so callers hear choppy audio or missing syllables.

## Causes of packet loss

A crowded Wi-Fi channel, a saturated uplink, or a VPN that drops UDP datagrams.
`,
  'network/ice.md': `# Interactive connectivity establishment

## Failure reasons

| Reason | Meaning |
| --- | --- |
| \`ice_collection_timeout\` | No candidate was gathered in time, mostly because a firewall blocks STUN. |
| \`signalling_handshake_failure\` | The WebSocket to the signalling server could not be opened. |
`,
} as const
