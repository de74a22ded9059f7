/**
 * The answers that may be given while what is asked about changes. An answer is right if it is that of the state that was
 * in force when its call was sent, or of a later one; once an answer has shown a state, none may show an earlier one.
 */
export type Timeline<Value> = Readonly<{
  /** From now on answers may show a new state. */
  begin(value: Value): void
  /** A mark of what is in force; to be taken before a call is sent. */
  mark(): number
  /** Throws where an answer shows none of the states since the mark. */
  check(value: Value, mark: number): void
  /** Whether an answer has shown the newest state. */
  isSettled(): boolean
}>

export function createTimeline<Value>(name: string, first: Value): Timeline<Value> {
  const states = [first]
  let shown = 0
  return {
    begin: (value) => {
      states.push(value)
    },
    mark: () => shown,
    check: (value, mark) => {
      const at = states.indexOf(value, mark)
      if (at < 0)
        throw new Error(`${name}: ${value}, where only ${states.slice(mark).join(' or ')} would be right`)
      shown = Math.max(shown, at)
    },
    isSettled: () => shown === states.length - 1,
  }
}
