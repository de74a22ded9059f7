/** How one client is connected: copy and be done. */
export type ClientBlock = Readonly<{ title: string; text?: string; code: string }>

const key = 'pq_YOUR_KEY'

const json = (value: unknown) => JSON.stringify(value, undefined, 2)

/** A block for each client; with a key in its place where one is needed. */
export function toClientBlocks(url: string, needsKey: boolean): readonly ClientBlock[] {
  const headers = needsKey ? { headers: { Authorization: `Bearer ${key}` } } : {}
  // mcp-remote takes http for granted on this machine only.
  const plain = /^http:\/\/(?!localhost|127\.|\[::1\])/.test(url) ? ['--allow-http'] : []
  const bearer = needsKey ? ` --header "Authorization: Bearer ${key}"` : ''
  const remote = needsKey
    ? {
        // biome-ignore lint/suspicious/noTemplateCurlyInString: mcp-remote puts the variable in itself
        args: ['-y', 'mcp-remote', url, ...plain, '--header', 'Authorization:${AUTH_HEADER}'],
        env: { AUTH_HEADER: `Bearer ${key}` },
      }
    : { args: ['-y', 'mcp-remote', url, ...plain] }
  return [
    { title: 'Claude Code', code: `claude mcp add --transport http parquetry ${url}${bearer}` },
    {
      title: 'Claude Desktop',
      text: 'In claude_desktop_config.json, through mcp-remote:',
      code: json({ mcpServers: { parquetry: { command: 'npx', ...remote } } }),
    },
    {
      title: 'Cursor',
      text: 'In .cursor/mcp.json:',
      code: json({ mcpServers: { parquetry: { url, ...headers } } }),
    },
    {
      title: 'OpenCode',
      text: 'In opencode.json:',
      code: json({ mcp: { servers: { parquetry: { type: 'remote', url, enabled: true, ...headers } } } }),
    },
    {
      title: 'Codex',
      ...(needsKey && { text: 'With the key in the variable PARQUETRY_KEY:' }),
      code: `codex mcp add parquetry --url ${url}${needsKey ? ' --bearer-token-env-var PARQUETRY_KEY' : ''}`,
    },
    {
      title: 'Gemini CLI',
      code: `gemini mcp add --transport http parquetry ${url}${bearer}`,
    },
    {
      title: 'VS Code',
      text: 'In .vscode/mcp.json:',
      code: json({ servers: { parquetry: { type: 'http', url, ...headers } } }),
    },
    {
      title: 'curl',
      code: `curl -s ${url}${needsKey ? ` -H "Authorization: Bearer ${key}"` : ''} -H "Content-Type: application/json" -d '{"jsonrpc":"2.0","id":1,"method":"tools/list"}'`,
    },
  ]
}
