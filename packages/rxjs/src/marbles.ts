import type { Clock } from '@rocketmq-ts/client'
import { Observable, type ObservableNotification, type Observer, type Subscription } from 'rxjs'
import { TestScheduler } from 'rxjs/testing'

/** Something that an observable told, and when: milliseconds after it was subscribed to. */
export interface MarbleMessage<T = unknown> {
  readonly frame: number
  readonly notification: ObservableNotification<T>
}

/** What {@link marbles} makes. */
export interface Marbles {
  /** What a diagram says, to compare a record with. */
  expected<T = string>(diagram: string, values?: Readonly<Record<string, T>>, error?: unknown): readonly MarbleMessage<T>[]
  /** An observable that does what a diagram says, for each subscription from its beginning. */
  cold<T = string>(diagram: string, values?: Readonly<Record<string, T>>, error?: unknown): Observable<T>
  /** Subscribes, and keeps what it is told; `subscription` ends it. */
  record<T>(source: Observable<T>): MarbleRecord<T>
}

/** What an observable has told. */
export interface MarbleRecord<T> {
  /** So far. */
  readonly messages: readonly MarbleMessage<T>[]
  /** Ends it when it is unsubscribed. */
  readonly subscription: Subscription
}

/**
 * Marble diagrams in the time of a clock driven by hand, next to real producers and consumers on a test cluster. A frame is a
 * millisecond; the language is that of RxJS's `TestScheduler.run`: `'-a 9ms b|'`, `'500ms (ab) 1s #'`.
 *
 *     const { cold, expected, record } = marbles(cluster.clock)
 *     const seen = record(cold('a 400ms b|').pipe(bufferTime(1000, schedulerOf(cluster.clock))))
 *     await cluster.advance(2000)
 *     expect(seen.messages).toEqual(expected('402ms (b|)', { b: ['a', 'b'] }))
 */
export function marbles(clock: Pick<Clock, 'monotonic' | 'setTimeout'>): Marbles {
  return {
    expected,
    cold: (diagram, values, error) => new Observable((subscriber) => play(clock, expected(diagram, values, error), subscriber)),
    record: (source) => record(clock, source)
  }
}

function expected<T>(diagram: string, values?: Readonly<Record<string, T>>, error?: unknown): readonly MarbleMessage<T>[] {
  const isRunMode = true
  return MillisecondMarbles.parseMarbles(diagram, values, error, false, isRunMode).map(({ frame, notification }) => ({
    frame,
    notification: plain<T>(notification)
  }))
}

/** As `record` keeps them: RxJS gives each kind the members of all. */
function plain<T>(notification: ObservableNotification<T>): ObservableNotification<T> {
  if (notification.kind === 'N') return { kind: 'N', value: notification.value }
  return notification.kind === 'E' ? { kind: 'E', error: notification.error } : { kind: 'C' }
}

function play<T>(clock: Pick<Clock, 'setTimeout'>, messages: readonly MarbleMessage<T>[], observer: Observer<T>): () => void {
  const timers = messages.map(({ frame, notification }) => clock.setTimeout(() => tell(observer, notification), frame))
  return () => {
    for (const timer of timers) timer.cancel()
  }
}

function tell<T>(observer: Observer<T>, notification: ObservableNotification<T>): void {
  if (notification.kind === 'N') observer.next(notification.value)
  else if (notification.kind === 'E') observer.error(notification.error)
  else observer.complete()
}

function record<T>(clock: Pick<Clock, 'monotonic'>, source: Observable<T>): MarbleRecord<T> {
  const messages: MarbleMessage<T>[] = []
  const subscribedAt = clock.monotonic()
  const keep = (notification: ObservableNotification<T>): void => {
    messages.push({ frame: clock.monotonic() - subscribedAt, notification })
  }
  const subscription = source.subscribe({
    next: (value) => keep({ kind: 'N', value }),
    error: (error: unknown) => keep({ kind: 'E', error }),
    complete: () => keep({ kind: 'C' })
  })
  return { messages, subscription }
}

/** Outside of `run`, a frame of RxJS's own is ten milliseconds. */
class MillisecondMarbles extends TestScheduler {
  static override frameTimeFactor = 1
}
