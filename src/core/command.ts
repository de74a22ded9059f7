/** Whether the sources run as they are, in a checkout, where npm knows the commands and the shell does not. */
const isCheckout = import.meta.url.endsWith('.ts')

/** A command as it can be typed here: `toCommand('keys list')` is `npm run keys -- list` or `parquetry keys list`. */
export function toCommand(command: string): string {
  if (!isCheckout) return `parquetry ${command}`
  const [script, ...rest] = command.split(' ')
  return [`npm run ${script}`, ...(rest.length > 0 ? ['--', ...rest] : [])].join(' ')
}
