import type { StoredMessage } from '../inspection/stored-message'
import type { Delivery } from './deliveries'
import type { MessageFilter } from './message-match'
import { counted } from './text-table'

/** What is expected of a group. */
export interface Subject {
  /** The call in the test's words, such as `expectDelivered('billing')`. */
  readonly call: string
  readonly group: string
  readonly filter: MessageFilter
  readonly wanted: string
  look(): Promise<Look>
  /** All messages that match, wherever they are. */
  deliveries(): Promise<readonly Delivery[]>
}

/** How far that is at one moment. */
export interface Look {
  /** Those that were expected. */
  readonly messages: readonly StoredMessage[]
  /** `never`: whatever happens, it is too late. */
  readonly verdict: 'met' | 'open' | 'never'
}

/** What a group has consumed of the messages that match. */
export function lookAtDelivered(all: readonly Delivery[], count: number | undefined): Look {
  const wanted = all.filter(({ state }) => state !== 'not wanted')
  const delivered = wanted.filter(({ state }) => state === 'delivered')
  const isLost = wanted.some(({ state }) => state === 'dead-lettered' || state === 'passed over')
  const verdict = verdictOf(delivered.length, count, { isLost, isAll: delivered.length === wanted.length })
  return { messages: delivered.map(({ message }) => message), verdict }
}

/** What a group has given up of the messages that match. */
export function lookAtDead(messages: readonly StoredMessage[], count: number | undefined): Look {
  return { messages, verdict: verdictOf(messages.length, count, { isLost: false, isAll: true }) }
}

/** ` exactly 3 messages of orders with key o-1`. */
export function wantedText({ text }: MessageFilter, count: number | undefined): string {
  if (count === undefined) return `all messages${text}, at least one,`
  return `${count === 0 ? 'no' : `exactly ${count}`} ${count === 1 ? 'message' : 'messages'}${text}`
}

function verdictOf(found: number, count: number | undefined, { isLost, isAll }: { isLost: boolean; isAll: boolean }): Look['verdict'] {
  if (count === undefined) return isLost ? 'never' : found > 0 && isAll ? 'met' : 'open'
  if (found > count) return 'never'
  return found === count && count > 0 ? 'met' : 'open'
}

/** `2 delivered, 1 waiting`. */
export function foundText(deliveries: readonly Delivery[]): string {
  return deliveries.length === 0 ? 'no message that matches' : counted(deliveries.map(({ state }) => state))
}
