import { findLogMark, findMark, removeStaleLog } from './key-file.ts'
import { type KeyStore, openKeyStore } from './key-store.ts'
import { toStoreError } from './to-store-error.ts'
import { createTokens, type Tokens } from './tokens.ts'

/** An opened key file; the marks tell it and its log from those that are put in their place. */
type KeySession = Readonly<{ mark: string; logMark: string | undefined; store: KeyStore; tokens: Tokens }>

/** The key file of a server, over its whole life. */
export type KeySessions = Readonly<{
  /** The file that is there now, opened; undefined where there is none. Throws as the store does, and once it is closed. */
  find(): KeySession | undefined
  close(): void
}>

/** Follows the file at a path: it may come, go, or be replaced while the server runs. Makes no file. */
export function createKeySessions(path: string, issuer: string, now: () => number): KeySessions {
  let session: KeySession | undefined
  let isClosed = false

  const leave = () => {
    const last = session
    session = undefined
    last?.store.close()
    return last?.logMark
  }

  const follow = (mark: string | undefined): KeySession | undefined => {
    removeStaleLog(path, leave())
    if (mark === undefined) return undefined
    const store = openKeyStore(path)
    session = { mark, logMark: findLogMark(path), store, tokens: createTokens(store, issuer, now) }
    return session
  }

  return {
    find: () => {
      if (isClosed) throw new Error('The keys are closed.')
      try {
        const mark = findMark(path)
        return session?.mark === mark ? session : follow(mark)
      } catch (error) {
        throw toStoreError(error, path)
      }
    },
    close: () => {
      isClosed = true
      leave()
    },
  }
}
