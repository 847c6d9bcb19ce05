import { buildSubscription, SUBSCRIBE_ALL, type Subscription, type SubscriptionData } from '@rocketmq-ts/remoting/wire'

/** Whether a consume queue entry is wanted, by its tags code. `undefined`: all are. */
export type TagsFilter = ((tagsCode: number) => boolean) | undefined

/** How many texts of subscriptions in pull headers are remembered with their filter. */
const MAX_REMEMBERED = 4096

/**
 * The filter that a subscription means to the broker: a set of hash codes. Two tags may share a code, so clients compare
 * the texts again (read in broker/…/filter/ExpressionMessageFilter.java).
 */
export function tagsFilter(subscription: Pick<SubscriptionData | Subscription, 'subString' | 'codeSet' | 'classFilterMode'>): TagsFilter {
  if (subscription.subString === SUBSCRIBE_ALL || subscription.classFilterMode) return undefined
  const codes = new Set(subscription.codeSet)
  return (tagsCode) => codes.has(tagsCode)
}

/** Filters of subscriptions that come as text in the header of each pull. */
export class SubscriptionTexts {
  readonly #filters = new Map<string, TagsFilter>()

  /**
   * The filter for `*` or tags joined by `||`.
   *
   * @throws CodedError `SUBSCRIPTION_INVALID` when the text names no tag.
   */
  filterOf(text: string): TagsFilter {
    if (text === SUBSCRIBE_ALL || text === '') return undefined
    const known = this.#filters.get(text)
    if (known !== undefined) return known
    const filter = tagsFilter(buildSubscription('', text, 0))
    if (this.#filters.size >= MAX_REMEMBERED) this.#filters.clear()
    this.#filters.set(text, filter)
    return filter
  }
}
