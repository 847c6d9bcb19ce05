import type { ConnectOptions, Network } from 'net-ts-protocol-kit'
import { type Frame, isAnswer } from './frame'
import { TappedStream } from './tapped-stream'

/** One frame passing by, as the client sees its direction. */
export interface Passing {
  /** Whose connection: the name given to {@link WireTap.networkOf}. */
  readonly member: string
  /** Numbers the connections of a tap. */
  readonly connection: number
  readonly direction: 'sent' | 'received'
  readonly frame: Frame
  /** For an answer: the request it answers, if that passed by here. */
  readonly request: Frame | undefined
}

/** What becomes of a frame: what goes on in its place, and what goes back to where it came from. */
export interface Verdict {
  readonly forward: readonly Frame[]
  readonly back?: readonly Frame[]
}

/** Looks at a frame and may give a verdict; `undefined` leaves it alone. The first verdict counts. */
export type TapRule = (passing: Passing) => Verdict | undefined

export const dropped: Verdict = { forward: [] }
export const instead = (...frames: readonly Frame[]): Verdict => ({ forward: frames })
export const answered = (...answers: readonly Frame[]): Verdict => ({ forward: [], back: answers })

/**
 * A wire tap: networks that hand every connection on to a real one, let watchers see each frame in both directions, and let
 * rules drop, change, repeat or answer frames. It counts what a black box does, and it is where faults are planted.
 */
export class WireTap {
  /** Writes to the transport that clients asked for. */
  writes = 0
  readonly #under: Network
  readonly #watchers: ((passing: Passing) => void)[] = []
  readonly #rules: TapRule[] = []
  readonly #counts = new Map<string, number>()
  #connections = 0

  constructor(under: Network) {
    this.#under = under
  }

  /** Calls back for each frame as it came, before any rule. */
  watch(watcher: (passing: Passing) => void): void {
    this.#watchers.push(watcher)
  }

  /** Adds a rule. Connections opened before the first rule are left alone. */
  rule(rule: TapRule): void {
    this.#rules.push(rule)
  }

  get hasRules(): boolean {
    return this.#rules.length > 0
  }

  /** Requests that clients sent, of whatever code. */
  get sent(): number {
    return [...this.#counts].reduce((sum, [key, count]) => sum + (key.startsWith('sent ') ? count : 0), 0)
  }

  /** Requests of a code that passed, in one direction. */
  requests(code: number, direction: Passing['direction'] = 'sent'): number {
    return this.#counts.get(`${direction} ${code}`) ?? 0
  }

  /** The network for one client. */
  networkOf(member: string): Network {
    const under = this.#under
    return {
      connect: async (options: ConnectOptions) => {
        const stream = await under.connect(options)
        this.#connections += 1
        return new TappedStream(stream, this, member, this.#connections)
      },
      listen: (options, accept) => under.listen(options, accept),
      resolve: (host) => under.resolve(host),
      localAddresses: () => under.localAddresses()
    }
  }

  /** For a tapped stream: shows a frame to the watchers and asks the rules. */
  pass(passing: Passing): Verdict | undefined {
    this.#count(passing)
    for (const watcher of this.#watchers) watcher(passing)
    for (const rule of this.#rules) {
      const verdict = rule(passing)
      if (verdict !== undefined) return verdict
    }
    return undefined
  }

  #count({ direction, frame }: Passing): void {
    if (isAnswer(frame)) return
    const key = `${direction} ${frame.code}`
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1)
  }
}
