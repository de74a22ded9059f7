import type { IncomingMessage } from 'node:http'
import type { Principal } from '../../auth/principal.ts'
import { spans } from '../../catalog/services/telemetry.ts'
import { toCommand } from '../../core/command.ts'
import { formatInstant } from '../../core/time-range.ts'
import { version } from '../../core/version.ts'
import type { Runtime } from '../../runtime.ts'
import { endpointPath } from './challenge.ts'
import { type ClientBlock, toClientBlocks } from './client-blocks.ts'
import { identifyLooker } from './identify-looker.ts'
import { toOrigin } from './origin.ts'
import type { Site } from './site.ts'

const toHtml = (text: string) => text.replaceAll(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`)

const createKey = toCommand('keys create --name NAME')

const style = `
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 48rem; margin: 2rem auto; padding: 0 1rem; }
h1 { margin-bottom: 0; } h2 { margin-top: 2rem; } h3 { margin-bottom: .25rem; }
table { border-collapse: collapse; } th, td { text-align: left; padding: .2rem 1rem .2rem 0; vertical-align: top; }
th { font-weight: 600; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; padding: .75rem; border: 1px solid #8886; border-radius: .4rem; font: 13px/1.45 ui-monospace, monospace; }
`

type Fact = readonly [name: string, value: string]

/** An instant to the minute, as people read it. */
const toMinute = (instant: string) => `${instant.slice(0, 16).replace('T', ' ')} UTC`

async function readTraceFacts({ lake }: Runtime): Promise<readonly Fact[]> {
  const snapshot = await lake.snapshot()
  const { exports, spans: rows } = snapshot.facts()
  const range = snapshot.timeRange(spans)
  const rejected = snapshot.manifest.rejected.length
  const { isImporting, failure } = snapshot.importState
  return [
    [
      'Exports',
      `${exports}${rejected > 0 ? `, ${rejected} set aside` : ''}${isImporting ? ', import running' : ''}${failure ? ', import failed' : ''}`,
    ],
    ['Spans', rows.toLocaleString('en')],
    [
      'Time range',
      range
        ? `${toMinute(formatInstant(range.startNs))} to ${toMinute(formatInstant(range.endNs))}`
        : 'no data yet',
    ],
  ]
}

async function readDocFacts({ knowledge }: Runtime): Promise<readonly Fact[]> {
  const index = await knowledge.describe()
  return [
    ['Documentation', `${index.files} pages, ${index.chunks} passages${index.ready ? '' : ', not ready'}`],
    ['Documentation indexed', index.indexedAt ? toMinute(index.indexedAt) : 'not yet'],
    ['Embedding model', index.embedder?.split(' ', 1)[0] ?? 'none'],
  ]
}

const readers = { traces: readTraceFacts, knowledge: readDocFacts }

/** What the server has, of one group and of what its key may ask. */
async function readFacts({ groups }: Site, { group, scopes }: Principal): Promise<readonly Fact[]> {
  const runtime = groups.get(group)
  return (await Promise.all(scopes.map((scope) => readers[scope](runtime)))).flat()
}

const toTable = (facts: readonly Fact[]) =>
  `<table>${facts.map(([name, value]) => `<tr><th scope="row">${toHtml(name)}</th><td>${toHtml(value)}</td></tr>`).join('')}</table>`

const toBlock = ({ title, text, code }: ClientBlock) =>
  `<h3>${toHtml(title)}</h3>${text ? `<p>${toHtml(text)}</p>` : ''}<pre>${toHtml(code)}</pre>`

/** A plain page that says what this is, how it is, and how to connect each client. */
export async function answerHome(req: IncomingMessage, site: Site): Promise<Response> {
  const url = `${toOrigin(req, site)}${endpointPath}`
  const looker = await identifyLooker(req, site)
  const facts =
    looker instanceof Response
      ? []
      : await readFacts(site, looker).catch((): readonly Fact[] => [
          ['State', 'cannot be read; see the server log'],
        ])
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Parquetry</title>
<style>${style}</style>
</head>
<body>
<h1>Parquetry</h1>
<p>An MCP server that answers an assistant's questions from trace exports and Markdown documentation. This is version ${toHtml(version)} on Node.js ${toHtml(process.versions.node)}; its endpoint is <code>${toHtml(url)}</code>.</p>
${facts.length > 0 ? `<h2>State</h2>${toTable(facts)}` : ''}
<h2>Connect</h2>
${site.isOpen() ? `<p>No key is needed on this machine. As soon as one is made, every call needs one: <code>${createKey}</code></p>` : `<p>Replace pq_YOUR_KEY by a key that <code>${createKey}</code> has shown.</p>`}
${toClientBlocks(url, !site.isOpen()).map(toBlock).join('\n')}
</body>
</html>
`
  return new Response(html, {
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Cache-Control': 'no-store',
      'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
    },
  })
}
