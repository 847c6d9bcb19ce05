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
}

/** How far that is at one moment. */
export interface Look {
  /** Those that were expected. */
  readonly messages: readonly StoredMessage[]
  /** All that match, wherever they are. */
  readonly deliveries: readonly Delivery[]
  readonly found: string
  /** `never`: whatever happens, it is too late. */
  readonly verdict: 'met' | 'open' | 'never'
}

/** What a group has consumed of the messages that match. */
export function lookAtDelivered(all: readonly Delivery[], count: number | undefined): Look {
  const deliveries = all.filter(({ state }) => state !== 'not wanted')
  const messages = deliveries.flatMap(({ message, state }) => (state === 'delivered' ? message : []))
  const isLost = deliveries.some(({ state }) => state === 'dead-lettered' || state === 'passed over')
  const verdict = verdictOf(messages.length, count, { isLost, isAll: messages.length === deliveries.length })
  return { messages, deliveries: all, found: foundText(all), verdict }
}

/** What a group has given up of the messages that match. */
export function lookAtDead(messages: readonly StoredMessage[], deliveries: readonly Delivery[], count: number | undefined): Look {
  const verdict = verdictOf(messages.length, count, { isLost: false, isAll: true })
  const found = messages.length === 0 ? `no dead letter; ${foundText(deliveries)}` : `${messages.length} dead-lettered`
  return { messages, deliveries, found, verdict }
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

function foundText(deliveries: readonly Delivery[]): string {
  return deliveries.length === 0 ? 'no message that matches' : counted(deliveries.map(({ state }) => state))
}
