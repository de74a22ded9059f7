import type { Engine } from './engine.ts'

/**
 * An engine that is opened by its first statement, so that a server can answer before anything heavy is loaded.
 * One that fails to open is tried again by the next statement.
 */
export function createLazyEngine(open: () => Promise<Engine>): Engine {
  let opening: Promise<Engine> | undefined
  return {
    run: async (statement, signal) => {
      opening ??= open().catch((error: unknown) => {
        opening = undefined
        throw error
      })
      const engine = await opening
      return engine.run(statement, signal)
    },
    close: async () => {
      const engine = await opening
      opening = undefined
      await engine?.close()
    },
  }
}
